"""Early warning: rules over records, each alert with the rows that caused it; nobody is scored."""

from datetime import timedelta

import pytest

from tests import builders as make
from vetgrid.appeals.actions import mediating, moving, warning
from vetgrid.appeals.models import Alert, AlertRow
from vetgrid.appeals.tests.matters import TODAY, move, register
from vetgrid.core.errors import Conflict, Invalid
from vetgrid.core.scope import acting
from vetgrid.work.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(db):
    return make.staffed_county()


def look(today=TODAY) -> list[Alert]:
    by = make.system()
    with acting(by):
        warning.look(by=by, today=today)
        return list(Alert.objects.filter(closed_on=None).order_by("id"))


def test_the_third_matter_of_one_person_within_a_year_raises_one_alert_with_all_three_rows(place):
    person = make.person(make.VILLAGE_A1)
    for _ in range(2):
        register(place, person_id=person.id)
    assert look() == []
    register(place, person_id=person.id)
    (alert,) = look()
    assert alert.rule == "repeat"
    with acting(place["as_clerk"]):
        assert AlertRow.objects.filter(alert=alert).count() == 3
        assert WorkItem.objects.get(subject_id=alert.id).owner == place["officer"]
    assert len(look()) == 1, "the same cause has one open alert"


def test_four_people_of_one_village_with_one_matter_raise_an_alert(place):
    for at in range(4):
        register(place, applicant=f"王建{'一二三四'[at]}")
    assert [alert.rule for alert in look()] == ["many"]


def test_a_promise_that_was_not_kept_raises_an_alert_on_the_day_after(place):
    appeal = register(place)
    move(place["as_clerk"], moving.accept, appeal)
    text = moving.OpinionText("a", "b", "c", "support", promise="补发", promised_on=TODAY)
    move(place["as_clerk"], moving.answer, appeal, text=text)
    assert look(TODAY) == []
    assert [alert.rule for alert in look(TODAY + timedelta(days=1))] == ["promise"]


def test_an_overdue_matter_raises_an_alert(place):
    register(place)
    assert look(TODAY + timedelta(days=20)) == []
    assert [alert.rule for alert in look(TODAY + timedelta(days=21))] == ["overdue"]


def test_an_agreement_that_was_not_performed_raises_an_alert(place):
    by = place["as_clerk"]
    with acting(by):
        row = mediating.apply(
            station_id=place["village"].id,
            kind="people",
            category="dispute",
            title="欠款",
            facts="欠款",
            parties=[("甲方", ""), ("乙方", "")],
            by=by,
            today=TODAY,
        )
        for party in row.parties.all():
            mediating.say(party_id=party.id, consents=True, by=by, today=TODAY)
        mediating.start(mediation_id=row.id, mediators=["调解员"], is_chosen=False, by=by, today=TODAY)
        terms = mediating.Terms("还款", TODAY, performances=[("还款", TODAY)])
        mediating.agree(mediation_id=row.id, terms=terms, by=by, today=TODAY)
    assert [alert.rule for alert in look(TODAY + timedelta(days=1))] == ["performance"]


def test_an_alert_closes_with_a_conclusion_and_does_not_come_back_for_the_same_rows(place):
    person = make.person(make.VILLAGE_A1)
    for _ in range(3):
        register(place, person_id=person.id)
    (alert,) = look()
    by = place["as_clerk"]
    with acting(by):
        with pytest.raises(Invalid):
            warning.conclude(alert_id=alert.id, conclusion=" ", by=by, today=TODAY)
        warning.conclude(alert_id=alert.id, conclusion="已上门了解", by=by, today=TODAY)
        with pytest.raises(Conflict):
            warning.conclude(alert_id=alert.id, conclusion="再次", by=by, today=TODAY)
        assert WorkItem.objects.get(subject_id=alert.id).closed_on == TODAY
    assert look() == []
    register(place, person_id=person.id)
    assert len(look()) == 1, "a fourth matter is new"


def test_rules_are_dated_and_no_rule_names_a_person_score():
    assert {rule.kind for rule in warning.rules_on(TODAY)} == {"repeat", "many", "promise", "performance", "overdue"}
    assert warning.rules_on(TODAY.replace(year=2000)) == ()
