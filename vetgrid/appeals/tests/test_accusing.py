"""Accusations: taken down anywhere, seen by the discipline channel alone, never by the accused nor the accused's unit."""

import io
import re
import zipfile
from difflib import unified_diff

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client

from tests import builders as make
from tests.scope.test_routes import address, is_shut_to, routes
from vetgrid.accounts.roles import roles
from vetgrid.appeals.actions import accusing
from vetgrid.appeals.models import Accusation, AccusationStep
from vetgrid.appeals.queries import others as queries
from vetgrid.audit.models import Entry
from vetgrid.audit.trail import NOWHERE
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.ids import new_id
from vetgrid.core.places import Level
from vetgrid.core.scope import acting
from vetgrid.notices.models import Notice
from vetgrid.orgs.models import Post, Staff
from vetgrid.work.actions import hand_over
from vetgrid.work.models import Clock, ClockEvent, WorkItem

pytestmark = pytest.mark.django_db
TODAY = make.TODAY
SECRET = "虚报慰问金"


@pytest.fixture
def place(db):
    return make.staffed_county()


def charge(**values):
    return accusing.Charge(
        **{"text": f"{SECRET}三千元。", "channel": "counter", "received_on": TODAY, "accuser": "王建国 13800000001"}
        | values
    )


def accuse(place, by="as_clerk", station="village", **values) -> str:
    actor = place[by]
    with acting(actor):
        return accusing.accuse(charge(**values), station_id=place[station].id, by=actor, today=TODAY)


def found() -> Accusation:
    with acting(make.system()):
        return Accusation.objects.select_related("accused", "accused_station").get()


def test_the_officer_of_the_discipline_group_owns_it_and_the_station_keeps_nothing(place):
    number = accuse(place, accused_id=place["head"].id)
    row = found()
    assert (row.number, row.accused_station) == (number, place["village"])
    with acting(place["as_inspector"]):
        item = WorkItem.objects.get(kind="accusation")
        assert item.owner_id == place["discipline"].id
        assert queries.accusations(seen_by=place["as_inspector"]).count() == 1
    with acting(place["as_clerk"]):
        assert Accusation.objects.count() == 0
        assert WorkItem.objects.filter(kind="accusation").count() == 0


def test_nothing_of_it_is_readable_in_the_tables_for_anybody_else(place):
    accuse(place, accused_id=place["head"].id)
    for role in sorted(set(roles()) - {"discipline_officer"}):
        level = min(roles()[role].levels)
        code = {Level.VILLAGE: make.VILLAGE_A1, Level.TOWN: make.TOWN_A, Level.COUNTY: make.COUNTY}[level]
        with acting(make.actor(role, code)):
            for model in (Accusation, AccusationStep):
                assert model.objects.count() == 0, (role, model.__name__)
            for model in (WorkItem, Clock, ClockEvent, Notice):
                assert model.objects.count() == 0, (role, model.__name__)


@pytest.mark.parametrize("accused", ["discipline", "unit"])
def test_the_accused_and_the_accuseds_unit_never_see_it_though_they_hold_the_role(place, accused):
    if accused == "discipline":
        accuse(place, accused_id=place["discipline"].id)
        who = place["as_inspector"]
        other = make.actor("discipline_officer", make.COUNTY, staff=place["discipline_2"])
    else:
        accuse(place, accused_station_id=place["city"].id)
        who = make.actor("discipline_officer", make.COUNTY, staff=place["chief"])
        other = place["as_inspector"]
    with acting(who):
        for model in (Accusation, AccusationStep, WorkItem, Clock, ClockEvent):
            assert model.objects.count() == 0, model.__name__
        assert queries.accusations(seen_by=who).count() == 0
        with pytest.raises(NotFound):
            queries.accusation(found().id, seen_by=who)
        with pytest.raises(NotFound):
            accusing.handle(accusation_id=found().id, move="take", note="x", by=who, today=TODAY)
    with acting(other):
        assert queries.accusations(seen_by=other).count() == 1
        assert WorkItem.objects.get().owner_id == other.staff_id


def probes(place, who, name, reads):
    """Every door and every search of the program, asked by the accused with the accusation's own ids in hand."""
    row = found()
    with acting(make.system()):
        make_user = make.user(f"u-{name}", *who, staff=place.get(name))
    client = Client(raise_request_exception=False)
    make.sign_in(client, make_user)
    things = dict.fromkeys(("accusation", "appeal", "rating", "item"), row)
    fake = type("Row", (), {"pk": row.pk})()
    queries = ("", f"?text={SECRET}", f"?q={SECRET}", f"?text={row.number}", "?whose=place", "?state=received")
    for pattern, view in routes():
        if pattern.startswith("api/v1/openapi") or pattern == "sign-out":
            continue
        base = address(pattern, _Any(things, fake))
        is_shut, methods = is_shut_to(view, *who), ["get", "post"]
        for query in queries:
            for method in list(methods):
                reads.clear()
                response = getattr(client, method)(base + query)
                assert not is_shut or response.status_code == 403, f"{method} {pattern}: {response.status_code}"
                body = b"".join(response.streaming_content) if response.streaming else response.content
                if base not in reads:  # nor will it look at another query
                    methods.remove(method)
                text = body.decode("utf-8", "replace")
                yield pattern, query, method, response, text, row


class _Any(dict):
    """Gives the accusation's id for every parameter."""

    def __init__(self, known, fake):
        super().__init__(known)
        self.fake = fake

    def __missing__(self, key):
        return self.fake


@pytest.mark.slow
@pytest.mark.usefixtures("no_contexts")
@pytest.mark.parametrize(
    ("name", "grants"),
    [
        ("officer", (("village_clerk", make.VILLAGE_A1),)),
        ("head", (("village_clerk", make.VILLAGE_A1),)),
        ("chief", (("section_chief", make.COUNTY), ("discipline_officer", make.COUNTY))),
    ],
)
def test_no_door_list_count_search_export_or_notice_shows_it_to_the_accused_or_the_unit(place, name, grants, reads):
    if name == "chief":
        accuse(place, accused_id=place["chief"].id)
    else:
        accuse(place, accused_id=place["head"].id)
    asked = 0
    for pattern, query, method, response, text, row in probes(place, grants, name, reads):
        asked += 1
        assert response.status_code < 500, f"{method} {pattern}{query}: {response.status_code}"
        if SECRET not in query:
            assert SECRET not in text, f"{method} {pattern}{query}"
        if row.number not in query:
            assert row.number not in text, f"{method} {pattern}{query}"
    assert asked > 300


SEARCHES = ("", f"?text={SECRET}", f"?q={SECRET}", "?whose=place", "?due=soon", "?open=1")


def pages(client, key, grants, reads, queries=SEARCHES):
    """Every page as text, without what differs from one request to the next; archives are looked into."""
    things, found = _Any({}, type("Row", (), {"pk": key})()), {}
    for pattern, view in routes():
        if pattern.startswith("api/v1/openapi") or pattern == "sign-out":
            continue
        is_shut, base = is_shut_to(view, *grants), address(pattern, things)
        for query in queries:
            reads.clear()
            response = client.get(base + query)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            if body.startswith(b"PK"):
                with zipfile.ZipFile(io.BytesIO(body)) as archive:
                    parts = [archive.read(name) for name in archive.namelist() if not name.startswith("docProps/")]
                body = b"".join(parts)
            if body.startswith(b"%PDF"):
                body = b"".join(re.findall(rb"/MediaBox|/Count \d+", body))
            assert not is_shut or response.status_code == 403, f"{pattern}: {response.status_code}"
            text = body.decode("utf-8", "replace").replace(str(key), "KEY")
            text = re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken":")[^"]+', "", text)
            text = re.sub(r"编号 [0-9a-f]+|[0-9a-f]{8}-[0-9a-f-]{27}|\d\d:\d\d(:\d\d)?|request_id[^,}]*", "", text)
            found[f"{pattern}{query}"] = (response.status_code, text)
            if base not in reads:  # nor will it look at another query
                break
    return found


@pytest.mark.slow
@pytest.mark.usefixtures("no_contexts")
@pytest.mark.parametrize(
    ("name", "grants"),
    [
        ("head", (("village_clerk", make.VILLAGE_A1),)),
        ("officer", (("village_clerk", make.VILLAGE_A1), ("town_head", make.TOWN_A))),
        ("chief", (("section_chief", make.COUNTY), ("discipline_officer", make.COUNTY))),
    ],
)
def test_no_page_count_figure_or_file_of_the_accused_changes_by_one_character_when_the_accusation_comes(
    place, name, grants, reads
):
    with acting(make.system()):
        user = make.user(f"u-{name}", *grants, staff=place[name])
    client = Client(raise_request_exception=False)
    make.sign_in(client, user)
    pages(client, new_id(), grants, reads, SEARCHES[:1])  # what a first visit leaves behind is there before both
    before = pages(client, new_id(), grants, reads)
    accuse(place, accused_id=place["chief" if name == "chief" else "head"].id)
    after = pages(client, found().id, grants, reads)
    changed = {key: (before.get(key), after.get(key)) for key in before | after if before.get(key) != after.get(key)}
    if changed:  # what an accusation leaks stays on the page: it is there when the page is asked again
        again = pages(client, found().id, grants, reads)
        changed = {key: pair for key, pair in changed.items() if again.get(key) != pair[0]}
    lines = {key: list(unified_diff(*(str(page).splitlines() for page in pair), n=0)) for key, pair in changed.items()}
    assert lines == {}
    assert len(after) > 300


def test_the_trail_keeps_it_under_the_seal_but_on_nobodys_page(place):
    accuse(place, accused_id=place["head"].id)
    for place_of_auditor in (make.COUNTY, make.VILLAGE_A1):
        with acting(make.actor("auditor", place_of_auditor)):
            assert not Entry.objects.filter(table_name__startswith="appeals_accusation").exists()
            assert not Entry.objects.filter(verb__startswith="accusations.").exists()


def test_rows_of_confidential_tables_lie_nowhere_in_the_trail(place):
    with acting(make.system()), connection.cursor() as cursor:
        cursor.execute("SELECT audit_place('350581000000', 'confidential'), audit_place('350581000000', NULL)")
        assert cursor.fetchone() == (NOWHERE, 350581000000)


def test_it_is_handled_step_by_step_and_the_result_closes_the_item(place):
    accuse(place, accused_id=place["head"].id)
    who, key = place["as_inspector"], found().id
    with acting(who):
        accusing.handle(accusation_id=key, move="take", note="初核", by=who, today=TODAY)
        with pytest.raises(Conflict):
            accusing.handle(accusation_id=key, move="take", note="再次", by=who, today=TODAY)
        accusing.handle(accusation_id=key, move="send_on", note="移送纪委", by=who, today=TODAY)
        row = accusing.handle(accusation_id=key, move="feed_back", note="已立案处理", by=who, today=TODAY)
        assert (row.state, row.result.reveal() if hasattr(row.result, "reveal") else row.result) == (
            "done",
            "已立案处理",
        )
        assert WorkItem.objects.get(subject_id=key).closed_on == TODAY
        assert AccusationStep.objects.filter(accusation=row).count() == 4


def test_it_cannot_be_handed_to_the_accused_nor_to_anybody_outside_the_discipline_group(place):
    accuse(place, accused_id=place["discipline_2"].id)
    who = place["as_inspector"]
    with acting(who):
        key = WorkItem.objects.get(kind="accusation").id
    for taker in ("discipline_2", "chief", "city_officer"):
        with acting(who), pytest.raises(DatabaseError, match="只能由与被检举人"), transaction.atomic():
            hand_over(item_ids=[key], to_staff=place[taker].id, reason="x", by=who, today=TODAY)
    third = make.staff(make.COUNTY, "第三联络员", post="discipline")
    with acting(who):
        hand_over(item_ids=[key], to_staff=third.id, reason="轮岗", by=who, today=TODAY)
    with acting(make.actor("discipline_officer", make.COUNTY, staff=third)):
        assert WorkItem.objects.get(pk=key).owner_id == third.id


def test_a_deputy_who_takes_it_leaves_no_stranger_in_the_deputys_place(place):
    accuse(place, accused_name="某人")
    second = make.actor("discipline_officer", make.COUNTY, staff=place["discipline_2"])
    with acting(second):
        key = WorkItem.objects.get(kind="accusation").id
        hand_over(item_ids=[key], to_staff=place["discipline_2"].id, reason="接办", by=second, today=TODAY)
        item = WorkItem.objects.get(pk=key)
    assert (item.owner_id, item.deputy_id) == (place["discipline_2"].id, place["discipline"].id)


def test_an_unconcerned_officer_takes_over_where_the_owner_is_missing(place):
    accuse(place, accused_name="某人")
    second = make.actor("discipline_officer", make.COUNTY, staff=place["discipline_2"])
    with acting(second):
        accusing.take_over(accusation_id=found().id, by=second, today=TODAY)
        assert WorkItem.objects.get(kind="accusation").owner_id == place["discipline_2"].id
    with acting(place["as_section"]), pytest.raises(NotFound):
        accusing.take_over(accusation_id=found().id, by=place["as_section"], today=TODAY)


def test_an_anonymous_one_keeps_no_name(place):
    accuse(place, accused_name="某商户", is_anonymous=True)
    assert found().accuser is None


def test_bad_input_gets_sentences_and_leaves_nothing(place):
    for values, field in (
        ({"text": ""}, "text"),
        ({"text": "控" * 6000, "accused_name": "某"}, "text"),
        ({}, "accused_name"),
        ({"accused_name": "某", "received_on": make.TODAY.replace(year=2024)}, "received_on"),
    ):
        with pytest.raises(Invalid) as caught:
            accuse(place, **values)
        assert field in caught.value.fields
    with acting(make.system()):
        assert Accusation.objects.count() == 0


def test_without_an_unconcerned_officer_it_is_not_taken_down_and_says_where_to_go(place):
    with acting(make.system()):
        Post.objects.filter(kind="discipline").update(to_on=TODAY)
        Staff.objects.filter(pk=place["discipline"].pk).update(ended_on=TODAY)
    with pytest.raises(Conflict, match="直接向纪检监察机关反映"):
        accuse(place, accused_name="某")
