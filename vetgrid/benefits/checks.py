"""What looks wrong in parameter tables before anybody is paid by them: pure checks over rows, used by the command and by imports."""

import csv
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from vetgrid.core.places import LEVEL_LABELS, full_code, level_of
from vetgrid.core.ruling.language import Table
from vetgrid.core.ruling.parameters import Value, cells_of, in_table_unit, write_cell

ORDERS: Mapping[str, tuple[str, ...]] = {
    "disability_cause": ("war", "duty", "illness"),
    "survivor_kind": ("martyr", "duty", "illness"),
    "sacrifice_kind": ("martyr", "duty", "illness"),
    "combat": ("combat", "test"),
}
"""Codes from the strongest claim to the weakest: a weaker one is never paid more."""
ILLNESS_ENDS_AT = 6
"""因病致残 is rated in grades 1 to 6 only (军人抚恤优待条例 第二十七条)."""
MONTHLY_SINCE = date(2024, 1, 1)
"""From here on yearly amounts are published so that twelve months divide them."""
_YEAR = re.compile(r"((?:19|20)\d\d)年(?!版)")


@dataclass(frozen=True)
class Finding:
    """One thing that looks wrong: the rule that found it, the row (file and line, or id), a sentence, and the row it is beside."""

    rule: str
    key: str
    sentence: str
    other: str = ""

    def touches(self, keys: Collection[str]) -> bool:
        """Whether one of these rows takes part: what an import must answer for, though the older row may be the wrong one."""
        return self.key in keys or self.other in keys


@dataclass(frozen=True)
class Range:
    """A published range, in fen a month: the notice gave only the lowest and the highest amount."""

    table: str
    place: int
    effective_on: date
    low: int
    high: int
    text: str


Edition = tuple[str, int, date]
"""A table of one place that began to hold on one day."""


def read_ranges(path: Path) -> tuple[Range, ...]:
    """The published ranges; raises RuleError or ValueError for what is no range."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Range(
                row["table"],
                full_code(row["place"]),
                date.fromisoformat(row["effective_on"]),
                in_table_unit(row["low"], row["unit"]),
                in_table_unit(row["high"], row["unit"]),
                f"{row['low']}至{row['high']}{'元/年' if row['unit'] == 'yuan/year' else '元/月'}",
            )
            for row in csv.DictReader(file)
        )


def check_parameters(rows: Sequence[Value], tables: Mapping[str, Table], ranges: Sequence[Range] = ()) -> list[Finding]:
    """Everything that looks wrong, in the order of the rows. To judge an import, give it together with what is already there."""
    editions = _editions(rows, tables)
    found = [
        *(finding for row in rows for finding in _row(row, tables[row.table])),
        *(finding for edition, cells in editions.items() for finding in _edition(edition, cells, tables[edition[0]])),
        *_histories(editions, tables),
        *(finding for one in ranges for finding in _in_range(one, editions, tables[one.table])),
    ]
    return list(dict.fromkeys(found))


def _editions(rows: Sequence[Value], tables: Mapping[str, Table]) -> dict[Edition, dict[int, Value]]:
    """The money that `set` rows give, by table, place and day, then by flat cell; a later known row corrects an earlier one."""
    found: dict[Edition, dict[int, Value]] = defaultdict(dict)
    for row in sorted(rows, key=lambda row: row.known_since):
        table = tables[row.table]
        if row.mode == "set" and table.unit == "fen":
            for cell in cells_of(table, row.cell):
                found[(row.table, row.place, row.effective_on)][cell] = row
    return dict(found)


def _row(row: Value, table: Table) -> Iterator[Finding]:
    """What a row shows by itself."""
    name = f"{table.label}{_cell_text(table, row)}({row.effective_on}起)"
    if row.mode != "permille" and (reason := _impossible(table, row)):
        yield Finding("cell", row.key, f"{name}:{reason}")
    years = {int(year) for year in _YEAR.findall(row.document)}
    if row.unit.startswith("yuan/") and years and row.effective_on.year not in years:
        written = "、".join(str(year) for year in sorted(years))
        yield Finding(
            "label", row.key, f"{name}:文件写的是{written}年,执行日却在{row.effective_on.year}年。请核对年份。"
        )
    if row.unit == "yuan/year" and row.effective_on >= MONTHLY_SINCE and Decimal(row.written) % 12:
        yield Finding(
            "twelve", row.key, f"{name}:{row.written}元/年不能被12整除。2024年起公布的年标准都能按月整除,请核对。"
        )


def _impossible(table: Table, row: Value) -> str:
    """Why a cell must not exist; empty when it may."""
    values = dict(zip((fact.key for fact in table.dims), row.cell, strict=True))
    for fact in table.dims:
        value = values[fact.key]
        if fact.key in ("disability_grade", "disability_cause", "survivor_kind", "sacrifice_kind") and not value:
            word = "每一种" if value is None else "空的"
            return f"{word}{fact.label}不是一档。请写明是哪一档。"
    grade, cause = values.get("disability_grade"), values.get("disability_cause")
    causes = next((fact.codes for fact in table.dims if fact.key == "disability_cause"), ())
    if grade and cause and causes[cause] == "illness" and grade > ILLNESS_ENDS_AT:
        return f"因病致残没有{grade}级,这一格不应存在。请删去或改正性质。"
    return ""


def _edition(edition: Edition, cells: Mapping[int, Value], table: Table) -> Iterator[Finding]:
    """What the cells of one table of one day show beside each other."""
    for at, fact in enumerate(table.dims):
        for cell, row in cells.items():
            values = _values(table, cell)
            for other_value in _stronger(fact.key, fact.codes, values[at]):
                stronger = cells.get(_flat(table, (*values[:at], other_value, *values[at + 1 :])))
                if stronger is None:
                    continue
                if fact.key == "disability_grade" and row.amount >= stronger.amount:
                    yield Finding(
                        "grade", row.key, _beside(table, cell, row, stronger, "不低于更重的一级"), stronger.key
                    )
                elif fact.key != "disability_grade" and row.amount > stronger.amount:
                    yield Finding("cause", row.key, _beside(table, cell, row, stronger, "高于更重的性质"), stronger.key)


def _stronger(key: str, codes: Sequence[str], value: int) -> list[int]:
    """The values of a dimension that must not be paid less: the next grade up, or every stronger code."""
    if key == "disability_grade":
        return [value - 1] if value > 1 else []
    order = ORDERS.get(key)
    if order is None or codes[value] not in order:
        return []
    return [codes.index(code) for code in order[: order.index(codes[value])]]


def _histories(editions: Mapping[Edition, Mapping[int, Value]], tables: Mapping[str, Table]) -> Iterator[Finding]:
    """A year label that contradicts the values: a table that repeats another year's, or that falls below the year before."""
    by_place: dict[tuple[str, int], list[date]] = defaultdict(list)
    for key, place, day in editions:
        by_place[(key, place)].append(day)
    for (key, place), days in by_place.items():
        days.sort()
        for earlier, later in pairwise(days):
            before, after = editions[(key, place, earlier)], editions[(key, place, later)]
            shared = [cell for cell in after if cell in before]
            fallen = [cell for cell in shared if after[cell].amount < before[cell].amount]
            for cell in fallen:
                row = after[cell]
                name = f"{tables[key].label}{_cell_text(tables[key], row)}"
                sentence = (
                    f"{name}:{later}起的{row.written}低于{earlier}起的{before[cell].written}。标准不下调,请核对年份。"
                )
                yield Finding("label", row.key, sentence, before[cell].key)
        for at, later in enumerate(days):
            for earlier in days[:at]:
                yield from _repeated(
                    tables[key], earlier, later, editions[(key, place, earlier)], editions[(key, place, later)]
                )


def _repeated(
    table: Table, earlier: date, later: date, before: Mapping[int, Value], after: Mapping[int, Value]
) -> Iterator[Finding]:
    shared = [cell for cell in after if cell in before]
    same = [cell for cell in shared if after[cell].amount == before[cell].amount]
    if len(shared) >= 3 and 2 * len(same) > len(shared):
        row = after[same[0]]
        sentence = (
            f"{table.label}:{later}起的{len(shared)}格中有{len(same)}格与{earlier}起的相同。请核对是不是错写了年份。"
        )
        yield Finding("label", row.key, sentence, before[same[0]].key)


def _in_range(published: Range, editions: Mapping[Edition, Mapping[int, Value]], table: Table) -> Iterator[Finding]:
    """Rows of the range's day and place, or of the nearest place above that has a table of that day."""
    place = published.place
    chain = [place, *(place // 10**zeros * 10**zeros for zeros in (8, 10, 12))]
    cells = next((found for at in chain if (found := editions.get((published.table, at, published.effective_on)))), {})
    level = LEVEL_LABELS[level_of(place)]
    for cell, row in cells.items():
        if not published.low <= row.amount <= published.high:
            name = f"{table.label}({table.cell_label(_values(table, cell))})"
            sentence = f"{name}:{row.written}不在{level}公布的幅度{published.text}之内。请核对。"
            yield Finding("range", row.key, sentence)


def _beside(table: Table, cell: int, row: Value, stronger: Value, what: str) -> str:
    mine, other = table.cell_label(_values(table, cell)), write_cell(table, stronger.cell)
    return f"{table.label}({mine},{row.effective_on}起):{row.written}{what}({other}:{stronger.written})。请核对。"


def _cell_text(table: Table, row: Value) -> str:
    return f"({write_cell(table, row.cell)})" if table.dims else ""


def _values(table: Table, cell: int) -> tuple[int, ...]:
    found: list[int] = []
    for size in reversed(table.sizes):
        cell, value = divmod(cell, size)
        found.append(value)
    return tuple(reversed(found))


def _flat(table: Table, values: Sequence[int]) -> int:
    at = 0
    for value, size in zip(values, table.sizes, strict=True):
        at = at * size + value
    return at
