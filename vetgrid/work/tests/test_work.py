"""Items: always an owner and a date; clocks that no edit resets; hand-over; the sweep tells each step once."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from tests import builders as make
from vetgrid.core.errors import Conflict, Invalid, NotAllowed
from vetgrid.core.ids import new_id
from vetgrid.core.scope import acting
from vetgrid.notices.models import Notice
from vetgrid.orgs.models import CalendarException, Post, Staff, Station
from vetgrid.work import actions, queries
from vetgrid.work.models import Clock, ClockEvent, WorkItem

pytestmark = pytest.mark.django_db
TODAY = make.TODAY


@pytest.fixture
def village(everything):
    """A village with an affairs officer, a village head and a committee member."""
    make.county()
    return {
        "station": Station.objects.get(division=make.VILLAGE_A1),
        "officer": make.staff(make.VILLAGE_A1, "吴文员", post="affairs_officer"),
        "head": make.staff(make.VILLAGE_A1, "郑村长", post="village_head"),
        "member": make.staff(make.VILLAGE_A1, "李委员"),
    }


def opened(village, **values) -> WorkItem:
    asked = actions.Opening(
        **{
            "kind": "appeal",
            "subject_id": new_id(),
            "title": "补发奖励金",
            "station": village["station"],
            "next_on": TODAY + timedelta(days=3),
            "next_step": "审核",
            "limit": "appeal_inform",
        }
        | values
    )
    item = actions.open_item(asked, by=make.system(), today=TODAY)
    check_now()
    return item


def at_commit(change) -> None:
    """The change in a transaction of its own, with the checks of its commit."""
    with transaction.atomic():
        change()
        check_now()


def check_now() -> None:
    """What the database would check at commit, now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_an_item_that_nobody_was_named_for_goes_to_the_affairs_officer_with_another_as_deputy(village):
    item = opened(village)
    assert (item.owner, item.deputy) == (village["officer"], village["head"])
    assert item.due_on == TODAY + timedelta(days=15)


def test_the_least_burdened_officer_takes_the_next_one(village):
    second = make.staff(make.VILLAGE_A1, "周文员", post="affairs_officer")
    owners = {opened(village).owner_id for _ in range(2)}
    assert owners == {village["officer"].id, second.id}


def test_a_station_without_staff_gets_no_item_and_says_what_to_do(everything):
    make.county()
    empty = Station.objects.get(division=make.VILLAGE_A2)
    with pytest.raises(Conflict, match="先登记该站的工作人员"):
        opened({"station": empty})


@pytest.mark.parametrize("column", ["owner", "next_on"])
def test_the_database_refuses_an_open_item_without_owner_or_next_date(village, column):
    item = opened(village)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkItem.objects.filter(pk=item.pk).update(**{column: None})


def test_the_database_refuses_an_owner_who_does_not_work_there(village):
    stranger = make.staff(make.VILLAGE_B1, "外村人")
    item = opened(village)
    with pytest.raises(DatabaseError, match="没有在任岗位"):
        at_commit(lambda: WorkItem.objects.filter(pk=item.pk).update(owner=stranger))


def test_staff_who_own_items_cannot_leave_nor_lose_their_post(village):
    opened(village)
    with pytest.raises(DatabaseError, match="还有1件未办结的事项"):
        at_commit(lambda: Staff.objects.filter(pk=village["officer"].pk).update(ended_on=TODAY))
    with pytest.raises(DatabaseError, match="不能结束岗位"):
        at_commit(lambda: Post.objects.filter(staff=village["officer"]).update(to_on=TODAY))


def test_a_station_with_open_items_cannot_be_closed(village):
    opened(village)
    with pytest.raises(DatabaseError, match="不能撤销"):
        at_commit(lambda: Station.objects.filter(pk=village["station"].pk).update(closed_on=TODAY))


def test_clock_events_cannot_be_changed_or_deleted(village):
    item = opened(village)
    event = ClockEvent.objects.get(clock__item=item)
    for change in (lambda: ClockEvent.objects.filter(pk=event.pk).update(days=99), event.delete):
        with pytest.raises(DatabaseError):
            at_commit(change)


def test_no_edit_and_no_new_owner_moves_the_due_date(village):
    item = opened(village)
    before = item.due_on
    actions.set_next(item, next_on=TODAY + timedelta(days=9), next_step="再核实", title="新标题")
    actions.give(item, village["member"].id)
    item.refresh_from_db()
    assert item.due_on == before
    assert ClockEvent.objects.filter(clock__item=item).count() == 1


def test_a_second_clock_cannot_start_while_one_runs(village):
    item = opened(village)
    with pytest.raises(Conflict):
        actions.start_clock(item, "appeal_handle", on=TODAY, reason="再来", by=make.system())


def test_pausing_needs_a_reason_and_resuming_moves_the_date(village):
    item = opened(village)
    with pytest.raises(Invalid):
        actions.pause_clock(item, on=TODAY, reason=" ", by=make.system())
    actions.pause_clock(item, on=TODAY + timedelta(days=1), reason="听证", by=make.system())
    item.refresh_from_db()
    assert (item.clock_state, item.due_on) == ("paused", None)
    actions.resume_clock(item, on=TODAY + timedelta(days=5), reason="听证结束", by=make.system())
    item.refresh_from_db()
    assert item.due_on == TODAY + timedelta(days=19)


def test_an_extension_after_the_due_date_is_refused(village):
    item = opened(village)
    with pytest.raises(Conflict, match="不能再延长"):
        actions.extend_clock(
            item,
            "appeal_extend",
            on=TODAY + timedelta(days=20),
            reason="复杂",
            by=make.system(),
            approver=make.system(),
        )


def test_a_local_day_off_moves_a_limit_in_working_days(village):
    CalendarException.objects.create(division=make.COUNTY, on=date(2023, 12, 29), is_working=False, reason="台风")
    item = opened(village, limit="consultation")
    # 2023-12-28 was a Thursday; the 29th is off here, 30 December to 1 January are holidays.
    assert item.due_on == date(2024, 1, 3)


def test_the_clock_tells_its_arithmetic(village):
    item = opened(village)
    (story,) = queries.clocks_of(item)
    assert story.sentence == "自2023年12月28日起15日,2024年1月12日到期。"


def test_closing_stops_the_clock(village):
    item = opened(village)
    actions.close_item(item, outcome="办结", by=make.system(), today=TODAY)
    assert Clock.objects.get(item=item).state == "stopped"
    with pytest.raises(Conflict, match="已经办结"):
        actions.item_of("appeal", item.subject_id)


def test_the_owner_may_hand_over_and_the_taker_is_told(village):
    items = [opened(village) for _ in range(3)]
    owner = make.actor("village_clerk", make.VILLAGE_A1, staff=village["officer"])
    with acting(owner):
        done = actions.hand_over(
            item_ids=[item.id for item in items], to_staff=village["member"].id, reason="休假", by=owner, today=TODAY
        )
    assert done == 3
    notice = Notice.objects.get(staff=village["member"])
    assert "3件事项" in notice.title
    assert "休假" in notice.body


def test_a_stranger_may_not_hand_over(village):
    item = opened(village)
    contact = make.actor("grid_contact", make.VILLAGE_A1, staff=village["member"])
    with acting(make.system()), pytest.raises(NotAllowed):
        actions.hand_over(item_ids=[item.id], to_staff=village["head"].id, reason="", by=contact, today=TODAY)


def test_nothing_is_handed_over_when_the_taker_does_not_serve_everywhere(village):
    item = opened(village)
    stranger = make.staff(make.VILLAGE_A2, "邻村人")
    with pytest.raises(Invalid, match="没有在任岗位"):
        actions.hand_over(item_ids=[item.id], to_staff=stranger.id, reason="", by=make.system(), today=TODAY)
    item.refresh_from_db()
    assert item.owner == village["officer"]


def test_a_confidential_item_shows_to_its_owner_alone(village):
    item = opened(village, is_confidential=True, title="保密")
    assert item.deputy_id is None
    head = make.actor("village_clerk", make.VILLAGE_A1, staff=village["head"])
    owner = make.actor("village_clerk", make.VILLAGE_A1, staff=village["officer"])
    with acting(head):
        assert list(WorkItem.objects.all()) == []
    with acting(owner):
        assert [row.id for row in WorkItem.objects.all()] == [item.id]
        assert queries.items(queries.ItemFilter(), seen_by=owner, today=TODAY).count() == 1
