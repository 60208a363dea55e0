"""The database's own line: no role reads or writes a row of another town, in any table, whatever the program asks."""

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from tests import builders as make
from vetgrid.accounts.roles import roles
from vetgrid.config import database
from vetgrid.core.errors import ScopeMissing
from vetgrid.core.places import Level, interval
from vetgrid.core.protection import protected_models
from vetgrid.core.scope import acting
from vetgrid.registry.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("towns")]
PROTECTED = [(model, declared) for model, declared in protected_models() if declared.domain and not declared.is_public]
B_LOW, B_HIGH = interval(make.TOWN_B)


def _here(role) -> int:
    """A place of the role's level that does not contain town B; county roles are asked in a county next door."""
    level = min(role.levels)
    return {Level.VILLAGE: make.VILLAGE_A1, Level.TOWN: make.TOWN_A, Level.COUNTY: make.full_code("350582")}[level]


def _rows_in_b(model) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT count(*) FROM "{model._meta.db_table}" WHERE division BETWEEN %s AND %s', [B_LOW, B_HIGH]
        )
        return cursor.fetchone()[0]


def test_every_table_has_rows_in_town_b_to_be_probed_with():
    with acting(make.system()):
        without = [model.__name__ for model, _ in PROTECTED if not _rows_in_b(model)]
    # Only the worker's role writes it: vetgrid/work/tests/test_sweep.py probes it there.
    assert [name for name in without if name != "Escalation"] == [], f"give tests/scope/world/ a row for: {without}"


@pytest.mark.parametrize("key", sorted(roles()))
def test_no_role_reads_changes_or_deletes_a_row_of_another_town(key):
    with acting(make.actor(key, _here(roles()[key]))):
        for model, _ in PROTECTED:
            assert _rows_in_b(model) == 0, f"{key} reads {model.__name__}"
            for statement in (
                f'UPDATE "{model._meta.db_table}" SET division = division',
                f'DELETE FROM "{model._meta.db_table}"',
            ):
                try:
                    with transaction.atomic(), connection.cursor() as cursor:
                        cursor.execute(f"{statement} WHERE division BETWEEN {B_LOW} AND {B_HIGH}")
                        assert cursor.rowcount == 0, f"{key}: {statement}"
                except DatabaseError as error:
                    assert error.__cause__.sqlstate in ("42501", "VG001")


@pytest.mark.parametrize("key", sorted(roles()))
def test_no_role_moves_a_row_into_another_town(key):
    who = make.actor(key, _here(roles()[key]))
    with acting(who):
        for model, _ in PROTECTED:
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(f'UPDATE "{model._meta.db_table}" SET division = {make.VILLAGE_B1}')
                    assert cursor.rowcount == 0, f"{key} moved {model.__name__}"
            except DatabaseError as error:
                assert error.__cause__.sqlstate in ("42501", "VG001", "VG415", "23505", "23503"), model.__name__


def test_without_a_scope_every_protected_table_is_a_clear_error():
    for model, _ in PROTECTED:
        with pytest.raises(ScopeMissing), transaction.atomic():
            list(model.objects.values_list("pk")[:1])


def test_the_trail_of_another_town_is_closed_to_a_towns_auditor():
    with acting(make.actor("auditor", make.TOWN_A)), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_entry WHERE division BETWEEN %s AND %s", [B_LOW, B_HIGH])
        assert cursor.fetchone()[0] == 0


def test_the_application_owns_nothing_bypasses_nothing_and_every_table_forces_its_policies():
    with connection.cursor() as cursor:
        names = (database.roles().app, database.roles().job)
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname IN %s AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)"
            % str(names)
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname IN %s" % str(names)
        )
        assert cursor.fetchone()[0] == 0
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relrowsecurity AND relforcerowsecurity"
        )
        forced = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = {row[0] for row in cursor.fetchall()}
    ours = {model._meta.db_table: declared for model, declared in protected_models()}
    assert {table for table, declared in ours.items() if declared.domain} <= forced
    known = set(ours) | {"django_migrations", "registry_progress", "core_rate"}
    assert {table for table in tables if not table.startswith("procrastinate")} == known


def test_every_table_with_a_division_or_a_person_is_protected():
    for model, declared in protected_models():
        columns = {field.column for field in model._meta.concrete_fields}
        if columns & {"division", "person_id", "user_id", "staff_id"}:
            assert declared.domain, model.__name__


def test_the_application_may_not_touch_the_trail_nor_create_tables(as_owner):
    with psycopg.connect(database.login("app").conninfo) as app:
        for statement in (
            "INSERT INTO audit_entry DEFAULT VALUES",
            "DELETE FROM audit_entry",
            "UPDATE audit_seal SET entries = 0",
            "CREATE TABLE x (y int)",
            "TRUNCATE registry_person",
            "ALTER TABLE registry_person DISABLE ROW LEVEL SECURITY",
            "SET ROLE vetgrid_owner",
        ):
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedObject)):
                app.execute(statement)
            app.rollback()


def test_a_row_inserted_outside_the_reach_is_refused_by_the_database():
    with (
        acting(make.actor("village_clerk", make.VILLAGE_A1)),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        Person(division=make.VILLAGE_B1, name="越界", registered_at=make.now()).save(force_insert=True)
