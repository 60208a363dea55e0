"""The test database: one migrated template, keyed by what makes it, cloned once for each run; tests work as the app role."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import pytest_django
from django.conf import settings
from django.db import connection, connections
from psycopg import sql

from vetgrid.config import database, embedded
from vetgrid.core.scope import acting, system_actor

ROOT = Path(__file__).parent
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright's sync API runs a loop in this thread
os.environ.setdefault(
    "VETGRID_RATE_FACTOR", "1000"
)  # the rates have tests of their own; others may call as often as they like


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
