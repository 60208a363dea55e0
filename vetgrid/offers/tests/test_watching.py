"""What is unusual is found by dated rules with the rows behind it; complaints go from one tap to the call back."""

from datetime import datetime, timedelta

import pytest

from tests import builders as make
from vetgrid.core.clock import CHINA
from vetgrid.core.errors import Conflict, Invalid
from vetgrid.core.scope import acting
from vetgrid.offers import policy
from vetgrid.offers.actions import complaining, watching
from vetgrid.offers.models import Complaint, Finding, FindingRow
from vetgrid.offers.queries import alliance as queries
from vetgrid.offers.tests import alliance
from vetgrid.registry.models import Person
from vetgrid.work.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(monkeypatch):
    found = make.staffed_county()
    merchant = alliance.merchant()
    return found | {
        "merchant": merchant,
        "offer": alliance.offer(merchant),
        "shop": alliance.till(merchant),
        "person": alliance.entitled(),
    }


def redeem_at(place, monkeypatch, moment, times=1, **values):
    monkeypatch.setattr("vetgrid.offers.actions.redeeming.now", lambda: moment)
    found = []
    for _ in range(times):
        shown = alliance.code(values.get("person", place["person"]))
        found.append(alliance.redeem(place["shop"], place["offer"], shown.text))
    return found


def look():
    with acting(make.system()):
        return watching.look(by=make.system(), today=make.TODAY)


def moment(day, hour, minute=0):
    return datetime(2023, 12, day, hour, minute, tzinfo=CHINA)


def test_one_code_at_two_places_is_listed_with_both_rows_once(place):
    other = alliance.merchant(make.VILLAGE_B1, "远处超市")
    shown = alliance.code(place["person"])
    alliance.redeem(place["shop"], place["offer"], shown.text)
    elsewhere, there = alliance.till(other), alliance.offer(other)
    for _ in range(3):
        alliance.redeem(elsewhere, there, shown.text)
    assert look() == 1 and look() == 0
    with acting(make.system()):
        finding = Finding.objects.get()
        assert finding.rule == "two_places" and "远处超市" in finding.title
        assert {row.table for row in FindingRow.objects.filter(finding=finding)} == {"offers_redemption", "offers_try"}
        assert WorkItem.objects.filter(kind="offer_finding").count() == 1


def test_the_same_code_twice_at_one_till_is_only_a_mistake(place):
    shown = alliance.code(place["person"])
    for _ in range(3):
        alliance.redeem(place["shop"], place["offer"], shown.text)
    assert look() == 0


def test_a_night_of_many_redemptions_is_one_finding_even_across_midnight(place, monkeypatch):
    redeem_at(place, monkeypatch, moment(20, 23, 30), times=6)
    assert look() == 0
    redeem_at(place, monkeypatch, moment(21, 2), times=4)
    assert look() == 1
    with acting(make.system()):
        assert "12月20日夜间" in Finding.objects.get().title and FindingRow.objects.count() == 10


def test_many_redemptions_by_day_are_no_night(place, monkeypatch):
    redeem_at(place, monkeypatch, moment(20, 22, 59), times=6)
    redeem_at(place, monkeypatch, moment(21, 5, 0), times=6)
    assert look() == 0


def test_a_burst_within_minutes_is_one_finding_a_day_and_the_same_number_spread_out_is_none(place, monkeypatch):
    for minute in range(29):
        redeem_at(place, monkeypatch, moment(19, 12, minute))
    assert look() == 0, "one every minute is a busy noon"
    redeem_at(place, monkeypatch, moment(20, 12, 0), times=29)
    assert look() == 0, "one short of the rule"
    redeem_at(place, monkeypatch, moment(20, 12, 10))
    assert look() == 1
    redeem_at(place, monkeypatch, moment(20, 12, 10), times=5)
    assert look() == 0, "the same day is the same cause"
    with acting(make.system()):
        finding = Finding.objects.get()
        assert finding.rule == "burst" and "10分钟内核销30次" in finding.title
        assert FindingRow.objects.filter(finding=finding).count() == 30


def test_a_redemption_after_a_death_that_became_known_later_is_listed(place):
    alliance.redeem(place["shop"], place["offer"], alliance.code(place["person"]).text)
    with acting(make.system()):
        Person.objects.filter(pk=place["person"].pk).update(died_on="2023-12")
    assert look() == 0, "December is not over: he may have been alive"
    with acting(make.system()):
        Person.objects.filter(pk=place["person"].pk).update(died_on="2023-12-01")
    assert look() == 1
    with acting(make.system()):
        assert place["person"].name in FindingRow.objects.get(table="registry_person").label


def test_rules_are_dated_and_nobody_has_a_score(place):
    assert policy.rules_on(make.TODAY.replace(year=2017)) == ()
    assert {rule.key for rule in policy.rules_on(make.TODAY)} == {"two_places", "night", "burst", "after_death"}
    names = {field.name for model in (Finding, FindingRow) for field in model._meta.get_fields()}
    assert not names & {"score", "points", "rank", "level"}


def test_a_finding_closes_with_a_conclusion(place, monkeypatch):
    redeem_at(place, monkeypatch, moment(20, 23, 30), times=10)
    look()
    by = place["as_city_clerk"]
    with acting(by):
        finding = Finding.objects.get()
        with pytest.raises(Invalid):
            watching.conclude(finding_id=finding.id, conclusion=" ", by=by, today=make.TODAY)
        watching.conclude(finding_id=finding.id, conclusion="夜宵店,属正常营业。", by=by, today=make.TODAY)
        with pytest.raises(Conflict):
            watching.conclude(finding_id=finding.id, conclusion="再来", by=by, today=make.TODAY)
    assert look() == 0, "a closed finding does not come back"


def complaint(place):
    by = place["as_clerk"]
    with acting(by):
        return complaining.take_down(
            kind="refused",
            text="店员说没有优惠",
            name="王建国",
            phone="13700001111",
            offer_id=place["offer"].id,
            by=by,
            today=make.TODAY,
        )


def step(place, row, key, note="说明", **values):
    by = place["as_town_boss"]
    with acting(by):
        return complaining.move_complaint(complaint_id=row.id, key=key, note=note, by=by, today=make.TODAY, **values)


def test_a_complaint_goes_from_the_counter_to_the_call_back_which_ends_the_item(place):
    row = complaint(place)
    step(place, row, "ask")
    step(place, row, "uphold", "已补给优惠")
    with acting(make.system()):
        assert WorkItem.objects.get(kind="offer_complaint").closed_on is None
    done = step(place, row, "call_back", "本人满意", is_satisfied=True)
    assert done.state == "called_back" and done.is_satisfied
    with acting(make.system()):
        assert WorkItem.objects.get(kind="offer_complaint").outcome == "已回访"


def test_a_call_back_before_the_decision_is_refused_with_what_is_possible(place):
    row = complaint(place)
    with pytest.raises(Conflict, match="认定属实"):
        step(place, row, "call_back")


def test_an_upheld_refusal_counts_in_the_share_and_a_dismissed_one_does_not(place):
    for _ in range(3):
        alliance.redeem(place["shop"], place["offer"], alliance.code(place["person"]).text)

    def share():
        with acting(make.actor("auditor", make.full_code("350582"))) as anybody:
            return queries.honours([place["offer"]], today=make.TODAY, seen_by=anybody)[place["offer"].id]

    assert share().share == 100 and "兑现率100%,最近确认于2023年12月28日" in share().sentence
    step(place, complaint(place), "dismiss")
    assert share().share == 100
    step(place, complaint(place), "uphold")
    assert share().share == 75
    with acting(make.system()):
        assert Complaint.objects.count() == 2


def test_only_the_last_ninety_days_count(place, monkeypatch):
    monkeypatch.setattr("tests.builders.TODAY", make.TODAY)
    alliance.redeem(place["shop"], place["offer"], alliance.code(place["person"]).text)
    with acting(make.system()) as anybody:
        later = queries.honours([place["offer"]], today=make.TODAY + timedelta(days=91), seen_by=anybody)
    assert later[place["offer"].id].share is None
