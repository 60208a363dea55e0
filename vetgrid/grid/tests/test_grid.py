"""Every living veteran has exactly one contact and one deputy, whatever happens; the database refuses anything else."""

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import builders as make
from vetgrid.core.errors import Conflict, Invalid, Refused
from vetgrid.core.figures import Period, declared
from vetgrid.core.scope import acting
from vetgrid.grid import actions, queries, rules
from vetgrid.grid.models import Cell, Duty, Membership
from vetgrid.orgs import actions as orgs
from vetgrid.orgs.models import Post, Staff
from vetgrid.registry import actions as registry
from vetgrid.registry.actions.requests import Proof
from vetgrid.registry.actions.writing import Origin
from vetgrid.registry.models import Merge, Person

TODAY = make.TODAY


def check_now():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def refused(code: str):
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        yield
    assert caught.value.__cause__.sqlstate == code


@pytest.fixture
def village(db):
    make.county()
    found = make.cell(make.VILLAGE_A1)
    check_now()
    return found


@pytest.fixture
def head():
    return make.actor("town_head", make.TOWN_A, "站长")


def test_a_veteran_without_a_cell_is_refused(village, everything):
    with refused("VG101"):
        make.person(make.VILLAGE_A1, is_veteran=True)
        check_now()


def test_a_veteran_in_a_cell_of_another_village_is_refused(village, everything):
    with refused("VG102"):
        other = make.cell(make.VILLAGE_A2)
        person = make.person(make.VILLAGE_A1, is_veteran=True)
        Membership.objects.create(person=person, cell=other, division=make.VILLAGE_A2, from_on=TODAY)
        check_now()


def test_a_cell_without_deputy_or_with_one_person_as_both_is_refused(village, everything):
    with refused("VG105"):
        deputy = Duty.objects.get(cell=village, kind="deputy")
        Duty.objects.filter(pk=deputy.pk).update(to_on=TODAY)
        check_now()


def test_one_person_cannot_be_contact_and_deputy(village, everything):
    with refused("VG106"):
        contact = Duty.objects.get(cell=village, kind="contact")
        Duty.objects.filter(cell=village, kind="deputy").update(staff=contact.staff)
        check_now()


def test_a_second_open_contact_is_refused_at_once(village, everything):
    with pytest.raises(DatabaseError, match="duty_one_open_in_cell"), transaction.atomic():
        Duty.objects.create(
            cell=village, division=village.division, kind="contact", staff=make.staff(make.VILLAGE_A1), from_on=TODAY
        )


def test_staff_with_duties_cannot_leave_nor_lose_the_post(village, everything):
    with refused("VG108"):
        contact = Duty.objects.get(cell=village, kind="contact").staff
        Staff.objects.filter(pk=contact.pk).update(ended_on=TODAY)
        check_now()


def test_the_post_that_a_duty_needs_cannot_end(village, everything):
    with refused("VG108"):
        contact = Duty.objects.get(cell=village, kind="contact").staff
        Post.objects.filter(staff=contact).update(to_on=TODAY)
        check_now()


def test_staff_of_another_town_cannot_answer_here(village, everything):
    with refused("VG107"):
        stranger = make.staff(make.VILLAGE_B1, "外村人")
        Duty.objects.filter(cell=village, kind="contact").update(staff=stranger)
        check_now()


def test_a_cell_with_people_cannot_simply_close(village, everything):
    make.veteran(make.VILLAGE_A1)
    check_now()
    with refused("VG104"):
        Cell.objects.filter(pk=village.pk).update(closed_on=TODAY)
        check_now()


def test_overlapping_periods_of_one_person_are_refused(village, everything):
    with refused("VG103"):
        person = make.veteran(make.VILLAGE_A1)
        Membership.objects.create(
            person=person, cell=village, division=village.division, from_on=date(2018, 1, 1), to_on=date(2020, 1, 1)
        )
        check_now()


def test_a_hand_over_gives_everything_away_in_one_step_and_keeps_the_history(village, head):
    person = make.veteran(make.VILLAGE_A1)
    with acting(head):
        old = Duty.objects.get(cell=village, kind="contact")
        new = make.staff(make.VILLAGE_A1, "洪接任")
        done = actions.hand_over(
            staff_id=old.staff_id, successors={old.id: new.id}, reason="调动", by=head, today=TODAY
        )
        check_now()
        assert (done.duties, done.people) == (1, 1)
        assert next(duty.staff.name for duty in queries.answered_for(person.id, day=TODAY, seen_by=head)) == "洪接任"
        before = queries.answered_for(person.id, day=TODAY - timedelta(days=1), seen_by=head)
        assert before[0].staff_id == old.staff_id
        orgs.end_staff(staff_id=old.staff_id, by=head, today=TODAY)
        check_now()


def test_a_hand_over_with_a_wrong_successor_changes_nothing_and_says_why(village, head):
    with acting(head):
        contact, deputy = Duty.objects.get(cell=village, kind="contact"), Duty.objects.get(cell=village, kind="deputy")
        for successors, sentence in (
            ({}, "还没有选择"),
            ({contact.id: contact.staff_id}, "不能是本人"),
            ({contact.id: deputy.staff_id}, "另一责任人"),
        ):
            with pytest.raises(Invalid, match=sentence):
                actions.hand_over(staff_id=contact.staff_id, successors=successors, reason="", by=head, today=TODAY)
        assert Duty.objects.filter(to_on=None).count() == 2


def test_a_clerk_of_another_village_cannot_assign_here(village):
    foreign = make.actor("village_clerk", make.VILLAGE_B1)
    staff = make.staff(make.VILLAGE_A1)
    with acting(foreign), pytest.raises(Refused):
        actions.assign_duty(kind="contact", staff_id=staff.id, cell_id=village.id, by=foreign, today=TODAY)


def test_a_village_without_a_cell_says_so_when_a_veteran_is_registered(village):
    clerk = make.actor("village_clerk", make.VILLAGE_A2)
    with acting(clerk), pytest.raises(Conflict, match="还没有微网格"):
        registry.register(
            division=make.VILLAGE_A2,
            values={"identity.name": "蔡建国"},
            origin=Origin("id_card"),
            is_veteran=True,
            by=clerk,
            today=TODAY,
        )


def test_people_and_contacts_follow_when_villages_merge(village):
    person = make.veteran(make.VILLAGE_A1)
    make.cell(make.VILLAGE_A2)
    admin = make.actor("system_admin", make.COUNTY)
    with acting(admin):
        orgs.merge_division(
            code=make.VILLAGE_A1, into=make.VILLAGE_A2, document="某府〔2023〕1号", by=admin, today=TODAY
        )
        check_now()
    with acting(make.system()):
        person.refresh_from_db()
        assert person.division == make.VILLAGE_A2
        assert Membership.objects.get(person=person, to_on=None).cell_id == village.id
        assert Cell.objects.filter(division=make.VILLAGE_A2, is_default=True, closed_on=None).count() == 1


def test_coverage_is_one_hundred_percent_and_opens_to_the_rows(village, head):
    for name in ("蔡一", "蔡二", "蔡三"):
        make.veteran(make.VILLAGE_A1, name)
    with acting(head):
        figure = declared()["grid.contact_coverage"]
        rows = figure.rows(Period(None, TODAY), head)
        assert (figure.value(rows), rows.count()) == (100, 3)
        board = queries.coverage(division=make.TOWN_A, seen_by=head, today=TODAY)
        assert [(line.veterans, line.covered) for line in board if line.division == make.VILLAGE_A1] == [(3, 3)]
        assert not queries.without_contact(seen_by=head)


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["register", "die", "move", "leave", "merge", "undo", "hand_over", "close", "split", "unmark"]),
        st.integers(0, 5),
    ),
    max_size=14,
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_any_sequence_of_events_keeps_exactly_one_contact_and_one_deputy(db, moves):
    with transaction.atomic():
        make.county()
        for place in (make.VILLAGE_A1, make.VILLAGE_A2):
            make.cell(place)
        city, second = make.actor("city_clerk", make.COUNTY, "甲"), make.actor("city_clerk", make.COUNTY, "乙")
        for at, (move, pick) in enumerate(moves):
            with acting(city):
                try:
                    with transaction.atomic():
                        _apply(move, pick, at, city, second)
                except Refused:
                    pass
                check_now()
                _exactly_one(city)
        transaction.set_rollback(True)


def _apply(move, pick, at, city, second):
    people = list(Person.objects.filter(merged_into=None).order_by("id"))
    one = people[pick % len(people)] if people else None
    village = (make.VILLAGE_A1, make.VILLAGE_A2)[pick % 2]
    if move == "register":
        registry.register(
            division=village,
            values={"identity.name": "蔡" + "一二三四五六七八九十甲乙丙丁"[at]},
            origin=Origin("id_card"),
            is_veteran=True,
            by=city,
            today=TODAY,
        )
    elif move == "hand_over":
        duty = Duty.objects.filter(to_on=None, kind="contact").order_by("id")[pick % 2]
        held = Duty.objects.filter(staff=duty.staff, to_on=None)
        new = make.staff(duty.division, "新人")
        actions.hand_over(
            staff_id=duty.staff_id, successors={row.id: new.id for row in held}, reason="", by=city, today=TODAY
        )
    elif move == "split":
        pair = [make.staff(village, name) for name in ("张一", "张二")]
        actions.open_cell(
            division=village, name=f"格{at}", area="", contact=pair[0].id, deputy=pair[1].id, by=city, today=TODAY
        )
    elif move == "close":
        cells = list(Cell.objects.filter(division=village, closed_on=None).order_by("id"))
        actions.close_cell(cell_id=cells[0].id, into_id=cells[-1].id, by=city, today=TODAY)
    elif one is None:
        return
    elif move == "die":
        asked = registry.ask_death(
            person_id=one.id, died_on="2023-12-01", proof=Proof("death_paper"), source="relative", by=city, today=TODAY
        )
        with acting(second):
            registry.decide_change(request_id=asked.id, approve=True, note="", by=second, today=TODAY)
    elif move in ("move", "leave"):
        target = make.full_code("350582") if move == "leave" else make.VILLAGE_A1 + make.VILLAGE_A2 - one.division
        asked = registry.ask_move(
            person_id=one.id, to_division=target, moved_on=TODAY, reason="x", by=city, today=TODAY
        )
        with acting(second):
            registry.decide_move(request_id=asked.id, approve=True, note="", by=second, today=TODAY)
    elif move == "merge":
        registry.merge(kept_id=one.id, absorbed_id=people[-1].id, by=city, today=TODAY)
    elif move == "undo":
        done = Merge.objects.filter(undone_at=None).order_by("-id").first()
        if done:
            registry.undo_merge(merge_id=done.id, by=city, today=TODAY)
    elif move == "unmark":
        registry.mark_veteran(person_id=one.id, is_veteran=not one.is_veteran, reason="", by=city, today=TODAY)


def _exactly_one(city):
    living = Person.objects.filter(is_veteran=True, died_on=None, left_on=None, merged_into=None)
    for person in living:
        kinds = sorted(
            Duty.objects.filter(
                to_on=None, cell__memberships__person=person, cell__memberships__to_on=None
            ).values_list("kind", flat=True)
        )
        assert kinds == ["contact", "deputy"], person.name
    assert Membership.objects.filter(to_on=None).exclude(person__in=living).count() == 0


@given(st.lists(st.integers(1, 400), min_size=1, max_size=6))
def test_periods_made_by_successive_hand_overs_meet_without_gap(lengths):
    day, periods = date(2019, 1, 1), []
    for length in lengths:
        periods.append((day, day + timedelta(days=length)))
        day += timedelta(days=length)
    assert rules.meets([*periods, (day, None)])
    if len(periods) > 1:
        assert not rules.meets([periods[0], (periods[0][1] + timedelta(days=1), None)])


def test_nobody_may_assign_with_a_reading_role(village):
    reader = make.actor("bureau_leader", make.COUNTY)
    with acting(reader), pytest.raises(Refused):
        actions.assign_duty(
            kind="contact", staff_id=make.staff(make.VILLAGE_A1).id, cell_id=village.id, by=reader, today=TODAY
        )


def test_the_public_sign_names_the_chain_up_to_the_towns_leader_and_nobody_else_of_the_town(village):
    leader, member = (
        make.staff(make.TOWN_A, "镇长", post="town_leader"),
        make.staff(make.TOWN_A, "班子", post="town_committee"),
    )
    with acting(make.system()):
        Duty.objects.create(division=make.TOWN_A, kind="town_leader", staff=leader, from_on=TODAY)
        Duty.objects.create(division=make.VILLAGE_A1, kind="area_member", staff=member, from_on=TODAY)
    clerk = make.actor("village_clerk", make.VILLAGE_A1)
    with acting(clerk):
        chain = queries.chain_of(make.VILLAGE_A1, cell_id=village.id, seen_by=clerk)
        assert chain[0].kind == "town_leader"
        assert chain[0].staff.name == "镇长"
        assert not Staff.objects.filter(name="镇长").exists()


def test_a_refusal_of_the_database_keeps_its_sentence_through_the_scope(village, head):
    with pytest.raises(DatabaseError, match="必须同时有责任联系人和备岗联系人"), acting(head):
        _leave_without_deputy(village)
    with acting(head):
        assert Duty.objects.filter(cell=village, to_on=None).count() == 2


def _leave_without_deputy(cell):
    Duty.objects.filter(cell=cell, kind="deputy").update(to_on=TODAY)
    check_now()
