"""The sweep: each step of the ladder is told once, to the right people, in a database that commits as the worker's role."""

from datetime import date, timedelta

import pytest

from tests import builders as make
from vetgrid.core.ids import new_id
from vetgrid.core.scope import acting, system_actor
from vetgrid.notices.models import Notice
from vetgrid.orgs.models import Post, Station
from vetgrid.work import actions, sweeping
from vetgrid.work.models import Escalation, WorkItem

TODAY = make.TODAY


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
    return actions.open_item(asked, by=make.system(), today=TODAY)


def swept(today: date) -> sweeping.Swept:
    by = system_actor("到期提醒")
    with acting(by):
        return sweeping.sweep(today=today)


@pytest.fixture
def as_job(own_database):
    """Committing, as the worker's role."""
    with acting(make.system()):
        make.county()
        return {
            "station": Station.objects.get(division=make.VILLAGE_A1),
            "officer": make.staff(make.VILLAGE_A1, "吴文员", post="affairs_officer"),
            "head": make.staff(make.VILLAGE_A1, "郑村长", post="village_head"),
            "chief": make.staff(make.COUNTY, "股长", post="section_chief"),
            "leader": make.staff(make.COUNTY, "局长", post="bureau_leader"),
        }


@pytest.mark.slow
def test_each_step_of_the_ladder_is_told_once_to_the_right_people(as_job):
    with acting(make.system()):
        item = opened(as_job, next_on=TODAY + timedelta(days=60))
    due = item.due_on
    assert swept(due - timedelta(days=4)).steps == 0
    assert swept(due - timedelta(days=3)).steps == 1
    assert swept(due - timedelta(days=2)).steps == 0
    assert swept(due + timedelta(days=1)).steps == 2
    assert swept(due + timedelta(days=5)).steps == 1
    assert swept(due + timedelta(days=10)).steps == 1
    assert swept(due + timedelta(days=11)).steps == 0
    with acting(make.system()):
        told = {row.step: row.audience for row in Escalation.objects.filter(item=item)}
        receivers = sorted(Notice.objects.filter(template="escalation").values_list("staff__name", flat=True))
    assert set(told.values()) == {"owner", "station_head", "city_section", "bureau_leader"}
    assert receivers == ["吴文员", "吴文员", "局长", "股长", "郑村长"]


@pytest.mark.slow
def test_a_new_due_date_starts_the_ladder_anew_and_a_missing_holder_is_noted(as_job):
    with acting(make.system()):
        item = opened(as_job, next_on=TODAY + timedelta(days=200))
        swept(item.due_on - timedelta(days=3))
        actions.extend_clock(item, "appeal_extend", on=TODAY, reason="复杂", by=make.system(), approver=make.system())
        item.refresh_from_db()
    assert swept(item.due_on - timedelta(days=3)).steps == 1
    with acting(make.system()):
        Post.objects.filter(staff=as_job["leader"]).update(to_on=TODAY)
    swept(item.due_on + timedelta(days=10))
    with acting(make.system()):
        assert Escalation.objects.get(item=item, step="due+10-leader").is_undeliverable
        assert not Escalation.objects.get(item=item, step="due+5-city").is_undeliverable


@pytest.mark.slow
def test_what_was_told_shows_to_its_own_place_alone(as_job):
    with acting(make.system()):
        item = opened(as_job)
    swept(item.due_on + timedelta(days=1))
    for place, seen in ((make.VILLAGE_A1, True), (make.TOWN_A, True), (make.VILLAGE_B1, False), (make.TOWN_B, False)):
        role = "village_clerk" if place in (make.VILLAGE_A1, make.VILLAGE_B1) else "town_head"
        with acting(make.actor(role, place)):
            assert Escalation.objects.exists() is seen
