"""Many persons where they lie: the rules as one SQL statement for a month, inside the transaction that uses the result."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

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
from vetgrid.core.ruling.rulebook import AMOUNT, Programme, Rule, Rulebook

_COMPARISONS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def determination(
    book: Rulebook,
    parameters: Parameters,
    *,
    source: sql.Composable,
    months: Sequence[int],
    places: Sequence[int],
    kept: Sequence[str] = ("person_id",),
    programmes: Sequence[str] | None = None,
) -> sql.Composed:
    """A SELECT of (kept columns, programme, month, amount_fen) with amounts above zero, for the spells of `source` in the months.

    `source` is a table or a sub-select with the encoded facts, `from_month`, `to_month`, and `place`: an index into `places`
    counted from 0, needed only where there are several.
    """
    chosen = [book.programmes[key] for key in (programmes or book.programmes)]
    plan = _Plan(book, parameters, source, months, places, kept, {programme.key: programme for programme in chosen})
    results = [plan.amounts(key, month) for key in plan.chosen for month in months if plan.rule(key, month)]
    if not results:
        columns = _list(sql.SQL("f.{}").format(sql.Identifier(name)) for name in kept)
        nobody = "SELECT {}, ''::text AS programme, 0 AS month, 0::bigint AS amount_fen FROM {} f WHERE false"
        return sql.SQL(nobody).format(columns, source)
    # Kept by the database step by step: who can be entitled to anything at all, whatever the month; for each programme those
    # who can be entitled to it, with the columns it needs and no others; then its amounts, a month at a time.
    steps = [sql.SQL("steady AS MATERIALIZED ({})").format(plan.steady())]
    steps += [sql.SQL("{} AS MATERIALIZED ({})").format(_group(key), plan.group(key)) for key in plan.chosen]
    return sql.SQL("WITH {} {}").format(_list(steps), sql.SQL(" UNION ALL ").join(results))


def _list(parts: Iterable[sql.Composable]) -> sql.Composed:
    return sql.SQL(", ").join(list(parts))


def _group(key: str) -> sql.Identifier:
    return sql.Identifier(f"of {key}")


def _flag(key: str, rule: Rule) -> str:
    return f"{key} since {rule.since}"


@dataclass
class _Plan:
    """What one statement is made of."""

    book: Rulebook
    parameters: Parameters
    source: sql.Composable
    months: Sequence[int]
    places: Sequence[int]
    kept: Sequence[str]
    chosen: Mapping[str, Programme]

    def __post_init__(self) -> None:
        found = [(key, self.rule(key, month)) for key in self.chosen for month in self.months]
        self.rules = {_flag(key, rule): (key, rule) for key, rule in found if rule}
        self.compilers = {month: _Compiler(self.parameters, month, self.places) for month in self.months}

    def rule(self, key: str, month: int) -> Rule | None:
        return self.chosen[key].rule_in(month)

    def rivals(self, key: str) -> set[str]:
        """The programme and those that may take its place."""
        found = {other for month in self.months for _, other, _ in self.book.losing_conditions(key, month)}
        return {key} | (found & set(self.chosen))

    def columns(self, keys: set[str]) -> sql.Composed:
        """What the amounts of these programmes need, and their flags."""
        wanted = {name for key, rule in self.rules.values() if key in keys for name in rule.facts_of_a_month}
        flags = [name for name, (key, _) in self.rules.items() if key in keys]
        bounds = ["from_month", "to_month", *(("place",) if len(self.places) > 1 else ())]
        return _list(map(sql.Identifier, dict.fromkeys([*self.kept, *bounds, *sorted(wanted), *flags])))

    def steady(self) -> sql.Composed:
        """The spells that meet, for some programme, every condition that is the same in each month; flags say for which."""
        shown = []
        for name, (_, rule) in self.rules.items():
            compiler = _Compiler(self.parameters, self.months[0], self.places)
            compiler.read(rule)
            parts = [compiler.node(node) for node in rule.split[0]] or [sql.SQL("true")]
            shown.append(sql.SQL("({}) AS {}").format(sql.SQL(" AND ").join(parts), sql.Identifier(name)))
        # OFFSET 0 keeps the planner from pulling the flags up and working each of them out again wherever it is asked.
        question = (
            "SELECT {} FROM (SELECT f.*, {} FROM {} f WHERE from_month <= {} AND to_month > {} OFFSET 0) r WHERE {}"
        )
        some = sql.SQL(" OR ").join(map(sql.Identifier, self.rules))
        last, first = sql.Literal(max(self.months)), sql.Literal(min(self.months))
        return sql.SQL(question).format(self.columns(set(self.chosen)), _list(shown), self.source, last, first, some)

    def group(self, key: str) -> sql.Composed:
        flags = [sql.Identifier(name) for name, (owner, _) in self.rules.items() if owner == key]
        some = sql.SQL(" OR ").join(flags) if flags else sql.SQL("false")
        return sql.SQL("SELECT {} FROM steady WHERE {}").format(self.columns(self.rivals(key)), some)

    def amounts(self, key: str, month: int) -> sql.Composed:
        """The rows of one programme in one month."""
        condition, amount = self.amount(key, month)
        loses = [
            _loses(pair.kind, wins_ties, self.amount(other, month), amount)
            for pair, other, wins_ties in self.book.losing_conditions(key, month)
            if other in self.chosen and self.rule(other, month)
        ]
        if loses:
            amount = sql.SQL("CASE WHEN {} THEN 0 ELSE {} END").format(sql.SQL(" OR ").join(loses), amount)
        names, at = _list(map(sql.Identifier, self.kept)), sql.Literal(month)
        question = (
            "SELECT {}, {}::text AS programme, {} AS month, amount_fen FROM (SELECT {}, {} AS amount_fen FROM {} f"
            " WHERE from_month <= {} AND to_month > {} AND {} OFFSET 0) r WHERE amount_fen > 0"
        )
        return sql.SQL(question).format(names, sql.Literal(key), at, names, amount, _group(key), at, at, condition)

    def amount(self, key: str, month: int) -> tuple[sql.Composed, sql.Composable]:
        """Who is entitled in the month, and to how much, before exclusions."""
        rule, compiler = self.rule(key, month), self.compilers[month]
        assert rule is not None
        compiler.read(rule)
        flag = sql.SQL("f.{}").format(sql.Identifier(_flag(key, rule)))
        parts = [flag, *(compiler.node(node) for node in rule.split[1])]
        text = "greatest(({})::bigint, 0)" if rule.may_be_negative else "({})::bigint"
        return sql.SQL(" AND ").join(parts), sql.SQL(text).format(compiler.lines[AMOUNT])


def _loses(
    kind: str, wins_ties: bool, rival: tuple[sql.Composed, sql.Composable], mine: sql.Composable
) -> sql.Composable:
    condition, amount = rival
    if kind == "either_or":
        return sql.SQL("({} AND {} > 0)").format(condition, amount)
    sign = ">=" if wins_ties else ">"
    return sql.SQL("({} AND {} > 0 AND {} " + sign + " {})").format(condition, amount, amount, mine)


class _Compiler:
    """Expressions of one month; each table becomes one constant array, which the planner folds."""

    def __init__(self, parameters: Parameters, month: int, places: Sequence[int]) -> None:
        self.parameters, self.month, self.places = parameters, month, places
        self.lines: dict[str, sql.Composable] = {}

    def read(self, rule: Rule) -> None:
        """The rule's lines as expressions, for those that ask for them by name."""
        self.lines = {}
        for line in rule.lines:
            self.lines[line.name] = self.node(line.node)

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
