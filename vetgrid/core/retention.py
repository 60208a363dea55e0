"""How long what has served its purpose is kept: `data/policy/retention.toml`, each entry with the day from which it holds."""

import tomllib
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.conf import settings


@cache
def _entries() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((settings.DATA / "policy" / "retention.toml").read_text(encoding="utf-8"))


def kept_for(key: str, *, on: date) -> timedelta:
    """The time in force on the day; raises LookupError for a key without one."""
    found = [entry for entry in _entries().get(key, []) if entry["from_on"] <= on]
    if not found:
        raise LookupError(f"no retention {key!r} on {on}")
    return timedelta(days=int(max(found, key=lambda entry: entry["from_on"])["days"]))
