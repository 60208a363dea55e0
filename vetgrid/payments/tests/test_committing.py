"""With a database of its own, because it commits: what worker and owner are refused, and how fast five years load."""

from datetime import date

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from tests import builders as make
from vetgrid.config import database
from vetgrid.core.scope import acting
from vetgrid.payments import actions
from vetgrid.payments.history import post_history
from vetgrid.payments.tests import paying
from vetgrid.payments.tests.paying import claim
from vetgrid.payments.tests.test_ledger import STATEMENTS


def test_the_owner_and_the_worker_cannot_change_what_was_posted(own_database):
    """As the worker's role first, then as the owner of the tables."""
    office = paying.Office()
    paying.release(office, paying.draft(office, [claim(paying.payees(1)[0], 100_00)]))
    for statement in STATEMENTS:
        with (
            acting(make.system()),
            pytest.raises(DatabaseError) as caught,
            transaction.atomic(),
            connection.cursor() as asked,
        ):
            asked.execute(statement)
        assert caught.value.__cause__.sqlstate in ("42501", "VG301", "VG302", "VG303"), statement
    with psycopg.connect(database.login("owner").conninfo, autocommit=True) as owner:
        assert owner.execute("SELECT count(*) FROM payments_posting").fetchone()[0] > 0
        for statement in STATEMENTS:
            with pytest.raises(psycopg.Error) as refused:
                owner.execute(statement)
            assert refused.value.sqlstate in ("VG301", "VG302", "VG303"), statement


@pytest.mark.slow
def test_five_years_of_a_county_are_loaded_and_a_run_over_them_is_gated(own_database):
    """1,700 payees by sixty months are 204,000 postings; then a whole run of claims over all of them."""
    office = paying.Office()
    paying.payees(1)
    with acting(make.system()), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_person (id, division, name, name_pinyin, name_initials, sex, is_veteran, version, registered_at)"
            " SELECT gen_random_uuid(), %s, '王某' , 'wangmou', 'wm', '1', false, 1, now() FROM generate_series(1, 1700)",
            [make.VILLAGE_A1],
        )
    select = sql.SQL(
        "SELECT p.id AS person_id, 'disability'::text AS purpose, m::date AS month, 50000 AS amount_fen, (m + interval '14 days')::date AS paid_on"
        " FROM registry_person p, generate_series(date '2018-12-01', date '2023-11-01', interval '1 month') m WHERE p.name = '王某'"
    )
    assert office.act(office.maker, post_history, select=select, division=make.COUNTY) == 204_000
    claims = sql.SQL(
        "SELECT id AS person_id, 'disability'::text AS purpose, date '2023-12-01' AS month, 51000 AS determined_fen, NULL::uuid AS basis_id"
        " FROM registry_person WHERE name = '王某'"
    )
    run = office.act(
        office.maker,
        actions.draft_run_from_sql,
        select=claims,
        division=make.COUNTY,
        month=date(2023, 12, 1),
        label="十二月",
    )
    run = paying.gate(office, run)
    with acting(make.system()):
        assert run.findings.count() == 1700, "none of them has an account"
