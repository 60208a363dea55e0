"""How often the API may be asked: a count for each token and address and minute, kept in the memory of each web process.

A count in memory costs nothing and forgets on a restart; with several processes the limit is each one's own. What must be
exact (codes by text message, attempts to bind) is counted in the database by its own domain.
"""

import os
import threading
import time
import tomllib
from functools import cache
from typing import Any

from django.conf import settings

from vetgrid.core.errors import TooMany

_WINDOW = 60
_counts: dict[tuple[str, int], int] = {}
_lock = threading.Lock()


@cache
def policy() -> dict[str, Any]:
    """`data/policy/api.toml`: rates, uploads, how long an answer is kept for a repeated call."""
    return tomllib.loads((settings.DATA / "policy" / "api.toml").read_text(encoding="utf-8"))


@cache
def _factor() -> int:
    """Measurements and probes raise every rate by this factor (`VETGRID_RATE_FACTOR`)."""
    return int(os.environ.get("VETGRID_RATE_FACTOR", "1"))


def hit(kind: str, key: str) -> None:
    """Counts one call; raises TooMany above the rate of its kind ('token', 'address', 'open')."""
    window = int(time.monotonic() // _WINDOW)
    with _lock:
        if len(_counts) > 100_000:
            for old in [entry for entry in _counts if entry[1] != window]:
                del _counts[old]
        name = (f"{kind}:{key}", window)
        _counts[name] = so_far = _counts.get(name, 0) + 1
    if so_far > int(policy()["rate"][kind]) * _factor():
        raise TooMany("操作太频繁,请一分钟后再试。")


def forget() -> None:
    """Empties the counts: for tests."""
    with _lock:
        _counts.clear()
