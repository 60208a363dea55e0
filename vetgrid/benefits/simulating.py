"""What would change: other rates, another rule line, an older population; sums and counts before and after, never a person.

Pure arithmetic over a frame of spells: nothing here knows the database.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import polars as pl

from vetgrid.core.errors import Invalid
from vetgrid.core.ruling.columnar import determine
from vetgrid.core.ruling.errors import RuleError
from vetgrid.core.ruling.language import Name, Node, Number, Type, children, parse, walk
from vetgrid.core.ruling.months import iso
from vetgrid.core.ruling.parameters import Parameters
from vetgrid.core.ruling.rulebook import Programme, Rule, Rulebook
from vetgrid.core.ruling.vocabulary import Kind

LONGEST = 36
"""So many months at most: what a simulation shows month by month must stay readable."""
OLDEST = 30
_LONGEST_EXPRESSION = 500
_DEEPEST = 50
_LARGEST_NUMBER = 10**12
_TYPES = {Kind.INT: Type.INT, Kind.MONTH: Type.INT, Kind.FLAG: Type.FLAG, Kind.CODE: Type.CODE}
_REASONS = (
    (r"not an expression", "不是一个完整的算式,请检查括号和运算符"),
    (r"'?(\w+)'? is no fact and no earlier line", "没有“{0}”这个名称;只能用事实和前面各行的名称"),
    (r"a number is wanted", "这里要数字,写成了条件"),
    (r"a condition is wanted", "这里要条件,写成了数字"),
    (r"wants the name of a table first", "查表时第一个要写表名,并用引号"),
    (r"table (\w+) has (\d+) dimensions", "“{0}”这张表要给{1}个档次"),
    (r"(\w+) has no code '(\w+)'", "“{0}”没有“{1}”这个取值"),
    (r"only a code can be compared", "带引号的取值只能同分类项比较"),
    (r"codes have no order", "分类项没有大小,只能用 == 和 !="),
    (r"(\w+)\(\) is not part of the language", "没有“{0}”这个函数"),
    (r"both sides of if-else", "if 和 else 两边要么都是数字,要么都是条件"),
    (r"(\w+) is not part of the language", "用了规则里没有的写法"),
    (r"a literal number is wanted", "这里只能写一个具体的数字"),
    (r"not a month", "没有这个月份"),
)


@dataclass(frozen=True)
class LineChange:
    """One line of a programme's rule, written differently; `since` is the first month of the rule that it stands in."""

    programme: str
    since: int
    name: str
    expression: str


@dataclass(frozen=True)
class Assumptions:
    """What is assumed. `rows` are proposed cells (table, cell, mode, value, unit), in force from `first` on unless dated."""

    first: int
    last: int
    places: tuple[int, ...]
    rows: tuple[Mapping[str, str], ...] = ()
    rows_at: int = 0
    rows_from: str = ""
    lines: tuple[LineChange, ...] = ()
    ageing_years: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Assumptions":
        lines = tuple(LineChange(**line) for line in found["lines"])
        return cls(**{**found, "places": tuple(found["places"]), "rows": tuple(found["rows"]), "lines": lines})


def in_words(error: Exception) -> str:
    """Why an expression was refused, as a Chinese sentence."""
    text = str(error)
    for pattern, sentence in _REASONS:
        if match := re.search(pattern, text):
            return sentence.format(*match.groups()) + "。"
    return "写法不对,请参照原来的写法。"


def changed_book(book: Rulebook, changes: Sequence[LineChange]) -> Rulebook:
    """The rulebook with some lines written differently; raises Invalid with a sentence for what is no line or no expression."""
    programmes = dict(book.programmes)
    for change in changes:
        programme = programmes.get(change.programme)
        rule = next((rule for rule in programme.rules if rule.since == change.since), None) if programme else None
        if programme is None or rule is None or all(line.name != change.name for line in rule.lines):
            raise Invalid("要改的规则已经不存在。请刷新页面后重新选择。")
        fresh = _changed_rule(book, rule, change)
        rules = tuple(fresh if one is rule else one for one in programme.rules)
        programmes[change.programme] = replace(programme, rules=rules)
    return replace(book, programmes=programmes)


def _changed_rule(book: Rulebook, rule: Rule, change: LineChange) -> Rule:
    names = {key: Name(key, _TYPES[fact.kind], fact) for key, fact in book.vocabulary.items()}
    lines = []
    for line in rule.lines:
        if line.name == change.name:
            key, text = f"{change.programme}:{change.name}", change.expression.strip()
            if not text or len(text) > _LONGEST_EXPRESSION:
                raise Invalid(fields={key: f"{line.label}:请填写算式,最多{_LONGEST_EXPRESSION}个字符。"})
            try:
                node = parse(text, names=names, tables=book.tables)
            except (RuleError, ValueError, RecursionError, MemoryError) as error:
                raise Invalid(fields={key: f"{line.label}:{in_words(error)}"}) from error
            if node.type is not line.node.type:
                wanted = "条件" if line.node.type is Type.FLAG else "数字"
                raise Invalid(fields={key: f"{line.label}:这一行原来是{wanted},改写后也要是{wanted}。"})
            if _depth(node) > _DEEPEST:
                raise Invalid(fields={key: f"{line.label}:算式嵌套太深,请拆短。"})
            if any(isinstance(part, Number) and abs(part.value) > _LARGEST_NUMBER for part in walk(node)):
                raise Invalid(fields={key: f"{line.label}:数字太大。"})
            line = replace(line, expression=text, node=node)
        names[line.name] = Name(line.name, line.node.type)
        lines.append(line)
    return Rule(rule.since, tuple(lines))


def _depth(node: Node) -> int:
    return 1 + max((_depth(child) for child in children(node)), default=0)


def aged(frame: pl.DataFrame, years: int) -> pl.DataFrame:
    """The same people, so many years older; everything else about them stays."""
    if not years:
        return frame
    older = pl.when(pl.col("born") > 0).then(pl.col("born") - 12 * years).otherwise(0)
    return frame.with_columns(older.cast(frame.schema["born"]).alias("born"))


@dataclass
class Side:
    """Rules and values of one side of the comparison, with the people that they are applied to."""

    book: Rulebook
    parameters: Parameters
    frame: pl.DataFrame


@dataclass
class Comparison:
    """Adds up month by month. A frame has the facts, `from_month`, `to_month`, `place`, `town` and `person` (both numbers)."""

    before: Side
    after: Side
    months: Sequence[int]
    counties: Sequence[int]
    by_month: list[dict[str, Any]] = field(default_factory=list)
    by_town: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    sums: dict[str, list[int]] = field(default_factory=dict)
    totals: pl.DataFrame | None = None

    def steps(self) -> Iterator[int]:
        """Works month after month; yields how many are done."""
        one = self._months(self.before)
        other = self._months(self.after)
        for at, ((month, before), (_, after)) in enumerate(zip(one, other, strict=True), start=1):
            self._add(month, before, after)
            yield at

    def _months(self, side: Side) -> Iterator[tuple[int, pl.DataFrame]]:
        return determine(side.book, side.parameters, side.frame, months=self.months, places=self.counties)

    def _add(self, month: int, before: pl.DataFrame, after: pl.DataFrame) -> None:
        keys = before.columns
        paid = pl.DataFrame(
            {
                "person": self.before.frame["person"],
                "town": self.before.frame["town"],
                "before": before.sum_horizontal() if keys else 0,
                "after": after.sum_horizontal() if keys else 0,
            }
        )
        people = paid.group_by("person").agg(pl.col("before").sum(), pl.col("after").sum())
        self.by_month.append(
            {
                "month": iso(month),
                "people_before": int((people["before"] > 0).sum()),
                "people_after": int((people["after"] > 0).sum()),
                "before": int(people["before"].sum()),
                "after": int(people["after"].sum()),
            }
        )
        for town, one, other in paid.group_by("town").agg(pl.col("before").sum(), pl.col("after").sum()).iter_rows():
            self.by_town.setdefault(town, []).append((int(one), int(other)))
        for key in keys:
            sums = self.sums.setdefault(key, [0, 0])
            sums[0] += int(before[key].sum())
            sums[1] += int(after[key].sum())
        self._keep(before, after)

    def _keep(self, before: pl.DataFrame, after: pl.DataFrame) -> None:
        """Per row of the frame, over the months so far: what was gained, and which programmes paid anything at all."""
        gained = (after.sum_horizontal() - before.sum_horizontal()).alias("gained")
        was = before.select((pl.all() > 0).name.prefix("was_"))
        will = after.select((pl.all() > 0).name.prefix("will_"))
        now = pl.concat([gained.to_frame(), was, will], how="horizontal")
        if self.totals is None:
            self.totals = now
            return
        self.totals = self.totals.select(
            pl.col("gained") + now["gained"],
            *((pl.col(name) | now[name]) for name in now.columns if name != "gained"),
        )

    def result(self) -> dict[str, Any]:
        """Sums and counts over all months, ready to be kept."""
        people = self._by_person()
        gained = people["gained"]
        programmes = self.before.book.programmes
        return {
            "people": len(people),
            "by_month": self.by_month,
            "by_programme": [self._programme(programme, people) for programme in programmes.values()],
            "by_place": [
                {
                    "division": int(town),
                    "before": sum(one for one, _ in months),
                    "after": sum(other for _, other in months),
                    "months": [[one, other] for one, other in months],
                }
                for town, months in sorted(self.by_town.items())
            ],
            "winners": {"people": int((gained > 0).sum()), "fen": int(gained.filter(gained > 0).sum())},
            "losers": {"people": int((gained < 0).sum()), "fen": int(gained.filter(gained < 0).sum())},
            "same": int(((gained == 0) & people["paid"]).sum()),
        }

    def _by_person(self) -> pl.DataFrame:
        assert self.totals is not None
        rows = self.totals.with_columns(self.before.frame["person"])
        flags = [name for name in self.totals.columns if name != "gained"]
        people = rows.group_by("person").agg(pl.col("gained").sum(), *(pl.col(name).any() for name in flags))
        return people.with_columns(pl.any_horizontal(*flags).alias("paid"))

    def _programme(self, programme: Programme, people: pl.DataFrame) -> dict[str, Any]:
        before, after = self.sums.get(programme.key, (0, 0))
        return {
            "key": programme.key,
            "label": programme.label,
            "people_before": int(people[f"was_{programme.key}"].sum()),
            "people_after": int(people[f"will_{programme.key}"].sum()),
            "before": before,
            "after": after,
        }
