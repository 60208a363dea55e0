"""Many persons in memory: the rules as Polars expressions, a month at a time, for what-if and for whole provinces.

A frame has a row for each spell (a period in which nothing about a person changes) with the encoded facts, `from_month`
(included) and `to_month` (the first month in which it is over), and `place`, an index into `places`.
"""

from collections.abc import Iterator, Sequence

import polars as pl

from vetgrid.core.ruling.language import (
    Arithmetic,
    Choice,
    Comparison,
    Division,
    Extreme,
    Logic,
    Name,
    Node,
    Not,
    Number,
    Rate,
    Type,
    is_bounded,
)
from vetgrid.core.ruling.parameters import Parameters
from vetgrid.core.ruling.rulebook import AMOUNT, Programme, Rule, Rulebook
from vetgrid.core.ruling.vocabulary import Kind, Vocabulary

_WIDE = pl.Int64
_BOUNDS = (pl.col("from_month"), pl.col("to_month"))


def determine(
    book: Rulebook,
    parameters: Parameters,
    frame: pl.DataFrame,
    *,
    months: Sequence[int],
    places: Sequence[int],
    programmes: Sequence[str] | None = None,
) -> Iterator[tuple[int, pl.DataFrame]]:
    """Yields (month, amounts): a column of fen for each programme, a row for each row of the frame; 0 outside its spell.

    One month is in memory at a time, so memory does not grow with the number of months.
    """
    chosen = [book.programmes[key] for key in (programmes or book.programmes)]
    is_bounded = bool(len(frame)) and not _covers(frame, months)
    # What is the same in every month is worked out once.
    steady = frame.with_columns(**_fixed(book, parameters, chosen, months, places)).lazy()
    for month in months:
        compiler = _Compiler(book, parameters, month, places)
        raw = {programme.key: compiler.programme(programme) for programme in chosen}
        # The bounds come along even where nobody asks for them: a constant amount alone would be a frame of one row.
        first = steady.select(*(expression.alias(key) for key, expression in raw.items()), *_BOUNDS)
        yield month, first.select(*_final(book, raw, month, is_bounded)).collect()


def _fixed(
    book: Rulebook, parameters: Parameters, chosen: Sequence[Programme], months: Sequence[int], places: Sequence[int]
) -> dict[str, pl.Expr]:
    found = {}
    for programme in chosen:
        for rule in {rule.since: rule for month in months if (rule := programme.rule_in(month))}.values():
            if rule.split[0]:
                compiler = _Compiler(book, parameters, months[0], places)
                compiler.read(rule)
                found[_name(programme, rule)] = _all([compiler.node(node) for node in rule.split[0]], "and")
    return found


def _name(programme: Programme, rule: Rule) -> str:
    return f"{programme.key} since {rule.since}"


def _covers(frame: pl.DataFrame, months: Sequence[int]) -> bool:
    """Whether every spell covers all the months, so that no row needs to be asked."""
    first, last = frame.select(pl.col("from_month").max(), pl.col("to_month").min()).row(0)
    return bool(first <= min(months) and last > max(months))


def _final(book: Rulebook, raw: dict[str, pl.Expr], month: int, is_bounded: bool) -> Iterator[pl.Expr]:
    inside = (pl.col("from_month") <= month) & (pl.col("to_month") > month) if is_bounded else None
    for key in raw:
        mine, stays = pl.col(key), inside
        for pair, other, wins_ties in book.losing_conditions(key, month):
            if other not in raw:
                continue
            theirs = pl.col(other)
            loses = theirs > 0 if pair.kind == "either_or" else (theirs >= mine if wins_ties else theirs > mine)
            stays = ~loses if stays is None else stays & ~loses
        yield mine if stays is None else pl.when(stays).then(mine).otherwise(0).alias(key)


class _Compiler:
    """Expressions of one month; the cells of each table become one constant list that is read by position."""

    def __init__(self, book: Rulebook, parameters: Parameters, month: int, places: Sequence[int]) -> None:
        self.book, self.parameters, self.month, self.places = book, parameters, month, places
        self.lines: dict[str, pl.Expr] = {}

    def programme(self, programme: Programme) -> pl.Expr:
        rule = programme.rule_in(self.month)
        if rule is None:
            return pl.lit(0, _WIDE)
        self.read(rule)
        fixed, moving = rule.split
        parts = [pl.col(_name(programme, rule))] if fixed else []
        parts += [self.node(node) for node in moving]
        amount = self.lines[AMOUNT].cast(_WIDE)
        if rule.may_be_negative:
            amount = amount.clip(lower_bound=0)
        return pl.when(_all(parts, "and")).then(amount).otherwise(pl.lit(0, _WIDE))

    def read(self, rule: Rule) -> None:
        """The rule's lines as expressions, for those that ask for them by name."""
        self.lines = {}
        for line in rule.lines:
            self.lines[line.name] = self.node(line.node)

    def node(self, node: Node) -> pl.Expr:
        match node:
            case Number(value, kind):
                return (
                    pl.lit(bool(value)) if kind is Type.FLAG else pl.lit(value, None if abs(value) < 2**31 else _WIDE)
                )
            case Name():
                return self.named(node)
            case Arithmetic(operator, left, right):
                a, b = self.node(left), self.node(right)
                return a + b if operator == "+" else a - b if operator == "-" else a.cast(_WIDE) * b.cast(_WIDE)
            case Comparison(operator, left, right):
                return _compared(operator, self.node(left), self.node(right))
            case Logic(operator, parts):
                return _all([self.node(part) for part in parts], operator)
            case Not(part):
                return ~self.node(part)
            case Choice(condition, then, otherwise):
                return pl.when(self.node(condition)).then(self.node(then)).otherwise(self.node(otherwise))
            case Division(rounding, left, right):
                return _divided(rounding, self.node(left).cast(_WIDE), self.node(right), right)
            case Extreme(which, parts):
                values = [self.node(part) for part in parts]
                return pl.min_horizontal(*values) if which == "min" else pl.max_horizontal(*values)
            case Rate():
                return self.rate(node)

    def named(self, node: Name) -> pl.Expr:
        match node.key:
            case "month":
                return pl.lit(self.month, pl.Int32)
            case "year":
                return pl.lit(self.month // 12, pl.Int32)
            case "calendar_month":
                return pl.lit(self.month % 12 + 1, pl.Int32)
        if node.fact is None:
            return self.lines[node.key]
        column = pl.col(node.key)
        return column if node.type is not Type.FLAG else column.cast(pl.Boolean)

    def rate(self, node: Rate) -> pl.Expr:
        found = [
            self.parameters.lookup(node.table, place=place, month=self.month + node.offset) for place in self.places
        ]
        cells = [
            int(bool(resolved.made_by[at])) if node.exists else resolved.amounts[at]
            for resolved in found
            for at in range(resolved.table.cells)
        ]
        at, inside = self.position(node, found[0].table.sizes)
        if len(cells) == 1:
            value = pl.lit(cells[0], _WIDE)
        elif not any(cells):
            value = pl.lit(0, _WIDE)
        else:
            value = pl.lit(pl.Series(cells, dtype=_WIDE)).gather(at)
        if inside is not None:
            value = pl.when(inside).then(value).otherwise(pl.lit(0, _WIDE))
        return value != 0 if node.exists else value

    def position(self, node: Rate, sizes: tuple[int, ...]) -> tuple[pl.Expr, pl.Expr | None]:
        """The flat position, and the condition under which it is one: a plain fact is never outside its own dimension."""
        at = pl.col("place").cast(pl.UInt32) if len(self.places) > 1 else None
        inside: pl.Expr | None = None
        for dim, size in zip(node.dims, sizes, strict=True):
            value = self.node(dim)
            if not is_bounded(dim, size):
                here = value.is_between(0, size - 1)
                inside = here if inside is None else inside & here
                value = value.clip(0, size - 1)
            value = value.cast(pl.UInt32)
            at = value if at is None else at * pl.lit(size, pl.UInt32) + value
        return (pl.lit(0, pl.UInt32) if at is None else at), inside


def _compared(operator: str, a: pl.Expr, b: pl.Expr) -> pl.Expr:
    match operator:
        case "==":
            return a == b
        case "!=":
            return a != b
        case "<":
            return a < b
        case "<=":
            return a <= b
        case ">":
            return a > b
        case _:
            return a >= b


def _all(parts: list[pl.Expr], operator: str) -> pl.Expr:
    found = parts[0]
    for part in parts[1:]:
        found = found & part if operator == "and" else found | part
    return found


def _divided(rounding: str, a: pl.Expr, b: pl.Expr, divisor: Node) -> pl.Expr:
    b = b.cast(_WIDE)
    match rounding:
        case "half_up":
            value = (a * 2 + b) // (b * 2)
        case "floor":
            value = a // b
        case _:
            value = -((-a) // b)
    if isinstance(divisor, Number) and divisor.value > 0:
        return value
    return pl.when(b > 0).then(value).otherwise(pl.lit(0, _WIDE))


def schema(vocabulary: Vocabulary) -> dict[str, pl.DataType]:
    """The narrowest types that hold the facts: what a frame should be made of."""
    return {
        key: pl.Boolean()
        if fact.kind is Kind.FLAG
        else pl.Int64()
        if fact.unit == "fen" or (fact.kind is Kind.INT and fact.max is None)
        else pl.UInt32()
        if fact.kind is Kind.CODE
        else pl.Int32()
        for key, fact in vocabulary.items()
    }
