"""Accounts that were written before their index was asked for get it with the update; after it the database takes none without."""

from importlib import import_module

import psycopg
from django.apps import apps
from django.db import connection

from tests import builders as make
from vetgrid.config import database
from vetgrid.core.crypto import blinds
from vetgrid.core.scope import acting
from vetgrid.registry.models import BankAccount

CHECK = "bank_account_indexed"


def administrator():
    return psycopg.connect(database._administrator(), dbname=connection.settings_dict["NAME"], autocommit=True)


def test_the_update_fills_the_index_of_old_accounts_and_of_no_other_row(own_database):
    make.county()
    people = [make.person(make.VILLAGE_A1, f"人{at}") for at in range(3)]
    with acting(make.system()):
        for at, one in enumerate(people):
            common = {"person": one, "division": one.division, "source": "import", "known_since": make.now()}
            BankAccount.objects.create(bank="农商", account=f"62220000000{at}", recorded_by=make.system().id, **common)
        kept = bytes(BankAccount.objects.get(person=people[2]).account_index)
    with administrator() as admin:
        admin.execute("SET session_replication_role = replica")
        (condition,) = admin.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [CHECK]
        ).fetchone()
        admin.execute(f"ALTER TABLE registry_bankaccount DROP CONSTRAINT {CHECK}")
        ids = [one.id for one in people[:2]]
        admin.execute("UPDATE registry_bankaccount SET account_index = NULL WHERE person_id = ANY(%s)", [ids])
    with acting(make.system()):
        assert BankAccount.objects.filter(account_index=None).count() == 2
        import_module("vetgrid.registry.migrations.0003_account_indexes").fill(apps, None)
        for row in BankAccount.objects.all():
            assert bytes(row.account_index) in blinds(row.account.reveal(), "bank_account")
        assert bytes(BankAccount.objects.get(person=people[2]).account_index) == kept
    with administrator() as admin:
        admin.execute(f"ALTER TABLE registry_bankaccount ADD CONSTRAINT {CHECK} {condition}")
