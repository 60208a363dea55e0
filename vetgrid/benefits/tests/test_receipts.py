"""Decisions and receipts: what is in them, and that they come out the same again whatever was added later."""

import json
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from tests import builders as make
from vetgrid.benefits.actions import decide, record_fact
from vetgrid.benefits.actions.facts import Stated
from vetgrid.benefits.models import Decision, ParameterRow
from vetgrid.benefits.receipts import recompute
from vetgrid.benefits.tests.county import TODAY, benefit_fact, disabled, fact, old_soldier
from vetgrid.core.clock import now
from vetgrid.core.errors import NotAllowed
from vetgrid.core.ruling.months import read_month
from vetgrid.core.scope import acting
from vetgrid.registry import models as registry

pytestmark = pytest.mark.django_db
AUGUST = read_month("2022-08")


@pytest.fixture
def county():
    return make.staffed_county()


def decided(who, programme="disability_pension", month=AUGUST, **values):
    with acting(make.system()):
        return decide(person_id=who.id, programme=programme, month=month, by=make.system(), today=TODAY, **values)


def test_a_receipt_names_rule_parameter_facts_with_their_records_and_the_sum(county):
    who = disabled()
    decision = decided(who)
    receipt = json.loads(decision.receipt)
    assert decision.amount_fen == 769333
    assert receipt["amount"] == "7,693.33元"
    assert receipt["starts"] == "2022-08"
    assert receipt["rules"]["digest"] == decision.rule_version_id
    rows = [row for step in receipt["steps"] for looked in step["looked"] for row in looked["rows"]]
    assert any("92320" in row["written"] and row["document"] for row in rows)
    disability = next(entry for entry in receipt["facts"] if entry["group"] == "disability")
    assert disability["records"][0]["table"] == "registry_disability"
    assert disability["from"] == "2001-07"
    assert receipt["changes"]


def test_a_receipt_comes_out_the_same_after_parameters_and_facts_were_added_later(county):
    who = disabled()
    decision = decided(who)
    assert recompute_of(decision).is_same
    with acting(make.system()):
        old = ParameterRow.objects.filter(table="disability_pension", effective_on=date(2022, 8, 1)).first()
        assert old is not None
        values = {
            entry.attname: getattr(old, entry.attname)
            for entry in old._meta.concrete_fields
            if entry.attname not in ("id", "recorded_at")
        }
        # Said to have been known a year before the decision, and three times as high.
        values |= {"cell": "war/3", "amount": 2_000_000, "known_since": date(2022, 8, 1), "mode": "set"}
        ParameterRow.objects.create(**values, recorded_at=old.recorded_at)
    fact(who, registry.Disability, grade=1, cause="war", from_on="2001-07", certificate_no="闽残2")
    benefit_fact(who, "suspension", "2020-01", suspension="sentenced")
    again = recompute_of(decision)
    assert again.is_same
    assert again.receipt == decision.receipt
    later = decided(who)
    assert later.amount_fen != decision.amount_fen
    assert recompute_of(later).is_same


def recompute_of(decision):
    with acting(make.system()):
        return recompute(Decision.objects.get(pk=decision.pk))


def test_a_fact_withdrawn_later_is_still_in_the_receipt_of_before(county):
    who = disabled()
    decision = decided(who)
    with acting(make.system()):
        registry.Disability.objects.filter(person=who).update(known_until=now())
    assert recompute_of(decision).is_same
    assert decided(who).amount_fen == 0


def test_known_on_an_earlier_day_gives_the_rate_that_was_published_then(county):
    who = disabled()
    month = read_month("2023-08")
    before = decided(who, month=month, known_on=date(2023, 9, 1))
    assert (before.amount_fen, decided(who, month=month).amount_fen) == (769333, 823167)
    assert recompute_of(before).is_same


def test_what_is_not_fulfilled_is_said_in_sentences(county):
    who = old_soldier(born="1975-01-01")
    decision = decided(who, "rural_over60", read_month("2023-12"))
    assert decision.amount_fen == 0
    assert decision.starts_month is None
    assert any("60" in sentence for sentence in json.loads(decision.receipt)["unmet"])


def test_only_who_may_decide_decides(county):
    who = disabled()
    clerk = county["as_clerk"]
    with acting(clerk), pytest.raises(NotAllowed):
        decide(person_id=who.id, programme="disability_pension", month=AUGUST, by=clerk, today=TODAY)


def test_decisions_are_never_changed_or_deleted(county, as_owner):
    decision = decided(disabled())
    for statement in ("UPDATE benefits_decision SET amount_fen = 1", "DELETE FROM benefits_decision"):
        with acting(make.system()), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with acting(make.system()):
        assert Decision.objects.get(pk=decision.pk).amount_fen == decision.amount_fen


def test_facts_for_benefits_are_checked_and_corrected_never_overwritten(county):
    who = old_soldier()
    clerk = county["as_clerk"]
    with acting(clerk):
        stated = Stated("nursing", {"provision": "dispersed"}, AUGUST, None, "archive")
        first = record_fact(person_id=who.id, stated=stated, by=clerk, today=TODAY)
        wrong = Stated("nursing", {"provision": "elsewhere", "sex": "male"}, AUGUST, AUGUST, "nowhere")
        with pytest.raises(Exception) as refused:
            record_fact(person_id=who.id, stated=wrong, by=clerk, today=TODAY)
        assert set(refused.value.fields) == {"provision", "sex", "to_month", "source"}
        better = Stated("nursing", {"provision": "hospital"}, AUGUST, None, "archive", "更正")
        second = record_fact(person_id=who.id, stated=better, by=clerk, today=TODAY, corrects=first.id)
        first.refresh_from_db()
        assert first.values == {"provision": "dispersed"} and first.known_until is not None
        assert second.known_until is None
