"""Dated parameters: rows that are never overwritten, resolved along the chain of places for a month, as known on a day.

A row says from which day it holds, at which place, since when it is known and which document it comes from. Along the chain
nation, province, prefecture, county a `set` row replaces what higher places give (or adds to it where the table is topped
up), then an `add` row adds an amount and a `permille` row raises it: so a county's growth of January and a province's
change of August stack without knowing of each other.
"""

import csv
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from vetgrid.core.places import Level, ancestor, full_code, level_of
from vetgrid.core.ruling.errors import RuleError
from vetgrid.core.ruling.language import Table
from vetgrid.core.ruling.months import month_on

MODES = ("set", "add", "permille")
_CHAIN = (Level.NATION, Level.PROVINCE, Level.PREFECTURE, Level.COUNTY)
COLUMNS = (
    "table",
    "cell",
    "place",
    "effective_on",
    "known_since",
    "mode",
    "value",
    "unit",
    "document",
    "trust",
    "note",
)


@dataclass(frozen=True)
class Value:
    """One row. `cell` holds a position for each dimension, None for every one; `amount` is in the table's unit (fen a month)."""

    table: str
    cell: tuple[int | None, ...]
    place: int
    effective_on: date
    known_since: date
    mode: str
    amount: int
    written: str
    unit: str
    document: str
    trust: str
    note: str = ""
    key: str = ""
    """Where the row is kept: file and line, or the id in the database."""


@dataclass(frozen=True)
class Resolved:
    """A table for one place and month: the value of each cell, flat, and the rows that made it (empty: no such cell)."""

    table: Table
    amounts: tuple[int, ...]
    made_by: tuple[tuple[Value, ...], ...]

    def flat(self, values: Iterable[int]) -> int | None:
        """The position of a cell, None when a value lies outside its dimension."""
        at = 0
        for value, size in zip(values, self.table.sizes, strict=True):
            if not 0 <= value < size:
                return None
            at = at * size + value
        return at


@dataclass
class Parameters:
    """All rows of all tables; `known_on` narrows them to what was known on a day."""

    tables: Mapping[str, Table]
    rows: tuple[Value, ...]
    _resolved: dict[tuple[str, int, int], Resolved] = field(default_factory=dict, repr=False)
    _changes: dict[str, list[int]] = field(default_factory=dict, repr=False)
    _by_table: dict[str, list[Value]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for row in self.rows:
            self._by_table.setdefault(row.table, []).append(row)
        for table, rows in self._by_table.items():
            self._changes[table] = sorted({month_on(row.effective_on) for row in rows})

    def known_on(self, day: date) -> "Parameters":
        """Only what was known on that day, the day included."""
        return Parameters(self.tables, tuple(row for row in self.rows if row.known_since <= day))

    def lookup(self, table: str, *, place: int, month: int) -> Resolved:
        """The table at a place (12-digit code) in a month; kept, because a thousand persons ask the same."""
        changes = self._changes.get(table, [])
        since = changes[at - 1] if (at := bisect_right(changes, month)) else 0
        key = (table, place, since)
        found = self._resolved.get(key)
        if found is None:
            found = self._resolved[key] = self._resolve(table, place, month)
        return found

    def changes_between(self, table: str, first: int, last: int) -> list[int]:
        """The months within (first, last] in which a row of the table begins to hold."""
        return [month for month in self._changes.get(table, []) if first < month <= last]

    def _resolve(self, key: str, place: int, month: int) -> Resolved:
        table = self.tables[key]
        amounts = [0] * table.cells
        made_by: list[tuple[Value, ...]] = [()] * table.cells
        for at in (ancestor(place, level) for level in _CHAIN if level <= level_of(place)):
            here = [
                row for row in self._by_table.get(key, ()) if row.place == at and month_on(row.effective_on) <= month
            ]
            here.sort(key=lambda row: (row.effective_on, row.known_since))
            for mode in MODES:
                for cell, row in self._latest(table, [row for row in here if row.mode == mode]).items():
                    amounts[cell], made_by[cell] = _applied(table, row, amounts[cell], made_by[cell])
        return Resolved(table, tuple(amounts), tuple(made_by))

    def _latest(self, table: Table, rows: Iterable[Value]) -> dict[int, Value]:
        found: dict[int, Value] = {}
        for row in rows:
            for cell in cells_of(table, row.cell):
                found[cell] = row
        return found


def _applied(table: Table, row: Value, amount: int, made_by: tuple[Value, ...]) -> tuple[int, tuple[Value, ...]]:
    if row.mode == "set" and not table.is_topped_up:
        return row.amount, (row,)
    if row.mode == "permille":
        return (amount * (1000 + row.amount) * 2 + 1000) // 2000, (*made_by, row)
    return max(0, amount + row.amount), (*made_by, row)  # an amount taken off never leaves a debt


def cells_of(table: Table, cell: tuple[int | None, ...]) -> list[int]:
    """The flat positions that a row's cell means; None in a dimension means each of its values."""
    found = [0]
    for value, size in zip(cell, table.sizes, strict=True):
        choices = range(size) if value is None else (value,)
        found = [at * size + choice for at in found for choice in choices]
    return found


def in_table_unit(text: str, unit: str) -> int:
    """'96530' in yuan/year to 804417 fen a month, half up; raises RuleError for what is no such value."""
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise RuleError(f"not a value: {text!r}") from error
    match unit:
        case "yuan/month" | "yuan":
            fen = value * 100
        case "yuan/year":
            fen = Decimal(int((value * 100 * 2 + 12) // 24)) if value >= 0 else value * 100
        case "permille" | "count" | "months":
            fen = value
        case _:
            raise RuleError(f"not a unit: {unit!r}")
    if fen != fen.to_integral_value() or not fen.is_finite():
        raise RuleError(f"{text} {unit} is no whole number of fen")
    return int(fen)


def read_cell(table: Table, text: str) -> tuple[int | None, ...]:
    """'war/3' as positions; '*' is every value. Raises RuleError for what the table does not have."""
    parts = [part for part in text.split("/") if part] if text else []
    if len(parts) != len(table.dims):
        raise RuleError(f"{table.key}: cell {text!r} wants {len(table.dims)} parts")
    return tuple(_position(table, part, at) for at, part in enumerate(parts))


def _position(table: Table, part: str, at: int) -> int | None:
    fact = table.dims[at]
    if part == "*":
        return None
    if part in fact.codes:
        return fact.codes.index(part)
    if not fact.codes and part.isdigit() and int(part) < (fact.size or 0):
        return int(part)
    raise RuleError(f"{table.key}: {fact.key} has no {part!r}")


def write_cell(table: Table, cell: tuple[int | None, ...]) -> str:
    """The reverse of `read_cell`."""
    return "/".join(
        "*" if value is None else fact.codes[value] if fact.codes else str(value)
        for value, fact in zip(cell, table.dims, strict=True)
    )


def read_values(path: Path, tables: Mapping[str, Table]) -> list[Value]:
    """One CSV file of rows; raises RuleError naming file and line."""
    found = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                found.append(read_value(row, tables, key=f"{path.name}:{number}"))
            except (RuleError, ValueError, KeyError, TypeError) as error:
                raise RuleError(f"{path.name}:{number}: {error}") from error
    return found


def read_value(row: Mapping[str, str], tables: Mapping[str, Table], *, key: str) -> Value:
    """One row as text; raises RuleError or ValueError for what does not fit."""
    table = tables.get(row["table"])
    if table is None:
        raise RuleError(f"no table {row['table']!r}")
    if row["mode"] not in MODES:
        raise RuleError(f"no mode {row['mode']!r}")
    unit = "permille" if row["mode"] == "permille" else row["unit"]
    return Value(
        table=table.key,
        cell=read_cell(table, row["cell"]),
        place=full_code(row["place"]),
        effective_on=date.fromisoformat(row["effective_on"]),
        known_since=date.fromisoformat(row["known_since"]),
        mode=row["mode"],
        amount=in_table_unit(row["value"], unit),
        written=row["value"],
        unit=row["unit"],
        document=row["document"],
        trust=row["trust"],
        note=row.get("note") or "",
        key=key,
    )
