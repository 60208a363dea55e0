"""Expressions of a month as SQL: a tree of texts, so that what several months have in common can be found and worked out once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

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
from vetgrid.core.ruling.rulebook import Rule

_COMPARISONS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass(frozen=True, eq=False)
class Term:
    """A text with numbered holes for its parts; without parts it stands as it is. `column`: the fact it reads, if it is one."""

    text: str
    parts: tuple["Term", ...] = ()
    column: str | None = None

    @cached_property
    def plain(self) -> str:
        """The whole written out: equal texts have equal values."""
        return self.text.format(*(part.plain for part in self.parts)) if self.parts else self.text

    def walk(self) -> Iterator["Term"]:
        """The term and everything inside it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    @cached_property
    def columns(self) -> frozenset[str]:
        """The facts that it reads."""
        own = {self.column} if self.column else set()
        return frozenset(own.union(*(part.columns for part in self.parts)))


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def fact(name: str) -> Term:
    """A column of the people asked."""
    return Term(f"f.{quoted(name)}", column=name)


def flag(name: str) -> Term:
    """A column that is already true or false."""
    return Term(f"f.{quoted(name)}", column=name)


def joined(word: str, terms: Iterable[Term]) -> Term:
    """The terms between a word such as AND."""
    parts = tuple(terms)
    return Term("(" + f" {word} ".join(["{}"] * len(parts)) + ")", parts)


@dataclass
class Shared:
    """What is the same in at least two of the months: each becomes a column, worked out once for a person."""

    months_of: dict[str, int] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)

    def count(self, terms: Iterable[Term]) -> None:
        """Takes notice of everything that one month asks."""
        seen = {inner.plain for term in terms for inner in term.walk() if inner.parts and inner.columns}
        for text in seen:
            self.months_of[text] = self.months_of.get(text, 0) + 1

    def render(self, term: Term, used: set[str]) -> str:
        """The term with its shared parts by name; adds the facts that it still reads to `used`."""
        if self.is_column(term):
            return f"f.{quoted(self.columns.setdefault(term.plain, f'same {len(self.columns)}'))}"
        if term.column:
            used.add(term.column)
        return term.text.format(*(self.render(part, used) for part in term.parts)) if term.parts else term.text

    def is_column(self, term: Term) -> bool:
        return bool(term.parts) and self.months_of.get(term.plain, 0) > 1


class Compiler:
    """The expressions of one month; each table becomes one constant array, which the planner folds."""

    def __init__(self, parameters: Parameters, month: int, places: Sequence[int]) -> None:
        self.parameters, self.month, self.places = parameters, month, places

    def lines(self, rule: Rule) -> dict[str, Term]:
        """The rule's lines by name, each with the earlier ones written out."""
        found: dict[str, Term] = {}
        for line in rule.lines:
            found[line.name] = self.term(line.node, found)
        return found

    def term(self, node: Node, lines: Mapping[str, Term]) -> Term:
        def inner(*nodes: Node) -> tuple[Term, ...]:
            return tuple(self.term(each, lines) for each in nodes)

        match node:
            case Number(value, kind):
                return Term(("true" if value else "false") if kind is Type.FLAG else str(value))
            case Name():
                return self.named(node, lines)
            case Arithmetic(operator, left, right):
                return Term("(({})::bigint " + operator + " ({})::bigint)", inner(left, right))
            case Comparison(operator, left, right):
                return Term("({} " + _COMPARISONS[operator] + " {})", inner(left, right))
            case Logic(operator, parts):
                return joined(operator.upper(), inner(*parts))
            case Not(part):
                return Term("(NOT {})", inner(part))
            case Choice(condition, then, otherwise):
                return Term("CASE WHEN {} THEN {} ELSE {} END", inner(condition, then, otherwise))
            case Division(rounding, left, right):
                return Term(_divided(rounding), inner(left, right))
            case Extreme(which, parts):
                word = "least" if which == "min" else "greatest"
                return Term(word + "(" + ", ".join(["{}"] * len(parts)) + ")", inner(*parts))
            case Rate():
                return self.rate(node, lines)

    def named(self, node: Name, lines: Mapping[str, Term]) -> Term:
        match node.key:
            case "month":
                return Term(str(self.month))
            case "year":
                return Term(str(self.month // 12))
            case "calendar_month":
                return Term(str(self.month % 12 + 1))
        if node.fact is None:
            return lines[node.key]
        column = fact(node.key)
        return column if node.type is not Type.FLAG else Term("({} = 1)", (column,))

    def rate(self, node: Rate, lines: Mapping[str, Term]) -> Term:
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
            value = Term(f"{cells[0] if cells else 0}::bigint")
        else:
            # As a part of its own, because the array's braces are no holes.
            array = Term("'{" + ",".join(map(str, cells)) + "}'::bigint[]")
            value = Term("({})[{}]", (array, self.position(node, table.sizes, lines)))
        inside = [
            Term("{} BETWEEN 0 AND " + str(size - 1), (self.term(dim, lines),))
            for dim, size in zip(node.dims, table.sizes, strict=True)
            if not is_bounded(dim, size)
        ]
        if inside:
            value = Term("CASE WHEN {} THEN {} ELSE 0 END", (joined("AND", inside), value))
        return Term("({} <> 0)", (value,)) if node.exists else value

    def position(self, node: Rate, sizes: tuple[int, ...], lines: Mapping[str, Term]) -> Term:
        at = fact("place") if len(self.places) > 1 else Term("0")
        for dim, size in zip(node.dims, sizes, strict=True):
            at = Term("({} * " + str(size) + " + {})", (at, self.term(dim, lines)))
        return Term("({})::int + 1", (at,))


def _divided(rounding: str) -> str:
    """Floor division for either sign, from {0} and {1}: PostgreSQL's own truncates towards zero."""
    above = {"half_up": "(2 * ({0})::bigint + ({1})::bigint)", "floor": "({0})::bigint", "ceil": "(-({0})::bigint)"}[
        rounding
    ]
    below = "(2 * ({1})::bigint)" if rounding == "half_up" else "({1})::bigint"
    sign = "-" if rounding == "ceil" else ""
    whole = f"{sign}({above} / {below} - ({above} % {below} < 0)::int)"
    return "CASE WHEN ({1}) > 0 THEN " + whole + " ELSE 0 END"
