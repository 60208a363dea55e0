"""The trail: everything is in it, nobody can change it, and whoever does is found."""

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from tests import builders as make
from vetgrid.audit import chain
from vetgrid.audit.models import Entry, Seal
from vetgrid.audit.trail import record
from vetgrid.config import database
from vetgrid.core.scope import acting
from vetgrid.registry.models import Person


def test_changes_that_bypass_the_actions_are_caught_too(everything):
    make.county()
    person = make.person(make.VILLAGE_A1, "蔡建国")
    Person.objects.filter(pk=person.pk).update(sex="2")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE registry_person SET born_on = '1966' WHERE id = %s", [person.pk])
    changes = list(
        Entry.objects.filter(row_id=str(person.pk), verb="row.update").order_by("id").values_list("before", "after")
    )
    assert changes == [({"sex": "1"}, {"sex": "2"}), ({"born_on": "1965-03-12"}, {"born_on": "1966"})]


def test_an_act_cannot_be_claimed_in_the_name_of_another(db):
    make.county()
    one, other = make.actor("town_head", make.TOWN_A, "甲"), make.actor("town_head", make.TOWN_A, "乙")
    with acting(one), pytest.raises(DatabaseError, match="claimed by someone else"), transaction.atomic():
        record(other, "x", division=make.TOWN_A)


@pytest.fixture
def sealed(own_database):
    """Three committed transactions under two seals."""
    make.county()
    for at in range(3):
        make.person(make.VILLAGE_A1, f"蔡{'一二三'[at]}")
        with acting(make.system()):
            chain.seal_finished()
    with acting(make.system()):
        assert chain.verify().problems == ()
        yield Seal.objects.order_by("-number").first().digest


TAMPERS = {
    "change": "UPDATE audit_entry SET actor_name = '别人' WHERE id = (SELECT min(id) + 2 FROM audit_entry)",
    "cut": "DELETE FROM audit_entry WHERE id = (SELECT min(id) + 2 FROM audit_entry)",
    "reorder": "DO $$ DECLARE m bigint := (SELECT min(id) FROM audit_entry); BEGIN UPDATE audit_entry SET id = -1 WHERE id = m;"
    " UPDATE audit_entry SET id = m WHERE id = m + 1; UPDATE audit_entry SET id = m + 1 WHERE id = -1; END $$",
    "insert": "INSERT INTO audit_entry (era, xid, at, verb, actor, actor_name, actor_role, address, request, table_name, row_id, division, reason) SELECT era, xid, at, verb, actor, actor_name, actor_role, address, request, table_name, row_id, division, reason FROM audit_entry LIMIT 1",
    "cut a seal": "DELETE FROM audit_seal WHERE number = 2",
    "change a seal": "UPDATE audit_seal SET entries = entries + 1 WHERE number = 2",
}


@pytest.mark.parametrize("how", sorted(TAMPERS))
def test_any_change_cut_or_reorder_is_found_even_when_the_owner_did_it(sealed, how):
    with psycopg.connect(database.login("owner").conninfo) as intruder:
        for table in ("audit_entry", "audit_seal"):
            intruder.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        intruder.execute(TAMPERS[how])
    assert chain.verify().problems != ()


def test_a_chain_made_anew_as_a_whole_is_found_with_the_printed_digest(sealed):
    with psycopg.connect(database.login("owner").conninfo) as intruder:
        for table in ("audit_entry", "audit_seal"):
            intruder.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        intruder.execute("DELETE FROM audit_seal")
        intruder.execute("UPDATE audit_entry SET actor_name = '别人'")
    chain.seal_finished()
    assert chain.verify().problems == ()
    assert chain.verify(against=sealed).problems != ()


def test_an_exported_trail_verifies_offline_and_shows_every_tampering(sealed, tmp_path):
    path = tmp_path / "trail.jsonl"
    chain.export(path)
    assert chain.verify_file(path, against=sealed).problems == ()
    lines = path.read_text().splitlines()
    own = next(at for at, line in enumerate(lines) if "测试" in line)
    for changed in (
        lines[:1] + lines[2:],
        [*lines[:1], lines[2], lines[1], *lines[3:]],
        [line.replace("测试", "别人") if at == own else line for at, line in enumerate(lines)],
    ):
        path.write_text("\n".join(changed) + "\n")
        assert chain.verify_file(path).problems != ()
    path.write_text("\n".join(lines[: len(lines) // 3]) + "\n")
    assert chain.verify_file(path, against=sealed).problems != ()


def test_the_owner_itself_is_stopped_by_the_append_only_trigger(sealed):
    with psycopg.connect(database.login("owner").conninfo) as owner, pytest.raises(psycopg.Error, match="只能追加"):
        owner.execute("DELETE FROM audit_entry")


def test_an_entry_of_a_transaction_that_is_still_running_waits_for_the_next_seal(sealed):
    with psycopg.connect(database.login("owner").conninfo) as slow:
        slow.execute(
            "SELECT audit_record('00000000-0000-0000-0000-000000000000', 'x', 'y', 'slow', '', '', NULL, 0, '', NULL)"
        )
        make.person(make.VILLAGE_A1, "蔡后来")
        assert chain.seal_finished() is None or not Entry.objects.filter(verb="slow").exists()
        slow.commit()
    chain.seal_finished()
    verdict = chain.verify()
    assert verdict.problems == ()
