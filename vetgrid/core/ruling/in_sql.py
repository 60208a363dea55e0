"""Many persons where they lie: the rules as one SQL statement for a month, inside the transaction that uses the result."""

from collections.abc import Mapping, Sequence

from psycopg import sql

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
from vetgrid.core.ruling.rulebook import AMOUNT, ENTITLED, Programme, Rule, Rulebook

_COMPARISONS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def determination(
    book: Rulebook,
    parameters: Parameters,
    *,
    source: sql.Composable,
    month: int,
    places: Sequence[int],
    kept: Sequence[str] = ("person_id",),
    programmes: Sequence[str] | None = None,
) -> sql.Composed:
    """A SELECT of (kept columns, programme, amount_fen) with amounts above zero, for the spells of `source` that cover the month.

    `source` is a table or a sub-select with the encoded facts, `from_month`, `to_month`, and `place`: an index into `places`
    counted from 0, needed only where there are several.
    """
    compiler = _Compiler(parameters, month, places)
    chosen = [book.programmes[key] for key in (programmes or book.programmes)]
    raw = {programme.key: compiler.programme(programme) for programme in chosen}
    columns = sql.SQL(", ").join(map(sql.Identifier, kept))
    amounts = sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(value, sql.Identifier(f"raw_{key}")) for key, value in raw.items()
    )
    # OFFSET 0 keeps the planner from pulling the amounts up and working each of them out again wherever it is compared.
    inner = sql.SQL("SELECT {}, {} FROM {} f WHERE from_month <= {} AND to_month > {} OFFSET 0").format(
        columns, amounts, source, sql.Literal(month), sql.Literal(month)
    )
    values = sql.SQL(", ").join(
        sql.SQL("({}, {})").format(sql.Literal(key), _final(book, key, raw, month)) for key in raw
    )
    return sql.SQL(
        "SELECT {}, v.programme, v.amount_fen FROM ({}) r CROSS JOIN LATERAL (VALUES {}) v(programme, amount_fen) WHERE v.amount_fen > 0"
    ).format(sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(name)) for name in kept), inner, values)


def _final(book: Rulebook, key: str, raw: Mapping[str, sql.Composable], month: int) -> sql.Composable:
    mine = sql.Identifier(f"raw_{key}")
    loses = []
    for pair, other, wins_ties in book.losing_conditions(key, month):
        if other in raw:
            theirs = sql.Identifier(f"raw_{other}")
            text = "{} > 0" if pair.kind == "either_or" else "{} >= {}" if wins_ties else "{} > {}"
            loses.append(sql.SQL(text).format(theirs, *(() if pair.kind == "either_or" else (mine,))))
    if not loses:
        return mine
    return sql.SQL("CASE WHEN {} THEN 0 ELSE {} END").format(sql.SQL(" OR ").join(loses), mine)


class _Compiler:
    """Expressions of one month; each table becomes one constant array, which the planner folds."""

    def __init__(self, parameters: Parameters, month: int, places: Sequence[int]) -> None:
        self.parameters, self.month, self.places = parameters, month, places
        self.lines: dict[str, sql.Composable] = {}

    def programme(self, programme: Programme) -> sql.Composable:
        rule = programme.rule_in(self.month)
        return sql.SQL("0::bigint") if rule is None else self.rule(rule)

    def rule(self, rule: Rule) -> sql.Composable:
        self.lines = {}
        for line in rule.lines:
            self.lines[line.name] = self.node(line.node)
        text = "greatest(({})::bigint, 0)" if rule.may_be_negative else "({})::bigint"
        amount = sql.SQL(text).format(self.lines[AMOUNT])
        return sql.SQL("CASE WHEN {} THEN {} ELSE 0 END").format(self.lines[ENTITLED], amount)

    def node(self, node: Node) -> sql.Composable:
        match node:
            case Number(value, kind):
                return sql.SQL(("true" if value else "false") if kind is Type.FLAG else str(value))
            case Name():
                return self.named(node)
            case Arithmetic(operator, left, right):
                text = "(({})::bigint " + operator + " ({})::bigint)"
                return sql.SQL(text).format(self.node(left), self.node(right))
            case Comparison(operator, left, right):
                text = "({} " + _COMPARISONS[operator] + " {})"
                return sql.SQL(text).format(self.node(left), self.node(right))
            case Logic(operator, parts):
                joined = sql.SQL(f" {operator.upper()} ").join(self.node(part) for part in parts)
                return sql.SQL("({})").format(joined)
            case Not(part):
                return sql.SQL("(NOT {})").format(self.node(part))
            case Choice(condition, then, otherwise):
                return sql.SQL("CASE WHEN {} THEN {} ELSE {} END").format(
                    self.node(condition), self.node(then), self.node(otherwise)
                )
            case Division(rounding, left, right):
                return _divided(rounding, self.node(left), self.node(right))
            case Extreme(which, parts):
                word = "least" if which == "min" else "greatest"
                return sql.SQL(word + "({})").format(sql.SQL(", ").join(self.node(part) for part in parts))
            case Rate():
                return self.rate(node)

    def named(self, node: Name) -> sql.Composable:
        match node.key:
            case "month":
                return sql.SQL(str(self.month))
            case "year":
                return sql.SQL(str(self.month // 12))
            case "calendar_month":
                return sql.SQL(str(self.month % 12 + 1))
        if node.fact is None:
            return self.lines[node.key]
        column = sql.SQL("f.{}").format(sql.Identifier(node.key))
        return column if node.type is not Type.FLAG else sql.SQL("({} = 1)").format(column)

    def rate(self, node: Rate) -> sql.Composable:
        found = [
            self.parameters.lookup(node.table, place=place, month=self.month + node.offset) for place in self.places
        ]
        table = found[0].table
        cells = [
            int(bool(resolved.made_by[at])) if node.exists else resolved.amounts[at]
            for resolved in found
            for at in range(table.cells)
        ]
        if len(cells) == 1 or not any(cells):
            value: sql.Composable = sql.SQL(f"{cells[0] if cells else 0}::bigint")
        else:
            array = sql.SQL("('{{" + ",".join(map(str, cells)) + "}}'::bigint[])").format()
            value = sql.SQL("({})[{}]").format(array, self.position(node, table.sizes))
        inside = self.inside(node, table.sizes)
        if inside is not None:
            value = sql.SQL("CASE WHEN {} THEN {} ELSE 0 END").format(inside, value)
        return sql.SQL("({} <> 0)").format(value) if node.exists else value

    def position(self, node: Rate, sizes: tuple[int, ...]) -> sql.Composable:
        at: sql.Composable = sql.SQL("f.place" if len(self.places) > 1 else "0")
        for dim, size in zip(node.dims, sizes, strict=True):
            at = sql.SQL("({} * " + str(size) + " + {})").format(at, self.node(dim))
        return sql.SQL("({})::int + 1").format(at)

    def inside(self, node: Rate, sizes: tuple[int, ...]) -> sql.Composable | None:
        parts = [
            sql.SQL("{} BETWEEN 0 AND " + str(size - 1)).format(self.node(dim))
            for dim, size in zip(node.dims, sizes, strict=True)
            if not is_bounded(dim, size)
        ]
        return sql.SQL(" AND ").join(parts) if parts else None


def _divided(rounding: str, a: sql.Composable, b: sql.Composable) -> sql.Composable:
    """Floor division for either sign: PostgreSQL's own truncates towards zero."""
    above = {"half_up": "(2 * ({a})::bigint + ({b})::bigint)", "floor": "({a})::bigint", "ceil": "(-({a})::bigint)"}[
        rounding
    ]
    below = "(2 * ({b})::bigint)" if rounding == "half_up" else "({b})::bigint"
    sign = "-" if rounding == "ceil" else ""
    whole = f"{sign}({above} / {below} - ({above} % {below} < 0)::int)"
    return sql.SQL("CASE WHEN ({b}) > 0 THEN " + whole + " ELSE 0 END").format(a=a, b=b)
