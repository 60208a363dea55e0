"""One's own file at the mini-program: seen with its sources, confirmed, corrected with photos that a clerk compares."""

from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

from tests import builders as make
from tests import phone
from vetgrid.audit.models import Entry
from vetgrid.core import rate
from vetgrid.core.scope import acting
from vetgrid.files.models import StoredFile
from vetgrid.files.store import content
from vetgrid.registry import actions
from vetgrid.registry.actions.writing import Origin
from vetgrid.registry.models import ChangeRequest, Identity, Person, Residence

pytestmark = pytest.mark.django_db
ID = make.id_number("35058119650312001")


def picture(kind="JPEG", **options) -> BytesIO:
    file = BytesIO()
    Image.new("RGB", (40, 30), (180, 20, 20)).save(file, kind, **options)
    file.seek(0)
    file.name = f"身份证.{'jpg' if kind == 'JPEG' else 'png'}"
    return file


@pytest.fixture
def veteran():
    make.county()
    make.cell(make.VILLAGE_A1)
    person = make.veteran(make.VILLAGE_A1, "王建国", id_number=ID, phone="13700001111")
    with acting(make.system()):
        Residence.objects.create(
            person=person,
            division=person.division,
            address="灵秀路1号",
            source="household_book",
            known_since=make.now(),
            recorded_by=make.system().id,
        )
    return person


@pytest.fixture
def device(veteran):
    return phone.citizen(veteran)


def fact_of(device, key):
    file = device.get("/citizen/file").json()
    return next(section for section in file["sections"] if section["key"] == key)["facts"][0], file["version"]


def test_the_file_shows_each_fact_with_its_source_and_masks_the_number(device):
    fact, _ = fact_of(device, "residence")
    assert fact["source"] == "户口簿" and fact["fields"][0]["value"] == "灵秀路1号" and fact["can_correct"]
    identity, _ = fact_of(device, "identity")
    number = next(field["value"] for field in identity["fields"] if field["key"] == "id_number")
    assert number.startswith("350581") and "••••" in number and ID not in number


def test_the_yearly_confirmation_takes_the_version_that_was_seen(device, veteran):
    version = device.get("/citizen/file").json()["version"]
    assert device.post("/citizen/file/confirm", {"version": version - 1}).status_code == 409
    done = device.post("/citizen/file/confirm", {"version": version})
    assert done.status_code == 200 and done.json()["confirmed_on"] == make.TODAY.isoformat()
    assert device.get("/citizen/file").json()["is_confirmed_this_year"]


def test_a_correction_with_a_photo_is_approved_by_the_town_and_the_file_changes(device, veteran):
    fact, version = fact_of(device, "identity")
    upload = device.upload(picture()).json()["upload_id"]
    asked = device.post(
        "/citizen/file/corrections",
        {
            "section": "identity",
            "fact_id": fact["id"],
            "values": {"name": "王建團"},
            "base_version": version,
            "upload_ids": [upload],
        },
    )
    assert asked.status_code == 201 and asked.json()["state"] == "open"
    with acting(make.system()):
        assert Person.objects.get(pk=veteran.pk).name == "王建国"
        row = ChangeRequest.objects.get()
    assert (row.source, row.photos, row.asked_by_name) == ("self_report", [upload], "王建国")
    head = make.actor("town_head", make.TOWN_A, "陈站长")
    with acting(head):
        assert content(row.proof_file)[0].kind == "proof"
        actions.decide_change(request_id=row.id, approve=True, note="与证件一致", by=head, today=make.TODAY)
    with acting(make.system()):
        assert Person.objects.get(pk=veteran.pk).name == "王建團"
        assert Identity.objects.get(known_until=None).source == "self_report"
    seen = device.get("/citizen/file/corrections").json()[0]
    assert (seen["state_label"], seen["decided_note"]) == ("已同意", "与证件一致")
    told = device.get("/citizen/notices").json()
    assert told["unread"] == 1 and "已更正" in told["items"][0]["body"]


def test_the_photos_of_a_correction_open_for_those_who_decide_and_the_sight_is_in_the_trail(device, veteran):
    fact, version = fact_of(device, "identity")
    upload = device.upload(picture()).json()["upload_id"]
    body = {"section": "identity", "fact_id": fact["id"], "values": {"name": "王建團"}, "upload_ids": [upload]}
    asked = device.post("/citizen/file/corrections", body | {"base_version": version})
    path = f"/requests/changes/{asked.json()['id']}"

    def opened(role: str, at: int, address: str):
        client = Client(raise_request_exception=False)
        make.sign_in(client, make.user(f"{role}{make.new_id().hex[-12:]}", (role, at)))
        return client.get(address)

    assert f"{path}/photos/1" in opened("town_head", make.TOWN_A, path).content.decode()
    photo = opened("town_head", make.TOWN_A, f"{path}/photos/1")
    assert photo.status_code == 200 and photo["Content-Type"] == "image/jpeg"
    with acting(make.system()):
        seen = Entry.objects.get(verb="registry.see_photo")
        assert (seen.person, seen.row_id) == (veteran.id, asked.json()["id"])
    assert opened("village_clerk", make.VILLAGE_A1, f"{path}/photos/1").status_code == 403
    assert opened("town_head", make.TOWN_B, f"{path}/photos/1").status_code == 404
    assert opened("town_head", make.TOWN_A, f"{path}/photos/12").status_code == 404


def test_a_guarded_field_needs_a_photo_and_a_class_cannot_be_corrected_here(device):
    fact, version = fact_of(device, "identity")
    body = {"section": "identity", "fact_id": fact["id"], "values": {"name": "王建军"}, "base_version": version}
    refused = device.post("/citizen/file/corrections", body)
    assert refused.status_code == 422 and "拍照" in refused.json()["detail"]
    refused = device.post(
        "/citizen/file/corrections", {"section": "class", "values": {"code": "11"}, "base_version": version}
    )
    assert refused.json()["code"] == "not_correctable"


def test_a_correction_of_a_fact_that_changed_meanwhile_is_a_conflict(device, veteran):
    fact, version = fact_of(device, "residence")
    clerk = make.actor("village_clerk", make.VILLAGE_A1)
    with acting(clerk):
        actions.write_fact(
            person_id=veteran.id,
            section_key="residence",
            values={"address": "灵秀路9号"},
            origin=Origin("staff_check"),
            by=clerk,
            today=make.TODAY,
            fact_id=fact["id"],
        )
    body = {
        "section": "residence",
        "fact_id": fact["id"],
        "values": {"address": "灵秀路8号"},
        "base_version": version,
    }
    assert device.post("/citizen/file/corrections", body).status_code == 409


def test_a_correction_can_be_withdrawn_while_nobody_has_decided(device):
    fact, version = fact_of(device, "residence")
    body = {"section": "residence", "fact_id": fact["id"], "values": {"address": "新路1号"}, "base_version": version}
    asked = device.post("/citizen/file/corrections", body).json()
    done = device.post(f"/citizen/file/corrections/{asked['id']}/withdraw")
    assert done.status_code == 200 and done.json()["state"] == "withdrawn"


def test_the_place_and_time_in_a_photo_do_not_arrive(device):
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[2] = (24.0, 44.0, 1.0)
    sent = picture(exif=exif)
    assert b"PhoneMaker" in sent.getvalue()
    upload = device.upload(sent)
    assert upload.status_code == 201
    back = device.get(f"/citizen/uploads/{upload.json()['upload_id']}")
    assert back.status_code == 200 and back["Content-Type"] == "image/jpeg"
    assert b"PhoneMaker" not in back.content and not Image.open(BytesIO(back.content)).getexif()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"MZ\x90\x00" + b"\0" * 100,
        b"\xff\xd8\xff" + b"not a picture" * 20,
        b"\x89PNG\r\n\x1a\n" + b"broken",
        b"%PDF-1.7 without an end",
        b"<html><script>alert(1)</script>",
        b"PK\x03\x04word/",
    ],
)
def test_what_is_not_a_picture_or_a_document_is_refused_whatever_its_name(device, body):
    file = BytesIO(body)
    file.name = "照片.jpg"
    answer = device.upload(file)
    assert answer.status_code == 422 and "请" in answer.json()["detail"]
    with acting(make.system()):
        assert not StoredFile.objects.exists()


def test_a_picture_of_too_many_pixels_is_refused(device, monkeypatch):
    monkeypatch.setitem(rate.policy()["uploads"], "max_pixels", 100)
    assert "像素" in device.upload(picture("PNG")).json()["detail"]


def test_an_upload_proves_one_thing_only(device):
    fact, version = fact_of(device, "residence")
    upload = device.upload(picture()).json()["upload_id"]
    body = {
        "section": "residence",
        "fact_id": fact["id"],
        "values": {"address": "新路1号"},
        "base_version": version,
        "upload_ids": [upload],
    }
    assert device.post("/citizen/file/corrections", body).status_code == 201
    assert device.post("/citizen/file/corrections", body | {"values": {"address": "新路2号"}}).status_code == 404


def test_the_export_of_my_data_holds_the_file_and_no_internal_column(device):
    found = device.get("/citizen/privacy/export").json()
    assert {part["section"] for part in found["file"]} >= {"身份信息", "住址与户籍"}
    assert "recorded_by" not in str(found) and ID not in str(found)


def test_another_persons_upload_is_no_proof_of_mine(device):
    with acting(make.system()):
        other = make.veteran(make.VILLAGE_A1, "李大山")
    stranger = phone.citizen(other, "13900009999")
    upload = stranger.upload(picture()).json()["upload_id"]
    fact, version = fact_of(device, "residence")
    body = {
        "section": "residence",
        "fact_id": fact["id"],
        "values": {"address": "新路1号"},
        "base_version": version,
        "upload_ids": [upload],
    }
    assert device.post("/citizen/file/corrections", body).status_code == 404
    assert device.get(f"/citizen/uploads/{upload}").status_code == 404
