"""How things are measured: interleaved runs, the 95th percentile, ratios of medians."""

import os
import statistics
import time
from collections.abc import Callable, Mapping

import psycopg


def start(role: str) -> None:
    """Django under one database role, on the benchmark's own server."""
    import django

    from vetgrid.config import database, embedded

    os.environ["VETGRID_ROLE"] = role
    own = database.cluster()
    if own is not None:
        embedded.start(own)
    django.setup()


def superuser() -> "psycopg.Connection[tuple[object, ...]]":
    """A connection that no policy binds: what the same query costs without row-level security."""
    from vetgrid.config import database

    own = database.cluster()
    if own is not None:
        return psycopg.connect(
            host=str(own.socket_dir), port=own.port, dbname=database.database_name(), user="postgres", autocommit=True
        )
    return psycopg.connect(os.environ["DATABASE_URL"], dbname=database.database_name(), autocommit=True)


def interleaved(tasks: Mapping[str, Callable[[], object]], *, runs: int) -> dict[str, list[float]]:
    """Seconds of each task, the tasks taking turns, so that a slow moment of the machine hits all of them."""
    found: dict[str, list[float]] = {name: [] for name in tasks}
    for task in tasks.values():
        task()
        task()
    for _ in range(runs):
        for name, task in tasks.items():
            began = time.perf_counter()
            task()
            found[name].append(time.perf_counter() - began)
    return found


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]
