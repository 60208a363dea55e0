"""Consultation, reception and appointments."""

from datetime import timedelta

import pytest

from tests import builders as make
from vetgrid.appeals.actions import consulting, receiving
from vetgrid.appeals.models import Appointment, Consultation, Reception
from vetgrid.appeals.queries import others as queries
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.figures import Period, declared
from vetgrid.core.scope import acting
from vetgrid.orgs.models import ReceptionDay
from vetgrid.policies import actions as policies
from vetgrid.policies.loading import load_library
from vetgrid.policies.models import Faq
from vetgrid.policies.queries import search
from vetgrid.work.models import WorkItem

pytestmark = pytest.mark.django_db
TODAY = make.TODAY


@pytest.fixture
def place(db):
    found = make.staffed_county()
    with acting(make.system()):
        load_library(division=make.COUNTY)
    return found


def asked(place, **values) -> Consultation:
    by = place["as_clerk"]
    with acting(by):
        return consulting.ask(
            **{
                "station_id": place["village"].id,
                "question": "申请法律援助要证明家庭困难吗?",
                "channel": "phone",
                "by": by,
                "today": TODAY,
            }
            | values
        )


def test_a_question_has_an_owner_and_two_working_days(place):
    row = asked(place)
    with acting(place["as_clerk"]):
        item = WorkItem.objects.get(subject_id=row.id)
    # Friday the 29th, then Tuesday the 2nd: the weekend and New Year's Day do not count.
    assert (item.owner_id, item.due_on.isoformat()) == (place["officer"].id, "2024-01-02")


def test_it_is_answered_with_clauses_of_the_library_and_then_closed(place):
    row = asked(place)
    by = place["as_clerk"]
    with acting(by):
        hit = search("法律援助 经济困难 优抚对象", on=TODAY, seen_by=by)[0]
        done = consulting.answer(
            consultation_id=row.id, text="不需要。", clause_ids=[hit.clause.id], by=by, today=TODAY
        )
        assert done.clauses == [str(hit.clause.id)]
        assert WorkItem.objects.get(subject_id=row.id).closed_on == TODAY
        with pytest.raises(Conflict):
            consulting.answer(consultation_id=row.id, text="再答", clause_ids=[], by=by, today=TODAY)


def test_a_clause_that_does_not_exist_is_refused_and_nothing_is_written(place):
    row = asked(place)
    by = place["as_clerk"]
    with acting(by):
        with pytest.raises(Invalid, match="条款"):
            consulting.answer(consultation_id=row.id, text="x", clause_ids=[make.new_id()], by=by, today=TODAY)
        assert Consultation.objects.get().state == "asked"


def test_routing_changes_the_owner_and_not_the_date(place):
    row = asked(place)
    by = place["as_clerk"]
    with acting(by):
        before = WorkItem.objects.get(subject_id=row.id).due_on
        consulting.route(consultation_id=row.id, staff_id=place["head"].id, by=by, today=TODAY)
        item = WorkItem.objects.get(subject_id=row.id)
    assert (item.owner_id, item.due_on) == (place["head"].id, before)


def test_what_needs_doing_becomes_an_appeal_without_typing_it_twice(place):
    row = asked(place, asker="王建国")
    by = place["as_clerk"]
    with acting(by):
        appeal = consulting.raise_matter(consultation_id=row.id, category="other", title="申请援助", by=by, today=TODAY)
        assert (appeal.applicant, appeal.text) == ("王建国", row.question)
        assert Consultation.objects.get().state == "raised"
        assert [item.kind for item in WorkItem.objects.filter(closed_on=None)] == ["appeal"]


def test_a_good_answer_becomes_an_entry_after_another_person_has_looked_at_it(place):
    row = asked(place)
    by, other = place["as_clerk"], place["as_section"]
    with acting(by):
        consulting.answer(consultation_id=row.id, text="不需要。", clause_ids=[], by=by, today=TODAY)
        key = consulting.propose_faq(consultation_id=row.id, by=by, today=TODAY)
        with pytest.raises(Conflict):
            consulting.propose_faq(consultation_id=row.id, by=by, today=TODAY)
    with acting(other):
        with pytest.raises(Invalid):
            policies.decide_faq(faq_id=key, is_approved=False, refusal="", by=other, today=TODAY)
        assert policies.decide_faq(faq_id=key, is_approved=True, refusal="", by=other, today=TODAY).state == "approved"
        assert Faq.objects.get(pk=key).decided_by_name == other.name


@pytest.mark.parametrize(
    ("values", "field"),
    [({"question": ""}, "question"), ({"question": "问" * 1001}, "question"), ({"channel": "x"}, "channel")],
)
def test_a_question_without_words_or_channel_is_refused(place, values, field):
    with pytest.raises(Invalid) as caught:
        asked(place, **values)
    assert field in caught.value.fields


# --- reception -------------------------------------------------------------------------------------------------------


def received(place, **values) -> Reception:
    by = place["as_clerk"]
    visit = receiving.Visit(**{"visitor": "王建国", "topic": "询问政策", "on": TODAY} | values)
    with acting(by):
        return receiving.receive(visit, station_id=place["village"].id, by=by, today=TODAY)


def test_the_figure_counts_heads_of_the_period_and_opens_to_the_visits(place):
    received(place, people=3)
    received(place, on=TODAY - timedelta(days=40))
    figure = declared()["appeals.receptions"]
    period = Period(TODAY - timedelta(days=30), TODAY)
    with acting(place["as_section"]):
        rows = figure.rows(period, place["as_section"])
        assert (figure.value(rows), rows.count()) == (3, 1)
        assert [column.text(rows[0]) for column in figure.columns][2] == "王建国"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"visitor": ""}, "visitor"),
        ({"topic": ""}, "topic"),
        ({"on": TODAY + timedelta(days=1)}, "on"),
        ({"people": 0}, "people"),
        ({"channel": "x"}, "channel"),
    ],
)
def test_a_visit_with_bad_input_is_refused_field_by_field(place, values, field):
    with pytest.raises(Invalid) as caught:
        received(place, **values)
    assert field in caught.value.fields


@pytest.fixture
def day(place):
    with acting(make.system()):
        return ReceptionDay.objects.create(
            division=make.COUNTY, on=TODAY, leader=place["leader"], hours="09:00-11:30", place="一楼"
        )


def booked(place, day, **values) -> Appointment:
    by = place["as_clerk"]
    with acting(by):
        return receiving.book(
            **{"day_id": day.id, "visitor": "王建国", "topic": "住房", "by": by, "today": TODAY} | values
        )


def test_any_station_books_with_a_leader_and_keeps_seeing_its_own_booking(place, day):
    row = booked(place, day)
    with acting(place["as_clerk"]):
        assert [found.id for found in queries.appointments(seen_by=place["as_clerk"])] == [row.id]
    with acting(place["as_other_clerk"]):
        assert not queries.appointments(seen_by=place["as_other_clerk"]).exists()
    with acting(place["as_city_clerk"]):
        assert queries.appointments(seen_by=place["as_city_clerk"]).count() == 1


def test_a_received_appointment_becomes_a_reception_in_the_leaders_name_once(place, day):
    row = booked(place, day)
    by = place["as_city_clerk"]
    call = {"appointment_id": row.id, "station_id": place["city"].id, "by": by, "today": TODAY}
    with acting(by):
        with pytest.raises(Invalid):
            receiving.receive_appointment(**call, outcome=" ")
        done = receiving.receive_appointment(**call, outcome="当场答复")
        assert (done.receiver_name, done.channel) == ("leader", "reception")
        with pytest.raises(Conflict):
            receiving.receive_appointment(**call, outcome="再来")


def test_past_cancelled_and_full_days_cannot_be_booked(place, day):
    with pytest.raises(Conflict, match="已经取消或过去"):
        booked(place, day, today=TODAY + timedelta(days=1))
    for at in range(receiving.MOST_A_DAY):
        booked(place, day, visitor=f"来访{at}")
    with pytest.raises(Conflict, match="已经约满"):
        booked(place, day)
    with pytest.raises(NotFound):
        booked(place, type("Day", (), {"id": make.new_id()}))


def test_the_booking_station_may_cancel(place, day):
    row = booked(place, day)
    with acting(place["as_clerk"]):
        receiving.cancel_appointment(appointment_id=row.id, by=place["as_clerk"], today=TODAY)
        assert Appointment.objects.get().state == "cancelled"
