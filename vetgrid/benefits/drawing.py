"""Values over time as charts: one for each value of the first dimension, so that no chart has more lines than can be told apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from vetgrid.benefits.proposing import cell_at, shown
from vetgrid.benefits.queries.parameters import Edition
from vetgrid.core.ruling.language import Table
from vetgrid.core.ruling.months import label
from vetgrid.web.charts import Series, steps

_FIRST_SHOWN = 2017 * 12


@dataclass(frozen=True)
class Drawn:
    """A chart with what it is called."""

    title: str
    svg: SafeString


def charts_of(table: Table, editions: Sequence[Edition], *, place: str, until: int) -> list[Drawn]:
    """Nothing where nothing ever changed: a single number needs no chart."""
    if len(editions) < 2:
        return []
    first = max(editions[0].month, _FIRST_SHOWN)
    last = max(until, editions[-1].month + 6)
    groups: dict[str, list[Series]] = {}
    for at in range(table.cells):
        points = [(edition.month, edition.amounts[at] or 0) for edition in editions if edition.amounts[at] is not None]
        if points:
            group, name = _names(table, at)
            groups.setdefault(group, []).append(Series(name, _from(points, first)))
    return [
        _drawn(f"{table.label}{f'·{group}' if group else ''}({place})", series, table, first, last)
        for group, series in groups.items()
    ]


def _from(points: Sequence[tuple[int, int]], first: int) -> tuple[tuple[int, int], ...]:
    """The points from a month on, beginning with the one that holds then."""
    before = [value for month, value in points if month <= first]
    after = [(month, value) for month, value in points if month > first]
    return (((first, before[-1]),) if before else ()) + tuple(after)


def _names(table: Table, at: int) -> tuple[str, str]:
    values = cell_at(table, at)
    texts = [fact.text(value) for fact, value in zip(table.dims, values, strict=True)]
    if not texts:
        return "", "标准"
    grade = "级" if table.dims[-1].key == "disability_grade" else ""
    return (texts[0] if len(texts) > 1 else ""), texts[-1] + grade


def _drawn(title: str, series: Sequence[Series], table: Table, first: int, last: int) -> Drawn:
    ends = "、".join(f"{one.label}{shown(one.points[-1][1], table.unit)}" for one in series)
    summary = f"从{label(first)}到{label(last)},最后的数值:{ends}。同样的数字在下面的表里。"
    svg = steps(
        series,
        title=title,
        summary=summary,
        first=first,
        last=last,
        x_text=lambda month: f"{month // 12}年",
        y_text=lambda value: f"{value // 100:,}" if table.unit == "fen" else f"{value:,}",
    )
    return Drawn(title, svg)
