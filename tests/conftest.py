"""The running program, shared by the tests that need it: started once, with the demo county inside."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import pytest_django
from django.db import connection, transaction

from tests.running import Running, new_home, prepared
from tests.scope import world

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
def running() -> Iterator[Running]:
    app = prepared(new_home())
    yield app.start()
    app.remove()


@pytest.fixture(scope="module")
def towns(
    django_db_setup: None, django_db_blocker: "pytest_django.DjangoDbBlocker"
) -> Iterator[dict[str, dict[str, Any]]]:
    """Both towns of the probe, built once for a file: each test's transaction is a savepoint inside this one."""
    with django_db_blocker.unblock(), transaction.atomic():
        built = world.build()
        connection.check_constraints()
        yield built
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    return {"executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"), "args": FLAGS}
