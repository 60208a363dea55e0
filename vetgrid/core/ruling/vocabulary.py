"""The vocabulary: which facts a rule may use, of what kind, and how each value becomes an integer and a text."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from vetgrid.core.ruling import months
from vetgrid.core.ruling.errors import RuleError


class Kind(StrEnum):
    """What a value means; all are integers when rules run."""

    INT = "int"
    FLAG = "flag"
    CODE = "code"
    MONTH = "month"


@dataclass(frozen=True)
class Fact:
    """One column that rules may use. 0 means none: a code's first entry, an unset month, a flag that is off."""

    key: str
    label: str
    group: str
    kind: Kind
    codes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    max: int | None = None
    unit: str = "count"

    @property
    def size(self) -> int | None:
        """How many values a table dimension made of this fact has; None where that is not bounded."""
        if self.kind is Kind.CODE:
            return len(self.codes)
        if self.kind is Kind.FLAG:
            return 2
        return None if self.max is None else self.max + 1

    def encode(self, value: object) -> int:
        """What somebody wrote, as the integer that rules use; raises ValueError with a Chinese sentence."""
        if value is None:
            return 0
        if self.kind is Kind.FLAG and isinstance(value, bool):
            return int(value)
        if self.kind is Kind.CODE and isinstance(value, str) and value in self.codes:
            return self.codes.index(value)
        if self.kind is Kind.MONTH and isinstance(value, str):
            return _month(self.label, value)
        if self.kind is Kind.INT and isinstance(value, int) and not isinstance(value, bool):
            return _within(self.label, value, self.max)
        raise ValueError(f"{self.label}:不能是“{value}”。{self._wanted()}")

    def text(self, value: int) -> str:
        """The value as people read it."""
        if self.kind is Kind.FLAG:
            return "是" if value else "否"
        if self.kind is Kind.CODE:
            return self.labels[value]
        if self.kind is Kind.MONTH:
            return months.label(value)
        return yuan(value) if self.unit == "fen" else str(value)

    def _wanted(self) -> str:
        if self.kind is Kind.CODE:
            return "可以填:" + "、".join(self.codes) + "。"
        return {Kind.FLAG: "请填 true 或 false。", Kind.MONTH: "请写成 2023-08。", Kind.INT: "请填整数。"}[self.kind]


class Vocabulary(Mapping[str, Fact]):
    """All facts by key, in the order of the file."""

    def __init__(self, facts: Mapping[str, Fact], groups: Mapping[str, str]) -> None:
        self._facts = dict(facts)
        self.groups = dict(groups)

    @classmethod
    def read(cls, path: Path) -> "Vocabulary":
        """From TOML: a table for each fact, and `[groups.<key>]` with labels. Raises RuleError for what does not fit."""
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        groups = {key: str(entry["label"]) for key, entry in found.pop("groups", {}).items()}
        facts = {key: _fact(key, entry) for key, entry in found.items()}
        for fact in facts.values():
            groups.setdefault(fact.group, fact.group)
        return cls(facts, groups)

    def __getitem__(self, key: str) -> Fact:
        return self._facts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def of_group(self, group: str) -> tuple[Fact, ...]:
        return tuple(fact for fact in self._facts.values() if fact.group == group)

    def blank(self) -> dict[str, int]:
        """Every fact at none."""
        return dict.fromkeys(self._facts, 0)


def yuan(fen: int) -> str:
    """123456 to '1,234.56元'."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}元"


def _fact(key: str, entry: Mapping[str, Any]) -> Fact:
    try:
        fact = Fact(
            key=key,
            label=str(entry["label"]),
            group=str(entry["group"]),
            kind=Kind(entry["kind"]),
            codes=tuple(entry.get("codes", ())),
            labels=tuple(entry.get("labels", ())),
            max=entry.get("max"),
            unit=str(entry.get("unit", "count")),
        )
    except (KeyError, ValueError) as error:
        raise RuleError(f"fact {key}: {error}") from error
    if fact.kind is Kind.CODE and (not fact.codes or len(fact.codes) != len(fact.labels)):
        raise RuleError(f"fact {key}: codes and labels do not pair up")
    if not key.isidentifier():
        raise RuleError(f"fact {key}: not a name")
    return fact


def _month(label: str, text: str) -> int:
    try:
        return months.read_month(text)
    except ValueError as error:
        raise ValueError(f"{label}:月份“{text}”不对。请写成 2023-08。") from error


def _within(label: str, value: int, largest: int | None) -> int:
    if value < 0:
        raise ValueError(f"{label}:不能是负数({value})。")
    if largest is not None and value > largest:
        raise ValueError(f"{label}:最大是{largest},现在是{value}。")
    return value
