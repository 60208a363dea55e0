"""A table of values as a grid to type in: today's values to begin with, what was typed afterwards, a sentence at each wrong cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from vetgrid.benefits.proposing import UNITS, UNITS_OF, Asked, cell_at, cell_label, plain, shown
from vetgrid.core.ruling.language import Table
from vetgrid.core.ruling.parameters import Parameters, Resolved, Value, write_cell

_MONTHS = 12
_FEN = 100


@dataclass(frozen=True)
class GridCell:
    """One input: its name in the form, what it says, what stands in it, what stood in it, and what is wrong with it."""

    name: str
    label: str
    value: str
    before: str
    in_force: str
    error: str = ""

    @property
    def is_changed(self) -> bool:
        return not _same(self.value, self.before)


@dataclass(frozen=True)
class Grid:
    """One table: columns are the first dimension, rows the last; a table without dimensions has one cell."""

    table: Table
    unit: str
    units: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[GridCell | None, ...]], ...]

    @property
    def cells(self) -> list[GridCell]:
        return [cell for _, cells in self.rows for cell in cells if cell is not None]

    def asked(self, mode: str) -> list[Asked]:
        """What was changed, as rows that are to be proposed."""
        return [
            Asked(self.table.key, cell.name.partition(":")[2], mode, cell.value, self.unit)
            for cell in self.cells
            if cell.is_changed
        ]


def grid_of(
    table: Table,
    parameters: Parameters,
    *,
    place: int,
    month: int,
    mode: str = "set",
    unit: str = "",
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Grid:
    """The grid of a table for a place, with what holds there in a month; `typed` wins over it, by the name of the input."""
    base = _base(table, parameters, place, month, mode)
    in_force = parameters.lookup(table.key, place=place, month=month)
    own = _own_unit(table, base)
    chosen = unit if unit in UNITS_OF[table.unit] else own
    if mode == "permille":
        own = chosen = "permille"
    cells: list[GridCell] = []
    for at in range(table.cells):
        values = cell_at(table, at)
        name = f"{table.key}:{write_cell(table, values)}"
        before = _written(base, at, own)
        exists = bool(in_force.made_by[at])
        cells.append(
            GridCell(
                name,
                cell_label(table, values) or table.label,
                (typed or {}).get(name, before)[:40],
                before,
                shown(in_force.amounts[at] if exists else None, table.unit),
                (errors or {}).get(name, ""),
            )
        )
    units = tuple((key, UNITS[key]) for key in (("permille",) if mode == "permille" else UNITS_OF[table.unit]))
    return Grid(table, chosen, units, *_laid_out(table, cells, in_force, typed or {}))


def _base(table: Table, parameters: Parameters, place: int, month: int, mode: str) -> Resolved:
    """What typed values replace: for `set` everything but the place's own additions, for the others the place's own row alone."""
    if mode == "set":
        rows = [row for row in parameters.rows if row.table == table.key and (row.place != place or row.mode == "set")]
    else:
        rows = [row for row in parameters.rows if row.table == table.key and row.place == place and row.mode == mode]
        rows = [_as_set(row) for row in rows]
    return Parameters(parameters.tables, tuple(rows)).lookup(table.key, place=place, month=month)


def _as_set(row: Value) -> Value:
    return Value(**{**vars(row), "mode": "set"})


def _own_unit(table: Table, base: Resolved) -> str:
    """The unit in which the table's newest value was written."""
    rows = [row for made_by in base.made_by for row in made_by if row.unit in UNITS_OF[table.unit]]
    newest = max(rows, key=lambda row: row.effective_on, default=None)
    return newest.unit if newest else UNITS_OF[table.unit][0]


def _written(base: Resolved, at: int, unit: str) -> str:
    """A cell's value in the unit: as it was written where it can be, otherwise worked out."""
    made_by = base.made_by[at]
    if not made_by:
        return ""
    if len(made_by) == 1 and (made_by[0].unit == unit or unit == "permille"):
        return made_by[0].written
    amount = base.amounts[at]
    if base.table.unit != "fen":
        return str(amount)
    fen = Decimal(amount * _MONTHS if unit == "yuan/year" else amount)
    return f"{fen / _FEN:f}".rstrip("0").rstrip(".") if fen % _FEN else str(fen // _FEN)


def _laid_out(
    table: Table, cells: Sequence[GridCell], in_force: Resolved, typed: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[GridCell | None, ...]], ...]]:
    """Columns and rows, without the "none" of a dimension where nothing was ever there."""
    if not table.dims:
        return ("标准",), (("", (cells[0],)),)
    filled = [cell_at(table, at) for at in range(table.cells) if in_force.made_by[at] or cells[at].name in typed]
    shown_values = []
    for dim, size in enumerate(table.sizes):
        has_none = any(values[dim] == 0 for values in filled)
        shown_values.append(range(0 if has_none else 1, size))
    first, last = table.dims[0], table.dims[-1]
    if len(table.dims) == 1:
        rows = tuple((first.text(value), (cells[value],)) for value in shown_values[0])
        return ("标准",), rows
    columns = tuple(first.text(value) for value in shown_values[0])
    size = table.sizes[1]
    grade = "级" if last.key == "disability_grade" else ""
    return columns, tuple(
        (f"{last.text(row)}{grade}", tuple(cells[column * size + row] for column in shown_values[0]))
        for row in shown_values[1]
    )


def _same(one: str, other: str) -> bool:
    first, second = plain(one), plain(other)
    if first == second:
        return True
    try:
        return bool(first and second) and Decimal(first) == Decimal(second)
    except ArithmeticError:
        return False


def raised(grid: Grid, permille: int) -> dict[str, str]:
    """Every cell that has a value, raised by so many thousandths and rounded to the fen: what to type for 'all by 5 %'."""
    found: dict[str, Any] = {}
    for cell in grid.cells:
        if cell.before:
            value = Decimal(cell.before) * (1000 + permille) / 1000
            step = Decimal("0.01") if grid.table.unit == "fen" and grid.unit != "yuan/year" else Decimal(1)
            found[cell.name] = str(value.quantize(step, rounding="ROUND_HALF_UP").normalize().__format__("f"))
    return found
