"""The inbox: counts equal lists; the hand-over of everything is one transaction; the help draws what the code does."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from tests import builders as make
from vetgrid.appeals.actions import moving
from vetgrid.appeals.states import APPEAL
from vetgrid.appeals.tests.matters import move, register
from vetgrid.core.errors import Invalid, NotFound
from vetgrid.core.flow import flows
from vetgrid.core.scope import acting
from vetgrid.desk import handing
from vetgrid.grid.models import Duty
from vetgrid.orgs import actions as orgs
from vetgrid.orgs.models import ReceptionDay, Staff
from vetgrid.web.flowchart import arrows_of, svg
from vetgrid.work import queries
from vetgrid.work.models import WorkItem

pytestmark = pytest.mark.django_db
TODAY = make.TODAY


@pytest.fixture
def place(db):
    return make.staffed_county()


def client_of(place, name: str, *grants) -> Client:
    client = Client()
    make.sign_in(client, make.user(f"u-{name}", *grants, staff=place[name]))
    return client


def test_every_number_above_the_list_is_the_length_of_its_list(place):
    for age in (0, 13, 14, 20, 30):
        register(place, received_on=TODAY - timedelta(days=age))
    who = place["as_clerk"]
    with acting(who):
        for whose in ("mine", "place"):
            found = queries.counts(
                queries.items(queries.ItemFilter(whose=whose), seen_by=who, today=TODAY), today=TODAY
            )
            for key in ("soon", "overdue", "next"):
                listed = queries.items(queries.ItemFilter(whose=whose, due=key), seen_by=who, today=TODAY)
                assert getattr(found, key) == listed.count(), (whose, key)
        assert (found.open, found.soon, found.overdue) == (5, 4, 2)


def test_the_leaders_numbers_are_the_lengths_of_the_lists_they_lead_to(place):
    register(place, received_on=TODAY - timedelta(days=20))
    register(place, place["as_other_clerk"], station="other_village")
    who = place["as_section"]
    with acting(who):
        loads = queries.by_station(seen_by=who, today=TODAY)
        assert [(load.open, load.overdue) for load in loads] == [(1, 1), (1, 0)]
        for load in loads:
            asked = queries.ItemFilter(whose="place", division=load.division)
            assert queries.items(asked, seen_by=who, today=TODAY).count() == load.open


def test_the_page_hands_over_the_ticked_items(place):
    appeal = register(place)
    with acting(make.system()):
        item = WorkItem.objects.get(subject_id=appeal.id)
    client = client_of(place, "officer", ("village_clerk", make.VILLAGE_A1))
    page = client.get("/inbox").content.decode()
    assert appeal.number in page
    assert "郑" not in page
    done = client.post("/inbox/give", {"items": [str(item.id)], "to_staff": str(place["head"].id), "reason": "休假"})
    assert done.status_code == 302
    with acting(make.system()):
        assert WorkItem.objects.get(pk=item.pk).owner_id == place["head"].id
    assert client.post("/inbox/give", {"items": [], "to_staff": ""}).status_code == 422


def test_pages_of_the_inbox_answer_with_filters_that_make_no_sense(place):
    client = client_of(place, "officer", ("village_clerk", make.VILLAGE_A1))
    for query in ("?whose=x&due=y&kind=z&priority=9&division=abc&page=-1&size=7", "?text=" + "长" * 300):
        assert client.get("/inbox" + query).status_code == 200


# --- hand-over of everything -----------------------------------------------------------------------------------------


@pytest.fixture
def leaving(place):
    """The affairs officer is contact of a cell, owns two items, stands in for a third; the leader has reception days."""
    with acting(make.system()):
        make.veteran(
            make.VILLAGE_A1,
            at=make.cell(make.VILLAGE_A1, contact=place["officer"], deputy=make.staff(make.VILLAGE_A1, "备岗")),
        )
    register(place)
    register(place)
    by = make.actor("village_clerk", make.VILLAGE_A1, staff=place["head"])
    register(place, by)
    return place["officer"]


def hand_over(place, staff, **values) -> handing.Done:
    by = make.actor("city_clerk", make.COUNTY, "市专干", staff=place["city_officer"])
    with acting(by):
        return handing.hand_over_everything(
            staff_id=staff.id, to=handing.Successors(**values), reason="调离", by=by, today=TODAY
        )


def test_nobody_leaves_while_anything_is_his(place, leaving):
    by = make.actor("city_clerk", make.COUNTY)

    def leave() -> None:
        orgs.end_staff(staff_id=leaving.id, by=by, today=TODAY)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with acting(by), pytest.raises(DatabaseError, match="不能"), transaction.atomic():
        leave()


def test_everything_goes_at_once_and_then_he_may_leave(place, leaving):
    with acting(make.system()):
        duty = Duty.objects.get(staff=leaving, to_on=None)
    done = hand_over(place, leaving, duties={duty.id: place["head"].id}, items=place["head"].id, leaves=True)
    assert (done.duties, done.items) == (1, 3)
    with acting(make.system()), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert Staff.objects.get(pk=leaving.pk).ended_on == TODAY
        assert not WorkItem.objects.filter(closed_on=None, owner=leaving).exists()
        assert not WorkItem.objects.filter(closed_on=None, deputy=leaving).exists()
        assert all(item.deputy_id != item.owner_id for item in WorkItem.objects.all())


def test_a_missing_successor_stops_all_of_it(place, leaving):
    with acting(make.system()):
        duty = Duty.objects.get(staff=leaving, to_on=None)
    with pytest.raises(Invalid) as caught:
        hand_over(place, leaving, duties={duty.id: place["head"].id})
    assert "没有选择接替人员" in caught.value.fields["items"]
    with acting(make.system()):
        assert Duty.objects.get(staff=leaving, to_on=None).id == duty.id


def test_reception_days_need_another_leader(place):
    with acting(make.system()):
        day = ReceptionDay.objects.create(
            division=make.COUNTY, on=TODAY + timedelta(days=7), leader=place["leader"], hours="9", place="一楼"
        )
        other = make.staff(make.COUNTY, "副局长", post="bureau_leader")
    with pytest.raises(Invalid) as caught:
        hand_over(place, place["leader"], duties={})
    assert "days" in caught.value.fields
    assert hand_over(place, place["leader"], duties={}, days=other.id).days == 1
    with acting(make.system()):
        assert ReceptionDay.objects.get(pk=day.pk).leader_id == other.id


def test_a_leader_with_reception_days_ahead_cannot_leave(place):
    with acting(make.system()):
        ReceptionDay.objects.create(
            division=make.COUNTY, on=TODAY + timedelta(days=7), leader=place["leader"], hours="9", place="一楼"
        )

    def leave() -> None:
        Staff.objects.filter(pk=place["leader"].pk).update(ended_on=TODAY)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with acting(make.system()), pytest.raises(DatabaseError, match="接访日,不能离岗"), transaction.atomic():
        leave()


def test_those_that_run_out_first_stand_first_when_one_asks_by_the_due_date(place):
    for age in (5, 30, 20, 13, 40):
        register(place, received_on=TODAY - timedelta(days=age))
    who = place["as_clerk"]
    with acting(who):
        for which in ("overdue", "soon"):
            asked = queries.ItemFilter(whose="place", due=which)
            found = list(queries.items(asked, seen_by=who, today=TODAY).values_list("due_on", flat=True))
            assert found == sorted(found)
            assert len(found) >= 3


def test_nothing_to_hand_over_is_said_so(place):
    with pytest.raises(NotFound):
        hand_over(place, place["other_head"], duties={})


# --- help ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["appeal", "accusation", "consultation", "mediation", "legal_aid"])
def test_the_chart_holds_every_state_and_every_move_of_the_table(key):
    flow = flows()[key]
    picture = str(svg(flow))
    ElementTree.fromstring(picture)
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", picture)
    assert {label for _, label in flow.states} <= set(texts)
    spoken = "、".join(texts)
    for entry in flow.moves:
        assert entry.label in spoken, entry.label
    assert picture.count("marker-end") == len(arrows_of(flow))
    assert "style=" not in picture


def test_the_same_table_gives_the_same_picture_and_another_table_another():
    assert svg(APPEAL) == svg(APPEAL)
    assert svg(APPEAL) != svg(flows()["mediation"])


def test_the_help_pages_answer(place):
    client = client_of(place, "officer", ("village_clerk", make.VILLAGE_A1))
    assert "信访工作条例 第三十四条" in client.get("/help").content.decode()
    assert client.get("/help/appeal").status_code == 200
    picture = client.get("/help/appeal.svg")
    assert picture["Content-Type"].startswith("image/svg+xml")
    assert client.get("/help/nonsense").status_code == 404


def test_an_item_leads_to_its_subject(place):
    appeal = register(place)
    move(place["as_clerk"], moving.accept, appeal)
    with acting(make.system()):
        item = WorkItem.objects.get(subject_id=appeal.id)
    client = client_of(place, "officer", ("village_clerk", make.VILLAGE_A1))
    assert client.get(f"/inbox/{item.id}/subject")["Location"] == f"/appeals/{appeal.id}"
    page = client.get(f"/inbox/{item.id}").content.decode()
    assert "起60日" in page
    assert client.get(f"/appeals/{appeal.id}").status_code == 200
