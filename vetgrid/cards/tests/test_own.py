"""At the mini-program: a person applies for the card from his own file, sees stage and due date, sends a photograph, reports a loss."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import builders as make
from tests import phone
from vetgrid.cards.actions import deciding, holding
from vetgrid.cards.models import Application, Card
from vetgrid.cards.queries.own import classes_by_card
from vetgrid.cards.tests import photographs
from vetgrid.cards.tests.pipeline import TODAY, act, card_of, held, reviewed, veteran
from vetgrid.core.scope import acting
from vetgrid.registry.models import Person, PersonClass
from vetgrid.work.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    found = make.staffed_county()
    found["person"] = veteran()
    found["phone"] = phone.citizen(found["person"])
    return found


def upload(device, body: bytes) -> str:
    file = SimpleUploadedFile("照片.jpg", body, content_type="image/jpeg")
    answer = device.upload(file)
    assert answer.status_code == 201, answer.content.decode()
    return str(answer.json()["upload_id"])


def wish(place, **values):
    return {"kind": "veteran", "bank": "icbc", "station_id": str(place["town"].id)} | values


def applied(place, **values):
    answer = place["phone"].post("/citizen/card/applications", wish(place, **values))
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def test_the_draft_comes_from_the_file_and_the_application_shows_stage_and_due_date(place):
    page = place["phone"].get("/citizen/card").json()
    assert page["why_not"] == "" and page["applications"] == [] and page["cards"] == []
    assert [row["value"] for row in page["draft"]["kinds"]] == ["veteran"]
    assert str(place["town"].id) in {row["value"] for row in page["draft"]["stations"]}
    done = applied(place)
    assert done["state_label"] == "已申请" and done["due_on"] and done["can"] == ["photo", "withdraw"]
    assert [step["label"] for step in done["steps"]] == ["已申请"]
    with acting(make.system()):
        one = Application.objects.get()
        assert (one.channel, one.speaker, one.person_id) == ("mini_program", "self", place["person"].id)
        assert one.materials == [], "what nobody at the counter has seen is not ticked"
        assert WorkItem.objects.get(kind="card_application").station_id == place["town"].id
    again = place["phone"].get("/citizen/card").json()
    assert "正在办理" in again["why_not"] and len(again["applications"]) == 1
    assert place["phone"].post("/citizen/card/applications", wish(place)).status_code == 409


def test_a_phones_photograph_is_cut_and_measured_and_the_clerks_part_waits(place):
    first = upload(place["phone"], photographs.from_a_phone())
    photo = applied(place, upload_id=first)["photo"]
    assert photo["is_measured_good"], photo
    assert len(photo["file"]) == 5 and len(photo["picture"]) == 5 and len(photo["clerk"]) == 7
    assert not photo["is_passed"], "hats and uniforms are looked at by a person"


def test_a_bad_photograph_is_told_sentence_by_sentence_and_taken_again(place):
    dark = photographs.from_a_phone(ground=(60, 90, 120))
    done = applied(place, upload_id=upload(place["phone"], dark))
    bad = [row["sentence"] for row in done["photo"]["picture"] if not row["is_good"]]
    assert any("背景" in sentence for sentence in bad)
    path = f"/citizen/card/applications/{done['id']}/photo"
    better = place["phone"].post(path, {"upload_id": upload(place["phone"], photographs.from_a_phone())})
    assert better.status_code == 200 and better.json()["photo"]["is_measured_good"]


def test_a_file_of_another_or_something_that_is_no_picture_is_refused(place):
    other = phone.citizen(veteran(2), "13900007777")
    foreign = upload(other, photographs.from_a_phone())
    assert place["phone"].post("/citizen/card/applications", wish(place, upload_id=foreign)).status_code == 404
    pdf = SimpleUploadedFile("x.pdf", b"%PDF-1.4\n%%EOF", content_type="application/pdf")
    key = place["phone"].upload(pdf).json()["upload_id"]
    assert place["phone"].post("/citizen/card/applications", wish(place, upload_id=key)).status_code == 422
    with acting(make.system()):
        assert not Application.objects.exists(), "a refused photograph leaves no half application"


def test_what_was_returned_is_told_and_sent_in_again(place):
    done = applied(place)
    act(
        place["as_town_boss"],
        deciding.send_back,
        application_id=done["id"],
        reason="photo",
        note="请换白底照片",
    )
    seen = place["phone"].get(f"/citizen/card/applications/{done['id']}").json()
    assert seen["state_label"] == "退回补正" and "请换白底照片" in seen["steps"][-1]["note"]
    assert seen["reason"] and seen["can"] == ["photo", "resubmit", "withdraw"]
    path = f"/citizen/card/applications/{done['id']}"
    assert place["phone"].post(f"{path}/resubmit", {"text": "换了照片"}).json()["state"] == "submitted"
    gone = place["phone"].post(f"{path}/withdraw", {"text": ""}).json()
    assert gone["state"] == "withdrawn" and gone["due_on"] is None


def test_without_an_id_number_or_an_identity_the_page_says_where_to_go(place):
    plain = phone.citizen(make.person(make.VILLAGE_A1, "无号人"), "13900007777")
    assert "身份证号" in plain.get("/citizen/card").json()["why_not"]
    number = make.id_number("35058119650312077")
    other = phone.citizen(make.person(make.VILLAGE_A1, "无身份", id_number=number), "13900006666")
    page = other.get("/citizen/card").json()
    assert "没有退役军人" in page["why_not"] and page["draft"]["kinds"] == []
    assert other.post("/citizen/card/applications", wish(place)).status_code == 422


def test_a_daughter_with_an_authority_is_the_proxy(place):
    helper = phone.helper(place["person"])
    answer = helper.post("/citizen/card/applications", wish(place))
    assert answer.status_code == 201, answer.content.decode()
    with acting(make.system()):
        one = Application.objects.get()
        assert (one.speaker, one.speaker_name) == ("proxy", "王小妹")


def issued(place) -> Card:
    one = reviewed(place, place["person"])
    (card,) = held(place, one)
    act(place["as_clerk"], holding.issue, card_id=card.id, way="counter")
    return card_of(one)


def test_a_lost_card_is_reported_once_and_found_again(place):
    card = issued(place)
    shown = place["phone"].get("/citizen/card").json()
    assert "已有优待证" in shown["why_not"] and shown["cards"][0]["can"] == ["lost"]
    for _ in range(2):
        answer = place["phone"].post(f"/citizen/card/cards/{card.id}/lost")
        assert answer.status_code == 200, answer.content.decode()
        assert answer.json()["state_label"] == "临时挂失" and answer.json()["paused_until"]
    assert place["phone"].post(f"/citizen/card/cards/{card.id}/found").json()["state"] == "issued"
    assert place["phone"].post(f"/citizen/card/cards/{card.id}/found").status_code == 409


def test_another_persons_application_and_card_look_like_none(place):
    card = issued(place)
    other = phone.citizen(veteran(2), "13900007777")
    assert other.get("/citizen/card").json()["cards"] == []
    assert other.post(f"/citizen/card/cards/{card.id}/lost").status_code == 404
    assert other.get(f"/citizen/card/applications/{card.application_id}").status_code == 404


def test_a_card_keeps_its_classes_for_offers_until_it_ends_and_disqualification_ends_every_claim(place):
    card = issued(place)

    def classes():
        with acting(make.system()):
            return classes_by_card(Person.objects.get(pk=place["person"].pk), TODAY)

    assert classes() == {"70"}
    with acting(make.system()):
        PersonClass.objects.update(code="32", to_on="2023-06-01")
    assert classes() == {"32"}, "a class that ended is kept by the card"
    act(place["as_section"], holding.cancel, card_id=card.id, reason="disqualified", note="判决生效")
    assert classes() is None
    answer = place["phone"].post("/citizen/offer-codes")
    assert answer.status_code == 403, "no code after disqualification, although the file still says veteran"


def test_somebody_without_a_card_gets_no_class_from_it(place):
    with acting(make.system()):
        assert classes_by_card(place["person"], TODAY) == frozenset()
