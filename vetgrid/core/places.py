"""Places as numbers: a 12-digit division code, and sets of places as intervals of codes.

A nation is 0..999999999999, a province takes the first two digits, a prefecture four, a county six, a town nine,
a village all twelve. A place is thus one interval, containment is two comparisons, and the database can use a plain index.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

NATION = 0
_DIGITS = 12


class Level(IntEnum):
    """The level of a division; the value is the number of leading digits that are set."""

    NATION = 0
    PROVINCE = 2
    PREFECTURE = 4
    COUNTY = 6
    TOWN = 9
    VILLAGE = 12


LEVEL_LABELS = {
    Level.NATION: "全国",
    Level.PROVINCE: "省",
    Level.PREFECTURE: "市",
    Level.COUNTY: "县(市、区)",
    Level.TOWN: "镇(街道)",
    Level.VILLAGE: "村(社区)",
}


def full_code(code: str | int) -> int:
    """'350581' or '350581001' to the 12-digit number; raises ValueError when it is no division code."""
    text = str(code)
    if not text.isdigit() or len(text) > _DIGITS or (len(text) not in (2, 4, 6, 9, 12) and text != "0"):
        raise ValueError(f"not a division code: {code!r}")
    return int(text.ljust(_DIGITS, "0"))


def level_of(code: int) -> Level:
    """The level that a 12-digit code names, by its trailing zeros."""
    text = f"{code:012d}"
    for level in Level:
        if set(text[level:]) <= {"0"}:
            return level
    raise ValueError(f"not a division code: {code!r}")


def interval(code: int) -> tuple[int, int]:
    """First and last code inside the division, itself included."""
    span: int = 10 ** (_DIGITS - level_of(code))
    return code, code + span - 1


def parent_of(code: int) -> int:
    """The division one level up; the nation is its own parent."""
    levels = [level for level in Level if level < level_of(code)]
    if not levels:
        return NATION
    span: int = 10 ** (_DIGITS - levels[-1])
    return code // span * span


def ancestor(code: int, level: Level) -> int:
    """The division of the given level that contains this one."""
    span: int = 10 ** (_DIGITS - level)
    return code // span * span


@dataclass(frozen=True)
class Places:
    """A set of division codes, kept as sorted, disjoint, closed intervals."""

    intervals: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, codes: Iterable[int]) -> "Places":
        """Everything inside the given divisions."""
        return cls(_merged(interval(code) for code in codes))

    @classmethod
    def only(cls, codes: Iterable[int]) -> "Places":
        """The given divisions themselves, without what lies inside them."""
        return cls(_merged((code, code) for code in codes))

    @classmethod
    def chain(cls, code: int) -> "Places":
        """The division itself with its town and its county, and nothing else of theirs."""
        return cls.only(
            {code} | {ancestor(code, level) for level in (Level.COUNTY, Level.TOWN) if level < level_of(code)}
        )

    def __contains__(self, code: int) -> bool:
        return any(low <= code <= high for low, high in self.intervals)

    def __or__(self, other: "Places") -> "Places":
        return Places(_merged((*self.intervals, *other.intervals)))

    def __bool__(self) -> bool:
        return bool(self.intervals)

    def covers(self, code: int) -> bool:
        """Whether the whole division lies inside."""
        first, last = interval(code)
        return any(low <= first and last <= high for low, high in self.intervals)

    @cached_property
    def low(self) -> int:
        """The smallest code; 1 where empty, so that low > high matches nothing."""
        return self.intervals[0][0] if self.intervals else 1

    @cached_property
    def high(self) -> int:
        """The largest code; 0 where empty."""
        return self.intervals[-1][1] if self.intervals else 0

    @cached_property
    def multirange(self) -> str:
        """The set in PostgreSQL's int8multirange notation."""
        return "{" + ",".join(f"[{low},{high}]" for low, high in self.intervals) + "}"


def _merged(intervals: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    result: list[tuple[int, int]] = []
    for low, high in sorted(intervals):
        if result and low <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return tuple(result)
