"""Which database server to use, under which of the three roles, and how a database is made ready.

Without `DATABASE_URL` the embedded server in the home folder is used. With it, any PostgreSQL 15 or newer: the URL names
an administrator who may create roles and databases; the program itself never works as that user. A site that keeps the
right to make roles to itself sets `DATABASE_APP_URL` and `DATABASE_JOB_URL` as well; `DATABASE_URL` is then the owner's.
"""

import os
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from vetgrid.config import embedded, instance
from vetgrid.core.protection import Roles

Role = Literal["owner", "app", "job"]
MINIMUM_VERSION = 150000


@dataclass(frozen=True)
class Login:
    """How to reach one database as one role."""

    host: str
    port: int
    name: str
    user: str
    password: str

    @property
    def conninfo(self) -> str:
        given = {
            "host": self.host,
            "port": self.port,
            "dbname": self.name,
            "user": self.user,
            "password": self.password,
        }
        known: dict[str, Any] = {key: value for key, value in given.items() if value}
        return make_conninfo("", **known)


def cluster() -> embedded.Cluster | None:
    """The embedded server of this installation, or None when `DATABASE_URL` names another."""
    return None if os.environ.get("DATABASE_URL") else embedded.cluster(instance.home() / "postgres")


def database_name() -> str:
    given = urlsplit(os.environ.get("DATABASE_URL", "")).path.lstrip("/")
    return os.environ.get("VETGRID_DATABASE_NAME") or given or "vetgrid"


def roles() -> Roles:
    """The role names; a prefix keeps several installations on one server apart."""
    prefix = os.environ.get("VETGRID_ROLE_PREFIX", "vetgrid")
    if os.environ.get("DATABASE_APP_URL") and os.environ.get("DATABASE_JOB_URL"):
        return Roles(
            *(_parse(os.environ[key]).user for key in ("DATABASE_URL", "DATABASE_APP_URL", "DATABASE_JOB_URL"))
        )
    return Roles(f"{prefix}_owner", f"{prefix}_app", f"{prefix}_job")


def login(role: Role) -> Login:
    """How this program reaches its database as `role`."""
    own = cluster()
    user = getattr(roles(), role)
    if own is not None:
        return Login(str(own.socket_dir), own.port, database_name(), user, "")
    given = os.environ.get({"owner": "DATABASE_URL", "app": "DATABASE_APP_URL", "job": "DATABASE_JOB_URL"}[role], "")
    if os.environ.get("DATABASE_APP_URL") and given:
        return _parse(given)
    server = _parse(os.environ["DATABASE_URL"])
    return Login(server.host, server.port, database_name(), user, instance.secret(f"role:{user}"))


def django_settings() -> dict[str, Any]:
    """Django's `DATABASES['default']` for the role that this process works as (`VETGRID_ROLE`, 'app' by default)."""
    role = os.environ.get("VETGRID_ROLE", "app")
    assert role in ("owner", "app", "job"), f"VETGRID_ROLE is {role!r}"
    at = login(role)  # type: ignore[arg-type]  # the line above narrows it
    return {
        "ENGINE": "vetgrid.core.postgresql",
        "NAME": at.name,
        "USER": at.user,
        "PASSWORD": at.password,
        "HOST": at.host,
        "PORT": str(at.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # Only `core.asking` plans statements once for a connection; before a pooler that cannot keep them, VETGRID_PLAN_ONCE=0.
        "OPTIONS": {
            "connect_timeout": 5,
            "prepare_threshold": None if os.environ.get("VETGRID_PLAN_ONCE") == "0" else 10**9,
        },
        "TEST": {"MIGRATE": False},
    }


def prepare(*, fresh: bool = False) -> None:
    """Makes the roles and the database where they are missing; `fresh` drops the database first. Repeatable."""
    with psycopg.connect(_administrator(), autocommit=True) as connection:
        version = connection.info.server_version
        if version < MINIMUM_VERSION:
            raise SystemExit(f"数据库版本过低(PostgreSQL {version // 10000})。请使用 PostgreSQL 15 或更新的版本。")
        if not os.environ.get("DATABASE_APP_URL"):
            _make_roles(connection)
        name = sql.Identifier(database_name())
        if fresh:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database_name()]).fetchone()
        if not exists:
            owner = sql.Identifier(roles().owner)
            connection.execute(
                sql.SQL(
                    "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
                ).format(name, owner)
            )
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        for role in (roles().app, roles().job):
            connection.execute(
                sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(name, sql.Identifier(role))
            )


def _make_roles(connection: "psycopg.Connection[Any]") -> None:
    names = roles()
    for role in (names.owner, names.app, names.job):
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS").format(
                    sql.Identifier(role)
                )
            )
        if cluster() is None:
            password = sql.Literal(instance.secret(f"role:{role}"))
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), password))
    connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(names.owner)))


def _administrator() -> str:
    own = cluster()
    if own is not None:
        return Login(str(own.socket_dir), own.port, "postgres", "postgres", "").conninfo
    given = _parse(os.environ["DATABASE_URL"])
    return Login(
        given.host, given.port, os.environ.get("VETGRID_ADMIN_DATABASE", "postgres"), given.user, given.password
    ).conninfo


def _parse(url: str) -> Login:
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.username:
        raise SystemExit("DATABASE_URL 的格式应为 postgresql://用户:口令@主机:端口/库名,请检查后重试。")
    return Login(
        unquote(parts.hostname or ""),
        parts.port or 5432,
        parts.path.lstrip("/") or "vetgrid",
        unquote(parts.username),
        unquote(parts.password or ""),
    )
