"""How often the API may be asked: a count for each token, address and minute that holds over all web processes together.

A process draws a portion of the minute's calls from one small table and spends it from memory: most calls ask nothing, and
together the processes never get more than the limit. The table is asked on a connection of its own, so that no request waits for
another's transaction and a refusal stays counted. What guards a secret (codes, bindings) is counted one by one by its own domain.
"""

import os
import threading
import time
import tomllib
from functools import cache
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections

from vetgrid.core.errors import TooMany

_WINDOW = 60
_ENOUGH = 100_000
"""So many keys are remembered at once; then those of past minutes go."""


@cache
def policy() -> dict[str, Any]:
    """`data/policy/api.toml`: rates, uploads, how long an answer is kept for a repeated call."""
    return tomllib.loads((settings.DATA / "policy" / "api.toml").read_text(encoding="utf-8"))


@cache
def _factor() -> int:
    """Measurements and probes raise every rate by this factor (`VETGRID_RATE_FACTOR`)."""
    return int(os.environ.get("VETGRID_RATE_FACTOR", "1"))


class Counter:
    """The count of one process. `_left` holds what it has drawn and not spent; -1 says that the minute has no more."""

    def __init__(self) -> None:
        self._left: dict[tuple[str, int], int] = {}
        self._lock = threading.Lock()
        self._line: psycopg.Connection[Any] | None = None
        self._line_lock = threading.Lock()
        self._era = ""

    def hit(self, kind: str, key: str) -> None:
        """Counts one call; raises TooMany above the rate of its kind ('token', 'address', 'open')."""
        name = (f"{self._era}{kind}:{key}", int(time.time() // _WINDOW))
        with self._lock:
            left = self._left.get(name, 0)
            if left > 0:
                self._left[name] = left - 1
                return
        granted = 0 if left < 0 else self._draw(name, kind)
        with self._lock:
            self._left[name] = max(0, self._left.get(name, 0)) + granted - 1 if granted > 0 else -1
            if len(self._left) > _ENOUGH:
                self._left = {entry: count for entry, count in self._left.items() if entry[1] == name[1]}
        if granted <= 0:
            raise TooMany("操作太频繁,请一分钟后再试。")

    def forget(self) -> None:
        """Begins all counts anew: for tests."""
        with self._lock:
            self._left.clear()
            self._era = os.urandom(8).hex()

    def _draw(self, name: tuple[str, int], kind: str) -> int:
        values = [*name, int(policy()["portion"][kind]), int(policy()["rate"][kind]) * _factor()]
        with self._line_lock:
            for is_last in (False, True):
                try:
                    found = self._connected().execute("SELECT core_draw(%s, %s, %s, %s)", values).fetchone()
                    return int(found[0]) if found else 0
                except psycopg.OperationalError:  # the server was restarted, or a test's database is gone
                    self._line = None
                    if is_last:
                        raise
        return 0

    def _connected(self) -> "psycopg.Connection[Any]":
        """A connection of the process's own, to the database that the program uses now."""
        wanted = connections["default"].get_connection_params()
        line = self._line
        if line is None or line.closed or line.info.dbname != wanted["dbname"]:
            if line is not None:
                line.close()
            known = {key: wanted[key] for key in ("dbname", "user", "password", "host", "port") if wanted.get(key)}
            line = self._line = psycopg.connect(**known, autocommit=True, connect_timeout=5)
        return line


_counter = Counter()


def hit(kind: str, key: str) -> None:
    _counter.hit(kind, key)


def forget() -> None:
    _counter.forget()
