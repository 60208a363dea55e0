"""Limits and ladders as dated data: `data/policy/limits.toml` and `data/policy/escalation.toml`, read once."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings

AUDIENCES = {
    "owner": "责任人",
    "station_head": "服务站负责人",
    "city_section": "市级股室",
    "bureau_leader": "局领导",
}


@dataclass(frozen=True)
class Limit:
    """How many days of which kind, from which day the limit holds, and the article it comes from."""

    key: str
    label: str
    days: int
    unit: str
    from_on: date
    article: str
    is_unconfirmed: bool = False


@dataclass(frozen=True)
class Step:
    """A step of an escalation ladder: who is told how many calendar days after (before: negative) the due or next date."""

    key: str
    label: str
    basis: str
    days: int
    audience: str
    from_on: date
    kind: str = ""


@cache
def limits() -> tuple[Limit, ...]:
    return tuple(
        Limit(
            key,
            entry["label"],
            entry["days"],
            entry["unit"],
            entry["from_on"],
            entry["article"],
            entry.get("unconfirmed", False),
        )
        for key, versions in _read("limits.toml").items()
        for entry in versions
    )


def limit_for(key: str, *, on: date) -> Limit:
    """The limit in force on the day; raises LookupError when there is none."""
    found = [limit for limit in limits() if limit.key == key and limit.from_on <= on]
    if not found:
        raise LookupError(f"no limit {key!r} on {on}")
    return max(found, key=lambda limit: limit.from_on)


@cache
def ladder() -> tuple[Step, ...]:
    return tuple(
        Step(
            entry["key"],
            entry["label"],
            entry["basis"],
            entry["days"],
            entry["audience"],
            entry["from_on"],
            entry.get("kind", ""),
        )
        for entry in _read("escalation.toml")["step"]
    )


def ladder_on(day: date) -> tuple[Step, ...]:
    """The steps in force on the day; of two with the same key and kind the later one."""
    found: dict[tuple[str, str], Step] = {}
    for step in sorted(ladder(), key=lambda step: step.from_on):
        if step.from_on <= day:
            found[(step.key, step.kind)] = step
    return tuple(found.values())


def step_label(key: str) -> str:
    return next((step.label for step in ladder() if step.key == key), key)


def _read(name: str) -> dict[str, Any]:
    with (settings.DATA / "policy" / name).open("rb") as file:
        return tomllib.load(file)
