"""What somebody wants to add to the tables: typed cells become rows, are checked beside what is there, and show what they change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from vetgrid.benefits.checks import Range, check_parameters
from vetgrid.core.errors import Invalid
from vetgrid.core.ruling.errors import RuleError
from vetgrid.core.ruling.language import Table
from vetgrid.core.ruling.months import month_on
from vetgrid.core.ruling.parameters import MODES, Parameters, Value, cells_of, in_table_unit, read_cell, write_cell
from vetgrid.core.ruling.vocabulary import yuan
from vetgrid.core.sheets import clean

UNITS = {
    "yuan/month": "元/月",
    "yuan/year": "元/年",
    "yuan": "元",
    "permille": "‰",
    "count": "个",
    "months": "个月",
}
MODE_LABELS = {"set": "定为", "add": "另加", "permille": "上浮(千分之)"}
TRUST_LABELS = {"A": "官方原文", "B": "官方摘要或转载", "C": "第三方资料", "unconfirmed": "未核实"}
UNITS_OF = {
    "fen": ("yuan/month", "yuan/year", "yuan"),
    "permille": ("permille",),
    "count": ("count",),
    "months": ("months",),
}
_BLOCKING = {"cell", "grade", "cause"}
"""Findings that nobody may explain away; all others need a reason."""
_LARGEST = 10**12


@dataclass(frozen=True)
class Asked:
    """One cell as it was typed; `cell` as in the files ('war/3')."""

    table: str
    cell: str
    mode: str
    value: str
    unit: str

    @property
    def field(self) -> str:
        """The key under which a form keeps it."""
        return f"{self.table}:{self.cell}"


@dataclass(frozen=True)
class Difference:
    """A cell before and after, in the table's unit; `before` None where there was no such cell."""

    table: Table
    cell: str
    label: str
    before: int | None
    after: int

    @property
    def change(self) -> int:
        return self.after - (self.before or 0)

    @property
    def permille(self) -> int | None:
        """The change in thousandths of the old value, half up; None where there was none."""
        if not self.before:
            return None
        return (abs(self.change) * 2000 + self.before) // (2 * self.before) * (-1 if self.change < 0 else 1)


@dataclass(frozen=True)
class Problems:
    """What the checks say: errors block, warnings want an explanation. Each with the field of the cell, '' where there is none."""

    errors: tuple[tuple[str, str], ...]
    warnings: tuple[tuple[str, str], ...]


def shown(amount: int | None, unit: str) -> str:
    """An amount of a table as people read it."""
    if amount is None:
        return "无"
    return yuan(amount) if unit == "fen" else f"{amount}{UNITS.get(unit, '')}"


def plain(text: str) -> str:
    """What somebody typed for a number: separators, blanks and the word 元 taken off."""
    return clean(text).replace(",", "").replace(" ", "").removesuffix("元")


def values_of(
    asked: Iterable[Asked],
    *,
    place: int,
    effective_on: date,
    known_since: date,
    document: str,
    trust: str,
    tables: Mapping[str, Table],
) -> tuple[Value, ...]:
    """The rows that the engine would use; raises Invalid with a sentence for each cell that cannot be taken."""
    wrong: dict[str, str] = {}
    found: dict[tuple[str, str, str], Value] = {}
    for one in asked:
        try:
            value = _value(one, tables)
        except Invalid as error:
            wrong[one.field] = error.sentence
            continue
        if (value.table, one.cell, one.mode) in found:
            wrong[one.field] = f"{_name(value, tables)}:同一格写了两次。请只留一行。"
        found[(value.table, one.cell, one.mode)] = replace(
            value, place=place, effective_on=effective_on, known_since=known_since, document=document, trust=trust
        )
    if wrong:
        raise Invalid(fields=wrong)
    return tuple(found.values())


def _value(asked: Asked, tables: Mapping[str, Table]) -> Value:
    table = tables.get(asked.table)
    if table is None:
        raise Invalid(f"没有“{asked.table[:40]}”这张表。请从模板的第一列复制表名。")
    if asked.mode not in MODES:
        raise Invalid(f"{table.label}:方式只能是 set、add 或 permille。")
    try:
        cell = read_cell(table, asked.cell)
    except RuleError as error:
        raise Invalid(f"{table.label}:没有“{asked.cell[:40]}”这一档。请从模板复制。") from error
    unit = "permille" if asked.mode == "permille" else asked.unit
    if unit not in UNITS or (asked.mode != "permille" and unit not in UNITS_OF[table.unit]):
        wanted = "、".join(UNITS_OF[table.unit])
        raise Invalid(f"{table.label}:单位“{asked.unit[:20]}”不对。可以用:{wanted}。")
    text = plain(asked.value)
    name = f"{table.label}({cell_label(table, cell)})" if table.dims else table.label
    if not text:
        raise Invalid(f"{name}:请填写数值;旧的标准不能删除,停止执行请填0。")
    try:
        number = Decimal(text)
        if not number.is_finite() or abs(number) > _LARGEST or (number < 0 and asked.mode == "set"):
            raise InvalidOperation
        amount = in_table_unit(text, unit)
    except (InvalidOperation, RuleError, ValueError) as error:
        raise Invalid(
            f"{name}:“{asked.value.strip()[:20]}”不是可用的数值。请填不小于0的数,金额最多两位小数。"
        ) from error
    day = date(2000, 1, 1)
    return Value(asked.table, cell, 0, day, day, asked.mode, amount, text, unit, "", "", key=asked.field)


def _name(value: Value, tables: Mapping[str, Table]) -> str:
    table = tables[value.table]
    return f"{table.label}({cell_label(table, value.cell)})" if table.dims else table.label


def cell_label(table: Table, cell: Sequence[int | None]) -> str:
    """'因战、3级' for a cell, '每一档' where a dimension is left open."""
    parts = []
    for value, fact in zip(cell, table.dims, strict=True):
        text = "每一档" if value is None else fact.text(value)
        parts.append(f"{text}级" if fact.key == "disability_grade" and value is not None else text)
    return "、".join(parts)


def with_rows(parameters: Parameters, values: Sequence[Value]) -> Parameters:
    """What the tables would be with these rows added."""
    return Parameters(parameters.tables, (*parameters.rows, *values))


def differences(parameters: Parameters, values: Sequence[Value], *, place: int) -> list[Difference]:
    """Every cell whose value in force at the place changes in the first month of the new rows: also through rows that stack."""
    changed = with_rows(parameters, values)
    found = []
    for key in dict.fromkeys(value.table for value in values):
        month = max(month_on(value.effective_on) for value in values if value.table == key)
        before = parameters.lookup(key, place=place, month=month)
        after = changed.lookup(key, place=place, month=month)
        touched = {at for value in values if value.table == key for at in cells_of(before.table, value.cell)}
        for at in sorted(touched):
            old = before.amounts[at] if before.made_by[at] else None
            cell = cell_at(before.table, at)
            found.append(
                Difference(
                    before.table,
                    write_cell(before.table, cell),
                    cell_label(before.table, cell) or before.table.label,
                    old,
                    after.amounts[at],
                )
            )
    return found


def cell_at(table: Table, at: int) -> tuple[int, ...]:
    """The values of the dimensions behind a flat position."""
    found: list[int] = []
    for size in reversed(table.sizes):
        at, value = divmod(at, size)
        found.append(value)
    return tuple(reversed(found))


def problems(parameters: Parameters, values: Sequence[Value], *, place: int, ranges: Sequence[Range]) -> Problems:
    """What looks wrong in the new rows: by themselves, beside the years before, and beside the other cells in force that day."""
    tables, keys = parameters.tables, {value.key for value in values}
    touched = {value.table for value in values}
    before = [row for row in parameters.rows if row.table in touched and row.place == place]
    near = [one for one in ranges if one.table in touched]
    found = [one for one in check_parameters([*before, *values], tables, near) if one.key in keys]
    changed = with_rows(parameters, values)
    for key in touched:
        first = next(value for value in values if value.table == key)
        known = {(one.rule, one.key) for one in check_parameters(_edition(parameters, key, place, first), tables)}
        edition = check_parameters(_edition(changed, key, place, first), tables)
        found += [one for one in edition if one.rule in _BLOCKING and (one.rule, one.key) not in known]
    once = {(one.rule, one.key): one for one in reversed(found)}
    ordered = [one for one in dict.fromkeys(found) if once[(one.rule, one.key)] == one]
    errors = tuple((one.key, one.sentence) for one in ordered if one.rule in _BLOCKING)
    warnings = [(one.key, one.sentence) for one in ordered if one.rule not in _BLOCKING]
    told = {key for key, _ in warnings}
    for one in differences(parameters, values, place=place):
        key = f"{one.table.key}:{one.cell}"
        if one.change < 0 and key not in told:
            unit = one.table.unit
            sentence = f"{one.label}:{shown(one.after, unit)}低于现行标准{shown(one.before, unit)}。请核对。"
            warnings.append((key, sentence))
    return Problems(errors, tuple(warnings))


def _edition(parameters: Parameters, key: str, place: int, first: Value) -> list[Value]:
    """The whole table in force when the new rows begin, as if it had been set on that day: so neighbours can be compared."""
    found = parameters.lookup(key, place=place, month=month_on(first.effective_on))
    table = found.table
    rows = []
    for at in range(table.cells):
        if found.made_by[at] and found.amounts[at]:
            cell = cell_at(table, at)
            amount = found.amounts[at]
            text = yuan(amount) if table.unit == "fen" else str(amount)
            field = f"{key}:{write_cell(table, cell)}"
            day = first.effective_on
            rows.append(Value(key, cell, place, day, day, "set", amount, text, "yuan/month", "", "", key=field))
    return rows
