"""Clusters for tests, and what is asked of them."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from vetgrid.config import embedded
from vetgrid.config.embedded import Cluster

ROOT = Path(__file__).parents[2]
INSTALLED = sorted(str(path.parent) for path in Path("/usr/lib/postgresql").glob("1[5-9]/bin/initdb"))
IN_MEMORY = Path("/dev/shm")  # making a cluster is a thousand small files: several times faster than on a disk
START = """
import sys
from pathlib import Path
from vetgrid.config import embedded, postgres_programs
embedded.start(embedded.cluster(Path(sys.argv[1])), durable=False)
"""


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="vg-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@contextlib.contextmanager
def gone_afterwards(c: Cluster) -> Iterator[Cluster]:
    try:
        yield c
    finally:
        if (c.place / "vetgrid-cluster.json").exists():
            embedded.destroy(c)


def connect(c: Cluster) -> "psycopg.Connection[Any]":
    return psycopg.connect(host=str(c.socket_dir), port=c.port, user="postgres", dbname="postgres", autocommit=True)


def one(c: Cluster, query: str) -> Any:
    with connect(c) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]


def write_row(c: Cluster, text: str = "石狮") -> None:
    with connect(c) as connection:
        connection.execute("CREATE TABLE kept (text text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [text])


def server_pid(c: Cluster) -> int:
    return int((c.data / "postmaster.pid").read_text().splitlines()[0])


def servers_of(c: Cluster) -> list[int]:
    """The pids of all postmasters that were started for this data folder."""
    wanted = b"/postgres\0-D\0" + os.fsencode(c.data) + b"\0"
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and wanted in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return found
