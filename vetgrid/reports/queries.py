"""Which figures, with which rows behind them: computed from the records, within the viewer's reach."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from vetgrid.core.actor import Actor
from vetgrid.core.errors import Invalid, NotFound
from vetgrid.core.figures import Figure, Period, Value, declared
from vetgrid.core.reach import within
from vetgrid.reports.catalogue import Line, lines
from vetgrid.reports.models import SealedFigure, SealedReport
from vetgrid.reports.permissions import ReportsPermission


@dataclass(frozen=True)
class Computed:
    """One line of the report with its value; `state` is 'kept', 'not_kept' (no domain keeps it yet) or 'hidden' (no permission)."""

    line: Line
    state: str
    value: Value = None


def period_of(line: Line, asked: Period) -> Period:
    """A stock is asked on the last day of the period; a flow over the whole of it."""
    return Period(None if line.from_on is None else asked.from_on, asked.to_on)


def five_year(asked: Period, *, seen_by: Actor) -> list[Computed]:
    """All lines in the report's order."""
    figures = declared()
    found = []
    for line in lines():
        figure = figures.get(line.key)
        if figure is None:
            found.append(Computed(line, "not_kept"))
        elif not seen_by.may(figure.permission):
            found.append(Computed(line, "hidden"))
        else:
            found.append(Computed(line, "kept", figure.value(figure.rows(period_of(line, asked), seen_by))))
    return found


def rows_behind(key: str, asked: Period, *, seen_by: Actor) -> tuple[Line, Figure, QuerySet[Any]]:
    """Exactly the rows that the figure's value aggregates."""
    line = next((line for line in lines() if line.key == key), None)
    figure = declared().get(key)
    if line is None or figure is None or not seen_by.may(figure.permission):
        raise NotFound("没有这项数字,或您没有查看它的权限。")
    return line, figure, figure.rows(period_of(line, asked), seen_by)


def as_texts(figure: Figure, rows: QuerySet[Any]) -> Iterator[list[str]]:
    """The rows as the page and the exports show them."""
    for row in rows.iterator(chunk_size=2000):
        yield [column.text(row) for column in figure.columns]


def text_of(value: Value) -> str:
    """138, 98.7; nothing where there is nothing to count."""
    if value is None:
        return ""
    return f"{value.normalize():f}" if not isinstance(value, int) else str(value)


def period_from(from_text: str, to_text: str, *, default: Period) -> Period:
    """The asked-for period; raises Invalid with a sentence."""
    try:
        first = date.fromisoformat(from_text) if from_text else default.from_on
        last = date.fromisoformat(to_text) if to_text else default.to_on
    except ValueError as error:
        raise Invalid("日期请写成 2018-12-28。") from error
    if first is not None and first > last:
        raise Invalid("起始日期不能晚于截止日期。")
    return Period(first, last)


def sealed_reports(*, seen_by: Actor) -> QuerySet[SealedReport]:
    return within(SealedReport.objects.all(), seen_by.places(ReportsPermission.READ)).order_by("-sealed_at")


def sealed_report(report_id: UUID, *, seen_by: Actor) -> SealedReport:
    found = sealed_reports(seen_by=seen_by).filter(pk=report_id).first()
    if found is None:
        raise NotFound("没有找到这份封存报告。")
    return found


def sealed_figures(report: SealedReport, *, seen_by: Actor) -> list[SealedFigure]:
    rows = within(SealedFigure.objects.filter(report=report), seen_by.places(ReportsPermission.READ))
    return list(rows.order_by("position"))
