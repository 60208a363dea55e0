"""Many persons where they lie: the rules as one SQL statement for a month, inside the transaction that uses the result."""

from collections.abc import Iterable, Mapping, Sequence

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
    # Three steps, each kept by the database: who can be entitled at all, whatever the month; the amounts of each month; their rows.
    steps = [sql.SQL("steady AS MATERIALIZED ({})").format(_steady(parameters, source, chosen, months, places))]
    results = []
    for month in months:
        compiler = _Compiler(parameters, month, places)
        raw = {programme.key: compiler.programme(programme) for programme in chosen}
        name = sql.Identifier(f"month_{month}")
        amounts = _list(sql.SQL("{} AS {}").format(value, sql.Identifier(f"raw_{key}")) for key, value in raw.items())
        inner = sql.SQL(
            "{} AS MATERIALIZED (SELECT * FROM (SELECT {}, {} FROM steady f WHERE from_month <= {} AND to_month > {} OFFSET 0) r WHERE {} > 0)"
        )
        some = sql.SQL(" + ").join(sql.Identifier(f"raw_{key}") for key in raw)
        bounds = sql.Literal(month), sql.Literal(month)
        steps.append(inner.format(name, _list(map(sql.Identifier, kept)), amounts, *bounds, some))
        for key in raw:
            final = _final(book, key, raw, month)
            row = sql.SQL("SELECT {}, {}::text AS programme, {} AS month, {} AS amount_fen FROM {} WHERE {} > 0")
            columns = _list(map(sql.Identifier, kept))
            results.append(row.format(columns, sql.Literal(key), sql.Literal(month), final, name, final))
    return sql.SQL("WITH {} {}").format(_list(steps), sql.SQL(" UNION ALL ").join(results))


def _list(parts: Iterable[sql.Composable]) -> sql.Composed:
    return sql.SQL(", ").join(list(parts))


def _steady(
    parameters: Parameters,
    source: sql.Composable,
    chosen: Sequence[Programme],
    months: Sequence[int],
    places: Sequence[int],
) -> sql.Composed:
    """The spells that meet, for some programme, every condition that is the same in each month; which ones is remembered as flags."""
    flags: dict[str, sql.Composable] = {}
    for programme in chosen:
        for rule in {rule.since: rule for month in months if (rule := programme.rule_in(month))}.values():
            compiler = _Compiler(parameters, months[0], places)
            compiler.read(rule)
            parts = [compiler.node(node) for node in rule.split[0]] or [sql.SQL("true")]
            flags[_name(programme, rule)] = sql.SQL("({})").format(sql.SQL(" AND ").join(parts))
    if not flags:
        return sql.SQL("SELECT f.* FROM {} f WHERE false").format(source)
    shown = _list(sql.SQL("{} AS {}").format(value, sql.Identifier(key)) for key, value in flags.items())
    question = "SELECT * FROM (SELECT f.*, {} FROM {} f WHERE from_month <= {} AND to_month > {} OFFSET 0) r WHERE {}"
    some = sql.SQL(" OR ").join(map(sql.Identifier, flags))
    return sql.SQL(question).format(shown, source, sql.Literal(max(months)), sql.Literal(min(months)), some)


def _name(programme: Programme, rule: Rule) -> str:
    return f"{programme.key} since {rule.since}"


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
        if rule is None:
            return sql.SQL("0::bigint")
        self.read(rule)
        flag = sql.SQL("f.{}").format(sql.Identifier(_name(programme, rule)))
        parts = [flag, *(self.node(node) for node in rule.split[1])]
        text = "greatest(({})::bigint, 0)" if rule.may_be_negative else "({})::bigint"
        amount = sql.SQL(text).format(self.lines[AMOUNT])
        return sql.SQL("CASE WHEN {} THEN {} ELSE 0 END").format(sql.SQL(" AND ").join(parts), amount)

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
