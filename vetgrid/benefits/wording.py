"""Rules in words: an expression of the rule language as a Chinese phrase, for people who check it against the clause."""

from collections.abc import Mapping

from vetgrid.core.ruling import months
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
    Table,
    Type,
)
from vetgrid.core.ruling.vocabulary import Kind

_SIGNS = {"+": " + ", "-": " - ", "*": " × "}
_NUMBERS = {"==": "等于", "!=": "不等于", "<": "小于", "<=": "不超过", ">": "大于", ">=": "不小于"}
_MONTHS = {"==": "就是", "!=": "不是", "<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于"}
_ROUNDED = {"half_up": "四舍五入", "floor": "舍去尾数", "ceil": "有尾数进一"}
_YEAR = 12


def words(node: Node, *, lines: Mapping[str, str], tables: Mapping[str, Table]) -> str:
    """`lines` maps the names of earlier lines to their labels."""
    return _Teller(lines, tables).tell(node)


def is_month(node: Node) -> bool:
    """Whether an integer means a month rather than a count."""
    match node:
        case Name(key, _, fact):
            return key == "month" or (fact is not None and fact.kind is Kind.MONTH)
        case Arithmetic(operator, left, right):
            return operator in ("+", "-") and is_month(left) and not is_month(right)
        case Choice(_, then, otherwise):
            return is_month(then) or is_month(otherwise)
    return False


class _Teller:
    def __init__(self, lines: Mapping[str, str], tables: Mapping[str, Table]) -> None:
        self.lines, self.tables = lines, tables

    def tell(self, node: Node) -> str:
        match node:
            case Number(value, kind):
                return ("是" if value else "否") if kind is Type.FLAG else str(value)
            case Name():
                return self.name(node)
            case Arithmetic(operator, left, right):
                unit = "个月" if is_month(left) and isinstance(right, Number) and operator in ("+", "-") else ""
                if left == Number(0) and operator == "-":
                    return f"-{self.inner(right)}"
                return f"{self.sum_part(left, operator)}{_SIGNS[operator]}{self.inner(right)}{unit}"
            case Comparison():
                return self.comparison(node)
            case Logic(operator, parts):
                word = ",并且" if operator == "and" else ",或者"
                return word.join(
                    self.inner(part) if isinstance(part, (Logic, Choice)) else self.tell(part) for part in parts
                )
            case Not(part):
                return f"没有“{self.tell(part)}”的情形"
            case Choice(condition, then, otherwise):
                return f"如果{self.inner(condition)},取{self.inner(then)};否则取{self.inner(otherwise)}"
            case Division(rounding, left, right):
                if rounding == "floor" and is_month(left) and right == Number(_YEAR):
                    return f"{self.tell(left)}所在的年份"
                return f"{self.inner(left)} ÷ {self.inner(right)}({_ROUNDED[rounding]})"
            case Extreme(which, parts):
                listed = "、".join(self.inner(part) for part in parts)
                return f"{listed}中{'最小' if which == 'min' else '最大'}的"
            case Rate():
                return self.rate(node)

    def inner(self, node: Node) -> str:
        """In brackets where the phrase would run together with its neighbours."""
        text = self.tell(node)
        is_year = isinstance(node, Division) and text.endswith("所在的年份")
        return f"({text})" if isinstance(node, (Arithmetic, Logic, Choice, Division)) and not is_year else text

    def sum_part(self, node: Node, operator: str) -> str:
        """A part of a sum or product: the left part of the same kind runs on without brackets."""
        same = isinstance(node, Arithmetic) and node.operator == operator and operator in "+*"
        return self.tell(node) if same else self.inner(node)

    def name(self, node: Name) -> str:
        if node.key in BUILT_IN:
            return BUILT_IN[node.key]
        return node.fact.label if node.fact is not None else f"“{self.lines.get(node.key, node.key)}”"

    def comparison(self, node: Comparison) -> str:
        left, right = node.left, node.right
        if isinstance(right, Number) and right.type is Type.CODE and isinstance(left, Name) and left.fact is not None:
            word = "是" if node.operator == "==" else "不是"
            return f"{left.fact.label}{word}“{left.fact.labels[right.value]}”"
        if is_month(left) and right == Number(0):
            return f"{'没有' if node.operator in ('==', '<=') else '有'}{self.tell(left)}"
        if is_month(left):
            text = months.label(right.value) if isinstance(right, Number) and right.value > _YEAR else self.inner(right)
            return f"{self.inner(left)}{_MONTHS[node.operator]}{text}"
        return f"{self.inner(left)}{_NUMBERS[node.operator]}{self.inner(right)}"

    def rate(self, node: Rate) -> str:
        table = self.tables[node.table]
        when = "" if not node.offset else "上月的" if node.offset == -1 else f"{-node.offset}个月前的"
        cells = []
        for dim, fact in zip(node.dims, table.dims, strict=True):
            cells.append(f"“{fact.text(dim.value)}”" if isinstance(dim, Number) else self.tell(dim))
        of = f"(按{'、'.join(cells)})" if cells else ""
        return f"{when}《{table.label}》{of}{'有这一档' if node.exists else ''}"
