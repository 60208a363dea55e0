"""Folders and servers of their own for the tests of the embedded database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.clusters import gone_afterwards, open_folder
from vetgrid.config import embedded, postgres_programs
from vetgrid.config.embedded import Cluster


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short folder that every user may enter (pytest's own one is closed to root's server)."""
    monkeypatch.delenv("PG_BINDIR", raising=False)
    with open_folder() as path:
        monkeypatch.setattr(postgres_programs, "ELSEWHERE", path / "elsewhere")
        yield path


@pytest.fixture
def own(folder: Path) -> Iterator[Cluster]:
    """A cluster that does not exist yet."""
    with gone_afterwards(embedded.cluster(folder / "postgres")) as c:
        yield c


@pytest.fixture(scope="module")
def shared() -> Iterator[Cluster]:
    """One running server for the tests that only look at it."""
    with pytest.MonkeyPatch.context() as patch, open_folder() as path:
        patch.delenv("PG_BINDIR", raising=False)
        with gone_afterwards(embedded.cluster(path / "postgres")) as c:
            embedded.start(c, durable=False)
            yield c
