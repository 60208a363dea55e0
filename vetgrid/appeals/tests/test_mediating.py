"""Mediation with everybody's consent, agreements that are watched, the routes that are left; legal aid with its limits."""

from datetime import timedelta

import pytest

from tests import builders as make
from vetgrid.appeals.actions import aiding, mediating
from vetgrid.appeals.models import LegalAid, Mediation, Performance
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid
from vetgrid.core.figures import Period, declared
from vetgrid.core.scope import acting
from vetgrid.registry.models import PersonClass
from vetgrid.work.models import WorkItem

pytestmark = pytest.mark.django_db
TODAY = make.TODAY


@pytest.fixture
def place(db):
    return make.staffed_county()


@pytest.fixture
def scope(place):
    with acting(place["as_clerk"]) as by:
        yield by


def applied(place, by, **values) -> Mediation:
    return mediating.apply(
        **{
            "station_id": place["village"].id,
            "kind": "people",
            "category": "dispute",
            "title": "拖欠工程款",
            "facts": "完工一年未付。",
            "parties": [("王建国", "13800000001"), ("某建筑队", "")],
            "by": by,
            "today": TODAY,
        }
        | values
    )


def started(place, by) -> Mediation:
    row = applied(place, by)
    for party in row.parties.all():
        mediating.say(party_id=party.id, consents=True, by=by, today=TODAY)
    return mediating.start(mediation_id=row.id, mediators=["老兵调解员"], is_chosen=True, by=by, today=TODAY)


def agreed(place, by, *performances) -> Mediation:
    row = started(place, by)
    terms = mediating.Terms("支付两万元。", TODAY, performances=performances)
    mediating.agree(mediation_id=row.id, terms=terms, by=by, today=TODAY)
    return row


def test_it_needs_two_parties(place, scope):
    with pytest.raises(Invalid, match="至少两方"):
        applied(place, scope, parties=[("王建国", ""), (" ", "")])


def test_it_does_not_begin_before_every_party_has_consented(place, scope):
    row = applied(place, scope)
    mediating.say(party_id=row.parties.first().id, consents=True, by=scope, today=TODAY)
    with pytest.raises(Conflict, match="还没有同意调解"):
        mediating.start(mediation_id=row.id, mediators=["调解员"], is_chosen=False, by=scope, today=TODAY)


def test_one_refusal_ends_it_and_the_routes_are_told(place, scope):
    row = applied(place, scope)
    mediating.say(party_id=row.parties.first().id, consents=False, by=scope, today=TODAY)
    row.refresh_from_db()
    assert (row.state, row.routes_told_on) == ("refused", TODAY)
    assert WorkItem.objects.get(subject_id=row.id).closed_on == TODAY
    with pytest.raises(Conflict):
        mediating.start(mediation_id=row.id, mediators=["调解员"], is_chosen=False, by=scope, today=TODAY)


def test_a_party_may_still_withdraw_its_consent_while_it_goes_on(place, scope):
    row = started(place, scope)
    mediating.say(party_id=row.parties.last().id, consents=False, by=scope, today=TODAY)
    assert Mediation.objects.get().state == "refused"


def test_each_promise_of_the_agreement_becomes_a_check_with_its_own_date(place, scope):
    row = agreed(place, scope, ("支付一万元", TODAY + timedelta(days=10)), ("付清", TODAY + timedelta(days=40)))
    checks = WorkItem.objects.filter(kind="performance").order_by("next_on")
    assert [(item.next_on - TODAY).days for item in checks] == [10, 40]
    first, second = Performance.objects.order_by("due_on")
    call = {"by": scope, "today": TODAY + timedelta(days=10)}
    mediating.check_performance(performance_id=first.id, is_done=True, note="", **call)
    row.refresh_from_db()
    assert row.state == "agreed"
    with pytest.raises(Conflict, match="还有1项"):
        mediating.perform(mediation_id=row.id, **call)
    mediating.check_performance(performance_id=second.id, is_done=True, note="", **call)
    row.refresh_from_db()
    assert row.state == "performed"
    with pytest.raises(Conflict):
        mediating.check_performance(performance_id=second.id, is_done=True, note="", **call)


def test_a_broken_agreement_leads_to_the_court(place, scope):
    row = agreed(place, scope, ("付清", TODAY + timedelta(days=10)))
    call = {"by": scope, "today": TODAY + timedelta(days=11)}
    check = Performance.objects.get()
    with pytest.raises(Invalid):
        mediating.check_performance(performance_id=check.id, is_done=False, note="", **call)
    mediating.check_performance(performance_id=check.id, is_done=False, note="拒不支付", **call)
    row.refresh_from_db()
    assert (row.state, row.routes_told_on) == ("broken", TODAY + timedelta(days=11))
    mediating.refer_to_court(mediation_id=row.id, court_number="巡〔2024〕1号", **call)
    assert Mediation.objects.get().referred_on == TODAY + timedelta(days=11)


def test_the_court_may_be_asked_within_thirty_days_and_not_later(place, scope):
    row = agreed(place, scope)
    late = TODAY + timedelta(days=31)
    with pytest.raises(Conflict, match="30日内"):
        mediating.ask_confirmation(mediation_id=row.id, on=late, by=scope, today=late)
    last = TODAY + timedelta(days=30)
    agreement = mediating.ask_confirmation(mediation_id=row.id, on=last, by=scope, today=last)
    assert agreement.confirmation_asked_on == last


def test_a_failed_mediation_tells_the_routes(place, scope):
    row = started(place, scope)
    mediating.sit(mediation_id=row.id, on=TODAY, place="调解室", text="分歧较大", by=scope, today=TODAY)
    mediating.fail(mediation_id=row.id, by=scope, today=TODAY)
    row.refresh_from_db()
    assert (row.state, row.routes_told_on) == ("failed", TODAY)


def test_dates_in_the_future_are_refused(place, scope):
    row = started(place, scope)
    later = TODAY + timedelta(days=1)
    with pytest.raises(Invalid):
        mediating.sit(mediation_id=row.id, on=later, place="x", text="x", by=scope, today=TODAY)
    with pytest.raises(Invalid):
        mediating.agree(mediation_id=row.id, terms=mediating.Terms("x", later), by=scope, today=TODAY)


def test_the_figure_counts_disputes_that_ended_in_an_agreement(place, scope):
    agreed(place, scope)
    mediating.fail(mediation_id=started(place, scope).id, by=scope, today=TODAY)
    figure = declared()["appeals.disputes_resolved"]
    rows = figure.rows(Period(TODAY, TODAY), scope)
    assert figure.value(rows) == 1


# --- legal aid -------------------------------------------------------------------------------------------------------


def aid(place, by, **values) -> LegalAid:
    return aiding.apply(
        **{
            "station_id": place["village"].id,
            "matter": "wages",
            "facts": "被拖欠工资。",
            "applicant": "王建国",
            "by": by,
            "today": TODAY,
        }
        | values
    )


def test_it_is_decided_in_seven_days_and_assigned_in_three(place, scope):
    row = aid(place, scope)
    item = WorkItem.objects.get(subject_id=row.id)
    assert item.due_on == TODAY + timedelta(days=7)
    call = {"aid_id": row.id, "by": scope, "today": TODAY + timedelta(days=2)}
    with pytest.raises(Invalid, match="核查经济困难"):
        aiding.decide(is_granted=True, reason="", **call)
    aiding.decide(is_granted=True, reason="", has_passed_means=True, **call)
    item.refresh_from_db()
    assert item.due_on == TODAY + timedelta(days=5)
    aiding.assign(lawyer="林律师", **call)
    aiding.finish(result="已追回工资", **call)
    assert (LegalAid.objects.get().state, WorkItem.objects.get(subject_id=row.id).outcome) == ("finished", "已结案")


def test_no_means_test_for_an_entitled_group(place, scope):
    person = make.person(make.VILLAGE_A1)
    with acting(make.system()):
        PersonClass.objects.create(
            person=person,
            division=person.division,
            code="11",
            source="archive",
            known_since=now(),
            recorded_by=make.system().id,
        )
    row = aid(place, scope, person_id=person.id, applicant="")
    assert row.exemption == "entitled"
    assert aiding.decide(aid_id=row.id, is_granted=True, reason="", by=scope, today=TODAY).state == "granted"


def test_defending_a_martyrs_honour_needs_no_means_test(place, scope):
    assert aid(place, scope, matter="martyr").exemption == "martyr_kin"


def test_a_refusal_states_its_reason(place, scope):
    row = aid(place, scope)
    with pytest.raises(Invalid, match="书面说明理由"):
        aiding.decide(aid_id=row.id, is_granted=False, reason=" ", by=scope, today=TODAY)
    aiding.decide(aid_id=row.id, is_granted=False, reason="不属援助范围", by=scope, today=TODAY)
    assert WorkItem.objects.get(subject_id=row.id).closed_on == TODAY


@pytest.mark.parametrize(
    ("values", "field"), [({"matter": "x"}, "matter"), ({"facts": ""}, "facts"), ({"applicant": ""}, "applicant")]
)
def test_an_application_with_bad_input_is_refused(place, scope, values, field):
    with pytest.raises(Invalid) as caught:
        aid(place, scope, **values)
    assert field in caught.value.fields
