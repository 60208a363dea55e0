"""The local policy of alliance and codes, from `data/offers/alliance.toml`, and the dated rules about unusual redemptions."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.conf import settings


@dataclass(frozen=True)
class Policy:
    """Every number may be changed in the file; all are local configuration."""

    remind_days: int
    overdue_days: int
    honour_days: int
    complaint_days: int
    refuse_minutes: int
    grace_seconds: int
    ahead_seconds: int
    failures: int
    lock_minutes: int
    keep_hours: int
    session_idle: timedelta
    session_longest: timedelta


@dataclass(frozen=True)
class Rule:
    """One version of a rule about redemptions: what it looks for (`kind`) and from which size on."""

    key: str
    label: str
    kind: str
    from_on: date
    at_least: int = 1
    hours: tuple[int, int] = (0, 0)
    minutes: int = 0


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((settings.DATA / "offers" / name).read_text(encoding="utf-8"))


@cache
def policy() -> Policy:
    body = _read("alliance.toml")
    return Policy(
        remind_days=body["renewal"]["remind_days"],
        overdue_days=body["renewal"]["overdue_days"],
        honour_days=body["honour"]["days"],
        complaint_days=body["complaint"]["first_step_days"],
        refuse_minutes=body["redemption"]["refuse_minutes"],
        grace_seconds=body["code"]["grace_seconds"],
        ahead_seconds=body["code"]["ahead_seconds"],
        failures=body["code"]["failures"],
        lock_minutes=body["code"]["lock_minutes"],
        keep_hours=body["code"]["keep_hours"],
        session_idle=timedelta(days=body["shop"]["idle_days"]),
        session_longest=timedelta(days=body["shop"]["longest_days"]),
    )


@cache
def _versions() -> tuple[Rule, ...]:
    return tuple(
        Rule(**(entry | {"hours": tuple(entry.get("hours", (0, 0)))})) for entry in _read("unusual.toml")["rule"]
    )


def rules_on(day: date) -> tuple[Rule, ...]:
    """The rules in force on the day, the latest version of each."""
    found: dict[str, Rule] = {}
    for rule in sorted(_versions(), key=lambda rule: rule.from_on):
        if rule.from_on <= day:
            found[rule.key] = rule
    return tuple(found.values())


def rule_label(key: str) -> str:
    return next((rule.label for rule in _versions() if rule.key == key), key)
