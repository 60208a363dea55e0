"""The last line: makes the database itself refuse what the program forgets.

Every model of ours declares a `protection`. From it this module installs, after each migration and idempotently, the
row-level security policies, the privileges of the application and job roles, and the audit triggers. A model without a
declaration stops the installation.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models
from psycopg import Cursor, sql

READ_WRITE = ("SELECT", "INSERT", "UPDATE")
PERSON = "nullif(current_setting('vetgrid.person', true), '')::uuid"
"""SQL: the person that the running transaction's citizen is or acts for; NULL for everybody else."""


@dataclass(frozen=True)
class Protection:
    """How the rows of one table are guarded.

    `domain`: whose read and write reach applies to the column `division`; None for tables that hold neither personal nor
    business data (then only privileges apply). `also_readable`, `also_writable`: SQL conditions that open single rows
    besides. `follows`: name of the foreign key and table of the row whose division every row must share; the database moves
    the rows along when that one moves. `through`: SQL condition that alone decides who reads (a child is read through its
    parent); writing needs the reach as well.
    """

    domain: str | None
    app: tuple[str, ...] = READ_WRITE
    job: tuple[str, ...] = READ_WRITE
    is_audited: bool = True
    also_readable: str = ""
    also_writable: str = ""
    follows: tuple[str, str] | None = None
    through: str = ""
    column: str = "division"
    is_public: bool = field(default=False)
    """Readable by everyone in scope (codes, names of divisions), writable only within reach."""
    hidden_when: str = ""
    """SQL condition under which a row is hidden although it lies within reach; `also_readable` may open it again."""
    person_column: str = ""
    """The column that names the person whose row it is: a citizen reads his own rows by it. Without it a citizen reads none."""
    is_for_citizens: bool = False
    """A child read through its parent shows to the citizen who may read the parent; without it only to those with a reach."""
    is_confidential: bool = False
    """The trail keeps the rows' changes without a place, so that no auditor's page shows them; the chain still covers them."""


@dataclass(frozen=True)
class Roles:
    """The names of the three database roles."""

    owner: str
    app: str
    job: str


def protected_models() -> list[tuple[type[models.Model], Protection]]:
    """Every concrete model of ours with its declaration; raises LookupError for one without."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        if not model.__module__.startswith("vetgrid."):
            continue
        declared = getattr(model, "protection", None)
        if not isinstance(declared, Protection):
            raise LookupError(f"{model.__module__}.{model.__name__} declares no `protection`")
        found.append((model, declared))
    return found


def install(cursor: Cursor[Any], roles: Roles) -> None:
    """Installs everything; runs as the owner of the tables."""
    _close_defaults(cursor, roles)
    for name in _sql_files("audit"):
        cursor.execute(_with_roles(name, roles))
    for config in apps.get_app_configs():
        if config.name.startswith("vetgrid.") and config.label != "audit":
            for name in _sql_files(config.label):
                cursor.execute(_with_roles(name, roles))
    for model, declared in protected_models():
        table = model._meta.db_table
        _privileges(cursor, roles, table, declared)
        _policies(cursor, roles, table, declared)
        if declared.follows:
            _follow(cursor, table, *declared.follows, declared.column)
        if declared.is_audited:
            _audit(cursor, table, declared)
    _queue(cursor, roles)


def _sql_files(label: str) -> list[Path]:
    path = Path(apps.get_app_config(label).path) / "database.sql"
    return [path] if path.exists() else []


def _with_roles(path: Path, roles: Roles) -> bytes:
    """The file's text with :owner, :app and :job replaced by the quoted role names."""
    text = path.read_text(encoding="utf-8")
    for name in ("owner", "app", "job"):
        text = text.replace(f":{name}:", sql.Identifier(getattr(roles, name)).as_string(None))
    return text.encode()


def _run(cursor: Cursor[Any], text: str, **names: str) -> None:
    cursor.execute(sql.SQL(text).format(**{key: sql.Identifier(value) for key, value in names.items()}))


def _close_defaults(cursor: Cursor[Any], roles: Roles) -> None:
    _run(cursor, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
    _run(cursor, "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {app}, {job}", app=roles.app, job=roles.job)
    _run(cursor, "GRANT USAGE ON SCHEMA public TO {app}, {job}", app=roles.app, job=roles.job)
    _run(cursor, "GRANT SELECT ON django_migrations TO {app}, {job}", app=roles.app, job=roles.job)


def _privileges(cursor: Cursor[Any], roles: Roles, table: str, declared: Protection) -> None:
    for role, rights in ((roles.app, declared.app), (roles.job, declared.job)):
        if rights:
            _run(cursor, f"GRANT {', '.join(rights)} ON {{table}} TO {{role}}", table=table, role=role)


def within(domain: str, mode: str, column: str) -> str:
    """SQL: the column lies inside the reach of the running transaction. Fails where no scope was set."""
    setting = f"current_setting('vetgrid.{domain}_{mode}_%s')"
    return (
        f"({column} BETWEEN {setting % 'lo'}::bigint AND {setting % 'hi'}::bigint"
        f" AND {column} <@ (SELECT {setting % 'in'}::int8multirange))"
    )


def _policies(cursor: Cursor[Any], roles: Roles, table: str, declared: Protection) -> None:
    for name in ("owners", "reads", "inserts", "updates", "deletes"):
        _run(cursor, f"DROP POLICY IF EXISTS {name} ON {{table}}", table=table)
    if declared.domain is None:
        _run(cursor, "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY", table=table)
        return
    reads = within(declared.domain, "read", declared.column)
    writes = within(declared.domain, "write", declared.column)
    if declared.is_public:
        reads = "current_setting('vetgrid.actor') <> ''"
    inserts = writes
    if declared.hidden_when:
        reads = f"({reads} AND NOT ({declared.hidden_when}))"
        writes = f"({writes} AND NOT ({declared.hidden_when}))"
    if declared.through:
        reads, writes, inserts = (
            declared.through,
            f"({writes} AND {declared.through})",
            f"({inserts} AND {declared.through})",
        )
        if not declared.is_for_citizens:
            mine = within(declared.domain, "write", declared.column)
            reads = f"({reads} AND ({PERSON} IS NULL OR {mine}))"
    if declared.person_column:
        reads = f"({reads} OR {declared.person_column} = {PERSON})"
    if declared.also_readable:
        reads = f"({reads} OR {declared.also_readable})"
    if declared.also_writable:
        writes = f"({writes} OR {declared.also_writable})"
        inserts = f"({inserts} OR {declared.also_writable})"
    names = {"table": table, "app": roles.app, "job": roles.job}
    _run(cursor, "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY", table=table)
    _run(cursor, "ALTER TABLE {table} FORCE ROW LEVEL SECURITY", table=table)
    _run(
        cursor,
        "CREATE POLICY owners ON {table} TO {owner} USING (true) WITH CHECK (true)",
        table=table,
        owner=roles.owner,
    )
    _run(cursor, f"CREATE POLICY reads ON {{table}} FOR SELECT TO {{app}}, {{job}} USING ({reads})", **names)
    _run(cursor, f"CREATE POLICY inserts ON {{table}} FOR INSERT TO {{app}}, {{job}} WITH CHECK ({inserts})", **names)
    _run(cursor, f"CREATE POLICY updates ON {{table}} FOR UPDATE TO {{app}}, {{job}} USING ({writes})", **names)
    _run(cursor, f"CREATE POLICY deletes ON {{table}} FOR DELETE TO {{app}}, {{job}} USING ({writes})", **names)


def _follow(cursor: Cursor[Any], table: str, key: str, parent: str, division: str) -> None:
    """The pair (key, division) references the parent's own pair and follows when the parent moves."""
    name = f"{table}_{key}_follows"[:63]
    cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [name])
    if cursor.fetchone():
        return
    _run(
        cursor,
        "ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}, {division})"
        " REFERENCES {parent} (id, division) ON UPDATE CASCADE",
        table=table,
        name=name,
        parent=parent,
        column=f"{key}_id",
        division=division,
    )


def _audit(cursor: Cursor[Any], table: str, declared: Protection) -> None:
    placeless = "'confidential'" if declared.is_confidential else ""
    for event, tables in (
        ("INSERT", "REFERENCING NEW TABLE AS new_rows"),
        ("UPDATE", "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        ("DELETE", "REFERENCING OLD TABLE AS old_rows"),
    ):
        name = f"audited_{event.lower()}"
        _run(cursor, "DROP TRIGGER IF EXISTS {name} ON {table}", table=table, name=name)
        _run(
            cursor,
            f"CREATE TRIGGER {{name}} AFTER {event} ON {{table}} {tables}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION audit_{event.lower()}({placeless})",
            table=table,
            name=name,
        )


def _queue(cursor: Cursor[Any], roles: Roles) -> None:
    """The job queue's own tables: the application may only enqueue, the worker does the rest."""
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'procrastinate%'")
    for (table,) in cursor.fetchall():
        _run(cursor, "GRANT SELECT, INSERT ON {table} TO {app}", table=table, app=roles.app)
        _run(cursor, "GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {job}", table=table, job=roles.job)
    _run(cursor, "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {app}, {job}", app=roles.app, job=roles.job)
