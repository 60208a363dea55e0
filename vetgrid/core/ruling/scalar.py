"""One person, one month, every step written down: the target behind receipts and explanations."""

from collections.abc import Mapping
from dataclasses import dataclass

from vetgrid.core.ruling.language import (
    BUILT_IN,
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
)
from vetgrid.core.ruling.months import label
from vetgrid.core.ruling.parameters import Parameters, Value
from vetgrid.core.ruling.rulebook import AMOUNT, ENTITLED, Line, Pair, Programme, Rulebook
from vetgrid.core.ruling.vocabulary import yuan


@dataclass(frozen=True)
class Input:
    """A fact or an earlier line that a step looked at. `group` is the fact's group; empty for lines."""

    key: str
    label: str
    text: str
    group: str = ""


@dataclass(frozen=True)
class Looked:
    """A cell that a step read from a table: its value, and the rows that made it (none: there is no such cell)."""

    table: str
    label: str
    cell: str
    text: str
    rows: tuple[Value, ...]


@dataclass(frozen=True)
class Step:
    """One line as it was worked out."""

    name: str
    label: str
    clause: str
    expression: str
    value: int
    text: str
    inputs: tuple[Input, ...]
    looked: tuple[Looked, ...]
    is_condition: bool


@dataclass(frozen=True)
class Decision:
    """What one programme gives one person for one month, in fen, and why."""

    programme: Programme
    month: int
    since: int | None
    """From when the rule holds; None where no rule holds yet."""
    is_entitled: bool
    amount_fen: int
    before_exclusion_fen: int
    excluded_by: Pair | None
    steps: tuple[Step, ...]
    unmet: tuple[str, ...]


def decide(
    book: Rulebook, parameters: Parameters, facts: Mapping[str, int], *, month: int, place: int
) -> dict[str, Decision]:
    """Every programme for one person: `facts` are encoded, `place` is the 12-digit code of the county (or village) that decides."""
    raw = {
        key: _one(programme, book, parameters, facts, month=month, place=place)
        for key, programme in book.programmes.items()
    }
    return {key: _after_exclusion(book, decision, raw, month) for key, decision in raw.items()}


def _after_exclusion(book: Rulebook, decision: Decision, raw: Mapping[str, Decision], month: int) -> Decision:
    mine = decision.before_exclusion_fen
    if mine <= 0:
        return decision
    for pair, other, wins_ties in book.losing_conditions(decision.programme.key, month):
        theirs = raw[other].before_exclusion_fen
        loses = theirs > 0 if pair.kind == "either_or" else theirs > mine or (wins_ties and theirs == mine)
        if loses:
            return _replaced(decision, pair)
    return decision


def _replaced(decision: Decision, pair: Pair) -> Decision:
    return Decision(
        decision.programme,
        decision.month,
        decision.since,
        decision.is_entitled,
        0,
        decision.before_exclusion_fen,
        pair,
        decision.steps,
        decision.unmet,
    )


def _one(
    programme: Programme, book: Rulebook, parameters: Parameters, facts: Mapping[str, int], *, month: int, place: int
) -> Decision:
    rule = programme.rule_in(month)
    if rule is None:
        return Decision(programme, month, None, False, 0, 0, None, (), ("那时还没有这项待遇的规定。",))
    walker = _Walker(book, parameters, facts, month, place)
    steps = []
    for line in rule.lines:
        if line.name == AMOUNT and not walker.lines[ENTITLED]:
            continue
        steps.append(walker.step(line))
    is_entitled = bool(walker.lines[ENTITLED])
    amount = max(0, walker.lines[AMOUNT]) if is_entitled else 0
    unmet = (
        ()
        if is_entitled
        else tuple(line.unmet for line in rule.lines if line.unmet and not walker.lines.get(line.name, 1))
    )
    return Decision(programme, month, rule.since, is_entitled, amount, amount, None, tuple(steps), unmet)


class _Walker:
    """Works out the lines of one rule; remembers what each step looked at."""

    def __init__(
        self, book: Rulebook, parameters: Parameters, facts: Mapping[str, int], month: int, place: int
    ) -> None:
        self.book, self.parameters, self.facts, self.month, self.place = book, parameters, facts, month, place
        self.lines: dict[str, int] = {}
        self.known: dict[str, Line] = {}
        self.inputs: dict[str, Input] = {}
        self.looked: list[Looked] = []

    def step(self, line: Line) -> Step:
        self.inputs, self.looked = {}, []
        value = self.value(line.node)
        self.lines[line.name], self.known[line.name] = value, line
        return Step(
            line.name,
            line.label,
            line.clause,
            line.expression,
            value,
            text_of(line, value),
            tuple(self.inputs.values()),
            tuple(self.looked),
            line.node.type is Type.FLAG,
        )

    def value(self, node: Node) -> int:
        match node:
            case Number(value):
                return value
            case Name():
                return self.named(node)
            case Arithmetic(operator, left, right):
                a, b = self.value(left), self.value(right)
                return a + b if operator == "+" else a - b if operator == "-" else a * b
            case Comparison(operator, left, right):
                return int(compared(operator, self.value(left), self.value(right)))
            case Logic(operator, parts):
                # Every part is worked out, so that a receipt shows all conditions and not only the first that decides.
                values = [self.value(part) for part in parts]
                return int(all(values) if operator == "and" else any(values))
            case Not(part):
                return 1 - self.value(part)
            case Choice(condition, then, otherwise):
                return self.value(then) if self.value(condition) else self.value(otherwise)
            case Division(rounding, left, right):
                return divided(rounding, self.value(left), self.value(right))
            case Extreme(which, parts):
                values = [self.value(part) for part in parts]
                return min(values) if which == "min" else max(values)
            case Rate():
                return self.rate(node)

    def named(self, node: Name) -> int:
        if node.key in BUILT_IN:
            value = {"month": self.month, "year": self.month // 12, "calendar_month": self.month % 12 + 1}[node.key]
            text = label(value) if node.key == "month" else str(value)
            self.inputs[node.key] = Input(node.key, BUILT_IN[node.key], text)
            return value
        if node.fact is None:
            line = self.known[node.key]
            value = self.lines[node.key]
            self.inputs[node.key] = Input(node.key, line.label, text_of(line, value))
            return value
        value = self.facts[node.key]
        self.inputs[node.key] = Input(node.key, node.fact.label, node.fact.text(value), node.fact.group)
        return value

    def rate(self, node: Rate) -> int:
        values = tuple(self.value(dim) for dim in node.dims)
        found = self.parameters.lookup(node.table, place=self.place, month=self.month + node.offset)
        at = found.flat(values)
        rows = found.made_by[at] if at is not None else ()
        amount = found.amounts[at] if at is not None else 0
        cell = found.table.cell_label(values) if at is not None else "、".join(map(str, values))
        text = yuan(amount) if found.table.unit == "fen" else str(amount)
        self.looked.append(Looked(node.table, found.table.label, cell, text if rows else "没有这一档", rows))
        return int(bool(rows)) if node.exists else amount


def text_of(line: Line, value: int) -> str:
    """A line's value as people read it."""
    if line.node.type is Type.FLAG:
        return "符合" if value else "不符合"
    if line.unit == "month":
        return label(value)
    return yuan(value) if line.unit == "fen" else str(value)


def compared(operator: str, a: int, b: int) -> bool:
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


def divided(rounding: str, a: int, b: int) -> int:
    """Integer division for every target: half up means the half goes towards the larger; no positive divisor gives 0."""
    if b <= 0:
        return 0
    if rounding == "half_up":
        return (2 * a + b) // (2 * b)
    return a // b if rounding == "floor" else -(-a // b)
