"""The pages: every one opens with and without rows, a scanner's Enter counts a card, the export says why, merged files bring their cards."""

import io

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from tests import builders as make
from vetgrid.audit.models import Entry
from vetgrid.cards.models import Application, Card
from vetgrid.cards.queries.applications import OUTSIDE
from vetgrid.cards.queries.cards import BY_COUNTING
from vetgrid.cards.states import APPLICATION, CARD
from vetgrid.cards.tests import photographs
from vetgrid.cards.tests.pipeline import applied, card_of, held, made, reviewed, veteran
from vetgrid.cards.views.moves import APPLICATION_DOORS, CARD_DOORS
from vetgrid.core.scope import acting
from vetgrid.registry.actions.merging import merge

pytestmark = pytest.mark.django_db
LISTS = (
    "/cards",
    "/cards/applications",
    "/cards/applications/new",
    "/cards/list",
    "/cards/list/register",
    "/cards/batches",
    "/cards/batches/pack",
    "/cards/intake",
    "/cards/photo-help",
)


@pytest.fixture
def place(db):
    return make.staffed_county()


def client(role: str, at: int, **values) -> Client:
    found = Client()
    make.sign_in(found, make.user(f"{role}-{at}", (role, at), **values))
    return found


def test_every_move_has_its_door_or_happens_by_itself():
    assert {move.key for move in APPLICATION.moves} == set(APPLICATION_DOORS) | set(OUTSIDE)
    assert {move.key for move in CARD.moves} == set(CARD_DOORS) | set(BY_COUNTING)


def test_every_list_says_what_to_do_when_it_is_empty(place):
    visitor = client("city_clerk", make.COUNTY)
    for address in LISTS:
        response = visitor.get(address)
        assert response.status_code == 200, address
        assert "没有" in response.content.decode() or "先" in response.content.decode(), address


def test_lists_and_single_pages_show_what_is_there(place):
    one = reviewed(place)
    (card,) = held(place, one)
    visitor = client("city_clerk", make.COUNTY)
    for address in LISTS[:2] + LISTS[3:7]:
        text = visitor.get(address).content.decode()
        assert address == "/cards" or "王建1" in text or "P350581" in text, address
    for address in (f"/cards/applications/{one.id}", f"/cards/list/{card.id}", f"/cards/person/{one.person_id}/panel"):
        assert card.code in visitor.get(address).content.decode(), address


def test_the_card_number_is_never_shown_whole(place):
    one = reviewed(place)
    (card,) = held(place, one)
    with acting(make.system()):
        number = Card.objects.get(pk=card.pk).number.reveal()
    visitor = client("city_clerk", make.COUNTY)
    for address in (f"/cards/list/{card.id}", "/cards/list", "/cards/list/register"):
        assert number not in visitor.get(address).content.decode()


def test_a_scanners_enter_counts_a_card_and_the_page_waits_for_the_next(place):
    one = reviewed(place)
    batch = made(place, one)
    visitor = client("city_clerk", make.COUNTY, staff=place["city_officer"])
    address = f"/cards/batches/{batch.id}"
    assert "autofocus" in visitor.get(address).content.decode()
    response = visitor.post(f"{address}/scan", {"code": card_of(one).code}, follow=True)
    assert "还有0张" in response.content.decode()
    again = visitor.post(f"{address}/scan", {"code": card_of(one).code}, follow=True)
    assert "已经清点为“收到”" in again.content.decode()
    sheet = visitor.get(f"{address}/sheet").content.decode()
    assert sheet.count("<svg") >= 2 and batch.number in sheet


def test_the_export_needs_a_reason_which_is_in_the_trail(place):
    one = reviewed(place)
    held(place, one)
    visitor = client("town_head", make.TOWN_A)
    assert visitor.post("/cards/list/export", {"reason": ""}).status_code == 422
    response = visitor.post("/cards/list/export", {"reason": "发放核对"})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()
    assert rows[1][1] == "王建1" and not any(str(cell).startswith("62170018") for row in rows for cell in row)
    with acting(make.system()):
        assert Entry.objects.filter(verb="cards.export", reason="发放核对").exists()


def test_the_photo_page_keeps_nothing_and_says_what_it_cannot_see(place):
    visitor = client("village_clerk", make.VILLAGE_A1)
    upload = io.BytesIO(photographs.from_a_phone())
    upload.name = "phone.jpg"
    text = visitor.post("/cards/photo-help", {"photo": upload}).content.decode()
    assert "测量全部合格" in text and "认不出人脸" in text and "data:image/jpeg" in text
    broken = io.BytesIO(b"not a picture")
    broken.name = "phone.jpg"
    assert visitor.post("/cards/photo-help", {"photo": broken}).status_code == 422


def test_merged_files_bring_their_application_along(place):
    one = applied(place)
    kept = veteran(5, make.VILLAGE_A2)
    with acting(make.system()):
        merge(kept_id=kept.id, absorbed_id=one.person_id, by=make.system(), today=make.TODAY)
        moved = Application.objects.get(pk=one.pk)
    assert moved.person_id == kept.id and moved.division == make.VILLAGE_A2
