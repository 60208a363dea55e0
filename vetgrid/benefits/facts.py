"""Facts of one person as written in a file: read, checked, and cut into spells in which nothing changes.

A line is JSON: the person, the place that decides, and dated facts in groups (docs/guides/benefit-facts.md). Whatever is wrong
is collected, so that the writer sees all of it at once.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from vetgrid.core.places import full_code
from vetgrid.core.ruling.months import read_month
from vetgrid.core.ruling.vocabulary import Vocabulary

FIRST, LAST = 0, 9999 * 12
"""Open ends of a period: before every month and after every month."""
_LINE = {"person", "place", "facts"}
_FACT = {"group", "from", "to", "known_since", "known_until", "source", "values"}


@dataclass(frozen=True)
class Mistake:
    """What is wrong with a line: the field as it is written there, and a sentence."""

    field: str
    reason: str


class WrongFacts(Exception):
    """A line that cannot be decided; `person` is empty where not even that can be read."""

    def __init__(self, person: str, mistakes: Sequence[Mistake]) -> None:
        super().__init__("；".join(mistake.reason for mistake in mistakes))
        self.person = person
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True)
class DatedFact:
    """All columns of one group for a period: `to_month` is the first month in which it is no longer so."""

    group: str
    from_month: int
    to_month: int
    known_since: date | None
    known_until: date | None
    source: str
    values: Mapping[str, int]

    def is_known(self, on: date | None) -> bool:
        """Whether it was believed on that day; without a day, whether it is believed now."""
        if on is None:
            return self.known_until is None
        return (self.known_since is None or self.known_since <= on) and (
            self.known_until is None or on < self.known_until
        )


@dataclass(frozen=True)
class Facts:
    """Everything that is known of one person, encoded."""

    person: str
    place: int
    facts: tuple[DatedFact, ...]


@dataclass(frozen=True)
class Spell:
    """A period in which all columns are constant; `sources` gives the fact behind each group that says anything."""

    from_month: int
    to_month: int
    values: Mapping[str, int]
    sources: Mapping[str, DatedFact]


def read_facts(line: str, vocabulary: Vocabulary) -> Facts:
    """One line of the file; raises WrongFacts with every mistake in its form. Contradictions are looked for apart."""
    try:
        entry = json.loads(line)
    except ValueError as error:
        raise WrongFacts("", [Mistake("line", "这一行不是有效的 JSON。请检查引号、逗号和括号。")]) from error
    if not isinstance(entry, dict):
        raise WrongFacts("", [Mistake("line", "这一行应是一个对象,含 person、place 和 facts。")])
    return _Reader(vocabulary).read(entry)


def spells(facts: Facts, vocabulary: Vocabulary, known_on: date | None = None) -> list[Spell]:
    """The person's life in periods without change, from FIRST to LAST, as known on a day (None: as known now).

    Of two facts of a group that meet in a month, the one that came to be known later holds.
    """
    known = [fact for fact in facts.facts if fact.is_known(known_on)]
    known.sort(key=lambda fact: fact.known_since or date.min)
    edges = sorted({FIRST, LAST, *(fact.from_month for fact in known), *(fact.to_month for fact in known)})
    found: list[Spell] = []
    for start, end in pairwise(edges):
        sources = {fact.group: fact for fact in known if fact.from_month <= start and fact.to_month >= end}
        if found and found[-1].sources == sources:
            found[-1] = Spell(found[-1].from_month, end, found[-1].values, sources)
            continue
        values = vocabulary.blank()
        for fact in sources.values():
            values.update(fact.values)
        found.append(Spell(start, end, values, sources))
    return found


def spell_in(found: Sequence[Spell], month: int) -> Spell:
    """The spell that covers a month."""
    return next(spell for spell in found if spell.from_month <= month < spell.to_month)


class _Reader:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.mistakes: list[Mistake] = []

    def say(self, field: str, reason: str) -> None:
        self.mistakes.append(Mistake(field, reason))

    def read(self, entry: Mapping[str, Any]) -> Facts:
        person = entry.get("person")
        if not isinstance(person, str) or not person.strip():
            self.say("person", "缺少 person:请给每个人一个编号,用文字写。")
            person = ""
        for key in sorted(set(entry) - _LINE):
            self.say(key, f"不认识的字段“{key}”。一行只有 person、place 和 facts。")
        place = self.place(entry.get("place"))
        written = entry.get("facts")
        if not isinstance(written, list):
            self.say("facts", "缺少 facts:请写成一个列表,没有事实就写 []。")
            written = []
        facts = [found for at, one in enumerate(written) if (found := self.fact(one, f"facts[{at}]")) is not None]
        if not self.mistakes:
            self.overlaps(facts)
        if self.mistakes:
            raise WrongFacts(person, self.mistakes)
        return Facts(person, place, tuple(facts))

    def place(self, written: object) -> int:
        try:
            code = full_code(written if isinstance(written, str) else "")
        except ValueError:
            self.say("place", f"place“{written}”不是区划代码。请写县级代码,例如 350581。")
            return 0
        if code < 10**11 or code % 10**8 == 0:
            self.say("place", f"place“{written}”没有到县级。请写6位以上的区划代码,例如 350581。")
        return code

    def fact(self, written: object, at: str) -> DatedFact | None:
        if not isinstance(written, dict):
            self.say(at, "事实应是一个对象,含 group、from、to 和 values。")
            return None
        group = written.get("group")
        if not isinstance(group, str) or group not in self.vocabulary.groups:
            self.say(f"{at}.group", f"不认识的事实组“{group}”。可以用:{'、'.join(self.vocabulary.groups)}。")
            return None
        for key in sorted(set(written) - _FACT):
            self.say(f"{at}.{key}", f"不认识的字段“{key}”。日期写 from、to、known_since、known_until。")
        start = self.month(written.get("from"), f"{at}.from", FIRST)
        end = self.month(written.get("to"), f"{at}.to", LAST)
        if start is not None and end is not None and end <= start:
            self.say(f"{at}.to", "to 不在 from 之后:to 是不再如此的第一个月,应晚于 from。")
        since = self.day(written.get("known_since"), f"{at}.known_since")
        until = self.day(written.get("known_until"), f"{at}.known_until")
        if since and until and until <= since:
            self.say(f"{at}.known_until", "known_until 不在 known_since 之后。")
        values = self.values(written.get("values"), group, at)
        source = str(written.get("source") or "")
        return DatedFact(group, start or FIRST, end or LAST, since, until, source, values)

    def values(self, written: object, group: str, at: str) -> dict[str, int]:
        found = {fact.key: 0 for fact in self.vocabulary.of_group(group)}
        if not isinstance(written, dict) or not written:
            self.say(f"{at}.values", "缺少 values:请写出这组事实的内容。")
            return found
        for key, value in written.items():
            if key not in found:
                self.say(key, f"“{key}”不是{self.vocabulary.groups[group]}的字段。可以用:{'、'.join(found)}。")
                continue
            try:
                found[key] = self.vocabulary[key].encode(value)
            except ValueError as error:
                self.say(key, str(error))
        return found

    def month(self, written: object, field: str, otherwise: int) -> int | None:
        if written is None:
            return otherwise
        try:
            found = read_month(written if isinstance(written, str) else "")
        except ValueError:
            self.say(field, f"月份“{written}”不对。请写成 2023-08,不限定就写 null。")
            return None
        if not 1800 * 12 <= found < 2200 * 12:
            self.say(field, f"月份“{written}”不可能。请检查年份。")
        return found

    def day(self, written: object, field: str) -> date | None:
        if written is None:
            return None
        try:
            return date.fromisoformat(written if isinstance(written, str) else "")
        except ValueError:
            self.say(field, f"日期“{written}”不对。请写成 2023-08-01,或写 null。")
            return None

    def overlaps(self, facts: Sequence[DatedFact]) -> None:
        """Two facts of a group that hold in the same month and were believed on the same day contradict each other."""
        for at, one in enumerate(facts):
            for other in facts[:at]:
                if one.group == other.group and _meet(one, other):
                    label = self.vocabulary.groups[one.group]
                    self.say(f"facts[{at}].from", f"“{label}”有两条事实的期间重叠。请把前一条的 to 改为后一条的 from。")


def _meet(one: DatedFact, other: DatedFact) -> bool:
    in_time = one.from_month < other.to_month and other.from_month < one.to_month
    since = max(one.known_since or date.min, other.known_since or date.min)
    until = min(one.known_until or date.max, other.known_until or date.max)
    return in_time and since < until
