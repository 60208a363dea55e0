"""The expression language of rules: one line of Python syntax over integers, parsed once into typed nodes that every target walks.

Only what is listed here exists: no floats, no other calls, no attribute access. Types keep codes from being added and
flags from being counted, so that a wrong rule fails when it is read.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from vetgrid.core.ruling import months
from vetgrid.core.ruling.errors import RuleError
from vetgrid.core.ruling.vocabulary import Fact, Kind


class Type(StrEnum):
    """What an expression gives. Months are integers."""

    INT = "int"
    FLAG = "flag"
    CODE = "code"


@dataclass(frozen=True)
class Number:
    """A literal; flags are 0 and 1."""

    value: int
    type: Type = Type.INT


@dataclass(frozen=True)
class Name:
    """A fact, an earlier line of the same rule, or one of the built-in names."""

    key: str
    type: Type
    fact: Fact | None = None


@dataclass(frozen=True)
class Arithmetic:
    """`+`, `-` or `*` of two integers."""

    operator: str
    left: "Node"
    right: "Node"
    type: Type = Type.INT


@dataclass(frozen=True)
class Comparison:
    """`==`, `!=`, `<`, `<=`, `>`, `>=`."""

    operator: str
    left: "Node"
    right: "Node"
    type: Type = Type.FLAG


@dataclass(frozen=True)
class Logic:
    """`and` or `or` of flags."""

    operator: str
    parts: tuple["Node", ...]
    type: Type = Type.FLAG


@dataclass(frozen=True)
class Not:
    part: "Node"
    type: Type = Type.FLAG


@dataclass(frozen=True)
class Choice:
    """`then if condition else otherwise`."""

    condition: "Node"
    then: "Node"
    otherwise: "Node"
    type: Type = Type.INT


@dataclass(frozen=True)
class Division:
    """Integer division by a positive divisor, rounded as `rounding` says; 0 where the divisor is not positive."""

    rounding: str
    left: "Node"
    right: "Node"
    type: Type = Type.INT


@dataclass(frozen=True)
class Extreme:
    """`min` or `max`."""

    which: str
    parts: tuple["Node", ...]
    type: Type = Type.INT


@dataclass(frozen=True)
class Rate:
    """The cell of a parameter table for the month (`offset` months earlier when negative); `exists` asks whether there is one."""

    table: str
    dims: tuple["Node", ...]
    offset: int = 0
    exists: bool = False
    type: Type = Type.INT


Node = Number | Name | Arithmetic | Comparison | Logic | Not | Choice | Division | Extreme | Rate

BUILT_IN = {"month": "当月", "year": "年份", "calendar_month": "月份"}
_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
_COMPARISONS = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_DIVISIONS = ("half_up", "floor", "ceil")


@dataclass(frozen=True)
class Table:
    """A parameter table as rules see it: the facts that name its dimensions."""

    key: str
    label: str
    dims: tuple[Fact, ...]
    unit: str
    is_topped_up: bool = False

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(fact.size or 0 for fact in self.dims)

    @property
    def cells(self) -> int:
        count = 1
        for size in self.sizes:
            count *= size
        return count

    def cell_label(self, values: tuple[int, ...]) -> str:
        """'因战、3' for the values of the dimensions."""
        return "、".join(fact.text(value) for fact, value in zip(self.dims, values, strict=True))


def parse(text: str, *, names: Mapping[str, Name], tables: Mapping[str, Table]) -> Node:
    """The expression as typed nodes; raises RuleError with the reason for whatever the language does not have."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise RuleError(f"not an expression: {text!r}: {error.msg}") from error
    return _Parser(text, names, tables).node(tree)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly inside."""
    match node:
        case Arithmetic(_, left, right) | Comparison(_, left, right) | Division(_, left, right):
            return left, right
        case Logic(_, parts) | Extreme(_, parts):
            return parts
        case Not(part):
            return (part,)
        case Choice(condition, then, otherwise):
            return condition, then, otherwise
        case Rate():
            return node.dims
        case _:
            return ()


def walk(node: Node) -> tuple[Node, ...]:
    """The node and everything inside it, outside first, left to right."""
    return node, *(inner for child in children(node) for inner in walk(child))


def is_fixed(node: Node, lines: Mapping[str, Node]) -> bool:
    """Whether an expression is the same in every month: it asks neither the month nor a table. `lines`: earlier lines by name."""
    match node:
        case Name() if node.key in lines:
            return is_fixed(lines[node.key], lines)
        case Name(key):
            return key not in BUILT_IN
        case Rate():
            return False
        case _:
            return all(is_fixed(child, lines) for child in children(node))


def conditions(node: Node, lines: Mapping[str, Node]) -> tuple[Node, ...]:
    """The conditions that a flag demands all of, with the lines that are only such demands written out."""
    match node:
        case Logic("and", parts):
            return tuple(inner for part in parts for inner in conditions(part, lines))
        case Name() if node.key in lines:
            inner = conditions(lines[node.key], lines)
            return inner if len(inner) > 1 else (node,)
        case _:
            return (node,)


def is_bounded(dim: Node, size: int) -> bool:
    """Whether a dimension given this way can never lie outside the table: facts are checked when they are encoded."""
    if isinstance(dim, Number):
        return 0 <= dim.value < size
    return isinstance(dim, Name) and dim.fact is not None and dim.fact.size is not None and dim.fact.size <= size


def is_never_negative(node: Node, lines: Mapping[str, Node]) -> bool:
    """Whether an integer expression cannot fall below zero: facts and rates never do. `lines`: earlier lines by name."""

    def sure(inner: Node) -> bool:
        return is_never_negative(inner, lines)

    match node:
        case Number(value):
            return value >= 0
        case Name():
            return node.key not in lines or sure(lines[node.key])
        case Arithmetic("-"):
            return False
        case Arithmetic(_, left, right) | Division(_, left, right):
            return sure(left) and sure(right)
        case Choice(_, then, otherwise):
            return sure(then) and sure(otherwise)
        case Extreme("max", parts):
            return any(sure(part) for part in parts)
        case Extreme(_, parts):
            return all(sure(part) for part in parts)
        case _:
            return True


class _Parser:
    def __init__(self, text: str, names: Mapping[str, Name], tables: Mapping[str, Table]) -> None:
        self.text, self.names, self.tables = text, names, tables

    def fail(self, reason: str) -> RuleError:
        return RuleError(f"{reason} in {self.text!r}")

    def node(self, tree: ast.expr) -> Node:
        match tree:
            case ast.Constant(value=bool() as value):
                return Number(int(value), Type.FLAG)
            case ast.Constant(value=int() as value):
                return Number(value)
            case ast.Name(id=key):
                return self.name(key)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return Arithmetic("-", Number(0), self.number(inner))
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return Not(self.flag(inner))
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
                return Arithmetic(_ARITHMETIC[type(operator)], self.number(left), self.number(right))
            case ast.BoolOp(op=operator, values=values):
                word = "and" if isinstance(operator, ast.And) else "or"
                return Logic(word, tuple(self.flag(value) for value in values))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.choice(test, body, orelse)
            case ast.Compare():
                return self.comparison(tree)
            case ast.Call(func=ast.Name(id=word), args=arguments, keywords=[]):
                return self.call(word, arguments)
        raise self.fail(f"{type(tree).__name__} is not part of the language")

    def number(self, tree: ast.expr) -> Node:
        found = self.node(tree)
        if found.type is not Type.INT:
            raise self.fail(f"a number is wanted, not a {found.type}")
        return found

    def flag(self, tree: ast.expr) -> Node:
        found = self.node(tree)
        if found.type is not Type.FLAG:
            raise self.fail(f"a condition is wanted, not a {found.type}")
        return found

    def name(self, key: str) -> Name:
        if key in BUILT_IN:
            return Name(key, Type.INT)
        if key not in self.names:
            raise self.fail(f"{key!r} is no fact and no earlier line")
        return self.names[key]

    def choice(self, test: ast.expr, body: ast.expr, orelse: ast.expr) -> Choice:
        then, otherwise = self.node(body), self.node(orelse)
        if then.type is not otherwise.type or then.type is Type.CODE:
            raise self.fail("both sides of if-else must be numbers or both conditions")
        return Choice(self.flag(test), then, otherwise, then.type)

    def comparison(self, tree: ast.Compare) -> Node:
        parts: list[Node] = []
        left = tree.left
        for operator, right in zip(tree.ops, tree.comparators, strict=True):
            parts.append(self.one_comparison(left, operator, right))
            left = right
        return parts[0] if len(parts) == 1 else Logic("and", tuple(parts))

    def one_comparison(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Node:
        if isinstance(operator, (ast.In, ast.NotIn)):
            if not isinstance(right, (ast.Tuple, ast.List)) or not right.elts:
                raise self.fail("`in` wants a list of literals")
            parts = tuple(self.one_comparison(left, ast.Eq(), value) for value in right.elts)
            inside = parts[0] if len(parts) == 1 else Logic("or", parts)
            return inside if isinstance(operator, ast.In) else Not(inside)
        word = _COMPARISONS.get(type(operator))
        if word is None:
            raise self.fail(f"{type(operator).__name__} is not part of the language")
        if isinstance(right, ast.Constant) and isinstance(right.value, str):
            return self.code_comparison(word, self.node(left), right.value)
        return Comparison(word, self.number(left), self.number(right))

    def code_comparison(self, word: str, left: Node, code: str) -> Comparison:
        if not isinstance(left, Name) or left.fact is None or left.fact.kind is not Kind.CODE:
            raise self.fail(f"only a code can be compared with {code!r}")
        if word not in ("==", "!="):
            raise self.fail("codes have no order")
        if code not in left.fact.codes:
            raise self.fail(f"{left.key} has no code {code!r}")
        return Comparison(word, left, Number(left.fact.codes.index(code), Type.CODE))

    def call(self, word: str, arguments: list[ast.expr]) -> Node:
        if word in _DIVISIONS and len(arguments) == 2:
            return Division(word, self.number(arguments[0]), self.number(arguments[1]))
        if word in ("min", "max") and len(arguments) >= 2:
            return Extreme(word, tuple(self.number(argument) for argument in arguments))
        if word == "month_of" and len(arguments) == 2:
            return Number(months.month_of(self.literal(arguments[0]), self.literal(arguments[1])))
        if word in ("rate", "has", "rate_before", "rate_at") and arguments:
            return self.rate(word, arguments)
        raise self.fail(f"{word}() is not part of the language")

    def rate(self, word: str, arguments: list[ast.expr]) -> Rate:
        first, *rest = arguments
        if not isinstance(first, ast.Constant) or first.value not in self.tables:
            raise self.fail(f"{word}() wants the name of a table first")
        table = self.tables[str(first.value)]
        offset = -1 if word == "rate_before" else 0
        if word == "rate_at":
            if not rest:
                raise self.fail("rate_at() wants the months back")
            offset, rest = self.literal(rest[0]), rest[1:]
            if offset > 0:
                raise self.fail("rate_at() looks back only")
        if len(rest) != len(table.dims):
            raise self.fail(f"table {table.key} has {len(table.dims)} dimensions")
        dims = tuple(self.dimension(argument, fact) for argument, fact in zip(rest, table.dims, strict=True))
        return Rate(table.key, dims, offset, word == "has", Type.FLAG if word == "has" else Type.INT)

    def dimension(self, argument: ast.expr, fact: Fact) -> Node:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            if argument.value not in fact.codes:
                raise self.fail(f"{fact.key} has no code {argument.value!r}")
            return Number(fact.codes.index(argument.value))
        found = self.node(argument)
        if fact.kind is Kind.CODE and not (
            isinstance(found, Name) and found.fact is not None and found.fact.codes == fact.codes
        ):
            raise self.fail(f"the dimension {fact.key} wants that code")
        return found

    def literal(self, argument: ast.expr) -> int:
        found = self.node(argument)
        if isinstance(found, Arithmetic) and found.left == Number(0) and isinstance(found.right, Number):
            return -found.right.value
        if not isinstance(found, Number):
            raise self.fail("a literal number is wanted")
        return found.value
