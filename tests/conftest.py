"""The running program, shared by the tests that need it: started once, with the demo county inside."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import Running, free_port

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    app = Running(Path(os.environ.get("VETGRID_TEST_RUN_HOME") or tmp_path_factory.mktemp("run")), free_port())
    app.home.parent.chmod(0o755)
    app.home.chmod(0o755)
    yield app.start()
    app.remove()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    return {"executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"), "args": FLAGS}
