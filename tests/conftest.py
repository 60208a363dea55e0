"""The running program, shared by the tests that need it: started once, with the demo county inside."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import pytest_django
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection, transaction

from tests.running import Running, new_home, prepared
from tests.scope import world
from vetgrid.accounts import middleware

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


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Paths whose answer looked at the address's query: the answer of any other is the same whatever stands in it."""
    found: set[str] = set()
    parse = WSGIRequest.GET.func

    def watched(request: Any) -> Any:
        found.add(request.path)
        return request.__dict__.setdefault("GET", parse(request))

    def without_a_look(request: Any) -> bool:
        has_null = looks_for_nulls(request)
        found.discard(request.path)  # it looks at every address, and shows nothing of it
        return has_null

    looks_for_nulls = middleware._has_null
    monkeypatch.setattr(middleware, "_has_null", without_a_look)
    monkeypatch.setattr(WSGIRequest, "GET", property(watched))
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    return {"executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"), "args": FLAGS}
