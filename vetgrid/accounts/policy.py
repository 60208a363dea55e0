"""The sign-in policy in force, from `data/policy/passwords.toml`: lengths, lockout, timeouts."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.conf import settings


@dataclass(frozen=True)
class Policy:
    """Local policy under grade-3 protection (等保三级); every number may be changed in the file."""

    min_length: int
    min_classes: int
    history: int
    max_age: timedelta
    failures: int
    lock_for: timedelta
    idle: timedelta
    longest: timedelta


@cache
def policy() -> Policy:
    body = tomllib.loads((settings.DATA / "policy" / "passwords.toml").read_text(encoding="utf-8"))
    return Policy(
        min_length=body["min_length"],
        min_classes=body["min_classes"],
        history=body["history"],
        max_age=timedelta(days=body["max_age_days"]),
        failures=body["lockout_failures"],
        lock_for=timedelta(minutes=body["lockout_minutes"]),
        idle=timedelta(minutes=body["idle_minutes"]),
        longest=timedelta(hours=body["longest_hours"]),
    )
