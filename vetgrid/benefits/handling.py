"""How programmes are handled besides their rules: dated local policy from data/benefits/handling.toml."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.conf import settings


@cache
def _entries() -> dict[str, list[dict[str, Any]]]:
    with (settings.DATA / "benefits" / "handling.toml").open("rb") as file:
        found: dict[str, list[dict[str, Any]]] = tomllib.load(file)
    return {key: sorted(entries, key=lambda entry: entry["from"]) for key, entries in found.items()}


def policy(key: str, *, on: date) -> dict[str, Any]:
    """The entry that holds on a day; raises LookupError where none does yet."""
    found = [entry for entry in _entries()[key] if entry["from"] <= on]
    if not found:
        raise LookupError(f"no {key} on {on}")
    return found[-1]


def months_of(key: str, *, on: date) -> int:
    return int(policy(key, on=on)["months"])


def is_paid(programme: str, *, on: date) -> bool:
    """Whether the bureau pays it at all."""
    return programme not in policy("unpaid", on=on)["programmes"]


def starts_on_approval(programme: str, *, on: date) -> bool:
    return programme in policy("starts_on_approval", on=on)["programmes"]


def is_automatic(programme: str, *, on: date) -> bool:
    """Whether it is given without an application."""
    return programme in policy("automatic", on=on)["programmes"]


def automatic(*, on: date) -> tuple[str, ...]:
    """Lists that the platform draws up itself: nobody can fail to take them up."""
    return tuple(policy("automatic", on=on)["programmes"])


def evidence(*, on: date) -> dict[str, str]:
    """Paper to the kind of registry record that shows it is there."""
    found: dict[str, str] = policy("papers", on=on)["evidence"]
    return found


@dataclass(frozen=True)
class Deadline:
    """The yearly confirmation of one year: by when, and from which day pay has lapsed."""

    due_on: date
    lapses_on: date
    article: str


def deadline(year: int) -> Deadline:
    entry = policy("confirmation", on=date(year, 12, 31))
    month, day = map(int, str(entry["deadline"]).split("-"))
    due = date(year, month, day)
    return Deadline(due, due + timedelta(days=int(entry["grace_days"])), str(entry["article"]))
