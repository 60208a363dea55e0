"""The test database: one migrated template, keyed by what makes it, cloned once for each run; tests work as the app role."""

import gc
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_django
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection, connections
from psycopg import sql
from xdist.scheduler import LoadScopeScheduling

from vetgrid.accounts import middleware
from vetgrid.config import database, embedded
from vetgrid.core.scope import acting, system_actor

ROOT = Path(__file__).parent
gc.disable()  # until everything is collected: it all stays
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright's sync API runs a loop in this thread
os.environ.setdefault(
    "VETGRID_RATE_FACTOR", "1000"
)  # the rates have tests of their own; others may call as often as they like

# What takes long comes first, so that two processes end at about the same time; `make test-fast` leaves it out.
SLOW = (
    "tests/faults/test_payments.py",  # the longest; meanwhile it prepares the county that others share,
    "tests/scope/",  # so the second process begins with what needs none
    "tests/contracts/test_forms.py",
    "tests/faults/",
    "tests/contracts/",
    "tests/journeys/test_field.py",  # before the journey that hands its contact's people over
    "tests/journeys/",
    "tests/test_commands.py",
    "tests/embedded/",
    "vetgrid/appeals/tests/test_accusing.py",
    "vetgrid/audit/tests/test_chain.py",
    "vetgrid/benefits/tests/test_arriving.py",
    "vetgrid/benefits/tests/test_races.py",
    "vetgrid/benefits/tests/test_targets.py",
    "vetgrid/benefits/tests/test_known_truth.py",
    "vetgrid/benefits/tests/test_findings.py",
    "vetgrid/benefits/tests/test_gate.py",
    "vetgrid/cards/tests/test_batches.py",
    "vetgrid/cards/tests/test_holding.py",
    "vetgrid/citizens/tests/test_forgetting.py",
    "vetgrid/citizens/tests/test_parallel.py",
    "vetgrid/desk/tests/test_boards.py",
    "vetgrid/offers/tests/test_parallel.py",
    "vetgrid/payments/tests/test_committing.py",
    "vetgrid/payments/tests/test_ledger.py",
    "vetgrid/payments/tests/test_rekeying.py",
)
# Their tests are shared out one by one; those of all other files stay together.
ONE_BY_ONE = (
    "tests/scope/test_routes.py",
    "tests/contracts/",
    "tests/faults/",
    "vetgrid/appeals/tests/test_accusing.py",
)


def pytest_configure(config: pytest.Config) -> None:
    """Makes what the processes of one run share: a folder for the prepared county (tests/running.py)."""
    if "VETGRID_TEST_SHARED" not in os.environ:
        # A new cluster is a thousand small files: several times faster in memory than on a disk.
        in_memory = Path("/dev/shm")  # noqa: S108  # a name of our own is made in it
        has_room = in_memory.is_dir() and shutil.disk_usage(in_memory).free > 4 * 2**30
        shared = tempfile.mkdtemp(prefix="vg-", dir=in_memory if has_room else None)
        Path(shared).chmod(0o755)  # root's server runs as another user
        os.environ["VETGRID_TEST_SHARED"] = shared
        config.add_cleanup(lambda: shutil.rmtree(shared, ignore_errors=True))
        config.add_cleanup(lambda: os.environ.pop("VETGRID_TEST_SHARED"))


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """The long ones first, marked; around the plugins' own hooks, because one of them puts what needs the database first."""
    place = {folder: at for at, folder in enumerate(SLOW)}

    def rank(item: pytest.Item) -> int:
        return next((at for folder, at in place.items() if item.nodeid.startswith(folder)), len(place))

    for item in items:
        if rank(item) < len(place):
            item.add_marker(pytest.mark.slow)
    yield
    items.sort(key=rank)  # stable: within a file the order stays


class _Whole(LoadScopeScheduling):
    """A file's tests in one process, in their order; all of them in one where both would share one server."""

    def _split_scope(self, nodeid: str) -> str:
        if database.cluster() is None:
            return "one server"
        return nodeid if nodeid.startswith(ONE_BY_ONE) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """The plugin's own grouping by marks is silent with this version of pytest."""
    return _Whole(config, log)


def pytest_collection_finish() -> None:
    """What is loaded now stays: the collector need not look at it again and again."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


def _template_name() -> str:
    digest = hashlib.sha256()
    for pattern in (
        "vetgrid/*/migrations/*.py",
        "vetgrid/*/database.sql",
        "vetgrid/*/models.py",
        "vetgrid/*/models/*.py",
        "vetgrid/core/protection.py",
        "vetgrid/config/database.py",
        "vetgrid/config/migrating.py",
        "data/notices.toml",
        "data/benefits/parameters/*.csv",
        "data/benefits/*.toml",
        "requirements.lock",
    ):
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return "vetgrid_template_" + digest.hexdigest()[:12]


def administrator() -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(database._administrator(), autocommit=True)


def make_database(name: str) -> None:
    """A fresh, migrated, empty database of this name."""
    own = database.cluster()
    if own is not None:
        embedded.start(own, durable=False)
    template = _template_name()
    with administrator() as admin:
        admin.execute("SELECT pg_advisory_lock(7020)")
        found = admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'vetgrid_template_%'").fetchall()
        if (template,) not in found:
            for (old,) in found:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(str(old))))
            building = template.replace("template", "building")
            subprocess.run(
                [sys.executable, "-c", "from vetgrid.config import migrating; migrating.migrate(fresh=True)"],
                cwd=ROOT,
                env={
                    **os.environ,
                    "VETGRID_DATABASE_NAME": building,
                    "DJANGO_SETTINGS_MODULE": "vetgrid.config.settings",
                },
                check=True,
            )
            admin.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(template))
            )
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                sql.Identifier(name), sql.Identifier(template), sql.Identifier(database.roles().owner)
            )
        )
        admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        for role in (database.roles().app, database.roles().job):
            admin.execute(
                sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
                    sql.Identifier(name), sql.Identifier(role)
                )
            )


def drop_database(name: str) -> None:
    with administrator() as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: object) -> Iterator[None]:
    name = f"vetgrid_test_{os.getpid()}"
    make_database(name)
    settings.DATABASES["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name
    os.environ["VETGRID_DATABASE_NAME"] = name
    yield
    connection.close()
    drop_database(name)


@pytest.fixture
def no_contexts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client keeps a copy of every template's context; a probe of ten thousand pages looks at none of them."""
    monkeypatch.setattr("django.test.client.store_rendered_templates", lambda *_, **__: None)


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


@pytest.fixture
def as_owner(db: None) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """A second connection as the owner of the tables: what an intruder with the owner's password could do."""
    with psycopg.connect(database.login("owner").conninfo) as own:
        yield own


@pytest.fixture
def everything(db: None) -> Iterator[None]:
    """Run the test in the scope of a system task that reaches everything: for tests that are not about scope."""
    with acting(system_actor("测试")):
        yield


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: "pytest_django.DjangoDbBlocker") -> Iterator[None]:
    """A database for one test that commits, used as the worker's role: nothing to undo, because it is dropped afterwards."""
    shared, name = connection.settings_dict["NAME"], f"vetgrid_own_{os.getpid()}"
    make_database(name)
    with django_db_blocker.unblock():
        _use(name, "job")
        yield
        _use(shared, "app")
    drop_database(name)


def _use(name: str, role: database.Role) -> None:
    connection.close()
    at = database.login(role)
    connections["default"].settings_dict |= {"NAME": name, "USER": at.user, "PASSWORD": at.password}
    os.environ["VETGRID_DATABASE_NAME"] = name
