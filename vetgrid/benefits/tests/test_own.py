"""One's own benefits at the mini-program: what is received, what may come, a decision in plain words, an application."""

import json

import pytest
from django.test import Client

from tests import builders as make
from tests import phone
from vetgrid.audit.models import Entry
from vetgrid.benefits.actions.applying import tick_papers
from vetgrid.benefits.actions.own import PHOTOS
from vetgrid.benefits.models import Application, Award, Decision, Finding, RuleVersion
from vetgrid.benefits.sources import rule_version
from vetgrid.citizens.tests.test_own_file import picture
from vetgrid.core.scope import acting

pytestmark = pytest.mark.django_db
RECEIPT = {
    "programme": {"label": "农村籍老年生活补助", "article": "民发〔2011〕110号"},
    "amount": "55.00元",
    "month_label": "2023年12月",
    "starts_label": "2023年12月",
    "steps": [{"label": "服役年限", "text": "11年", "clause": "第二条"}],
    "facts": [{"label": "服役", "values": [{"label": "服役年限", "text": "11"}], "records": [{"source": "退役证件"}]}],
    "unmet": [],
    "exclusion": None,
    "changes": ["满六十周岁"],
}


@pytest.fixture
def place():
    found = make.staffed_county()
    cell = make.cell(make.VILLAGE_A1)
    found["person"] = make.veteran(make.VILLAGE_A1, "王建国", at=cell)
    found["device"] = phone.citizen(found["person"])
    scoped = {"person": found["person"], "division": make.VILLAGE_A1}
    with acting(make.system()):
        version = RuleVersion.objects.first() or rule_version()
        found["decision"] = Decision.objects.create(
            number="测1号",
            programme="rural_over60",
            month=24287,
            known_on=make.TODAY,
            known_at=make.now(),
            cut=make.new_id(),
            rule_version=version,
            is_entitled=True,
            amount_fen=5500,
            before_exclusion_fen=5500,
            receipt=json.dumps(RECEIPT),
            digest="0",
            made_at=make.now(),
            made_by=make.system().id,
            made_by_name="系统",
            **scoped,
        )
        Award.objects.create(programme="rural_over60", from_month=24287, decision=found["decision"], **scoped)
        found["finding"] = Finding.objects.create(
            programme="disability_pension",
            kind="missing",
            month=24287,
            amount_fen=100000,
            papers=["身份证"],
            found_on=make.TODAY,
            **scoped,
        )
    return found


def test_what_is_received_and_what_may_come_are_listed_with_what_is_missing(place):
    seen = place["device"].get("/citizen/benefits").json()
    assert [(row["amount_fen"], row["state_label"]) for row in seen["receiving"]] == [(5500, "发放中")]
    assert [(row["missing_papers"], row["kind"]) for row in seen["may_be_entitled"]] == [(["身份证"], "missing")]
    assert seen["payments"] == []


def test_a_decision_reads_in_plain_words_and_anothers_does_not_open(place):
    path = f"/citizen/benefits/decisions/{place['decision'].id}"
    seen = place["device"].get(path).json()
    assert (seen["programme"], seen["amount"], seen["facts"][0]["source"]) == (
        "农村籍老年生活补助",
        "55.00元",
        "退役证件",
    )
    assert seen["what_would_change_it"] == ["满六十周岁"]
    with acting(make.system()):
        other = make.veteran(make.VILLAGE_A1, "李大山")
    stranger = phone.citizen(other, "13900009999")
    assert stranger.get(path).status_code == 404
    assert stranger.post("/citizen/benefits/applications", {"finding_id": place["finding"].id}).status_code == 404


def test_a_finding_turns_into_an_application_that_waits_for_a_clerk_to_see_the_papers(place):
    upload = place["device"].upload(picture()).json()["upload_id"]
    body = {"finding_id": place["finding"].id, "upload_ids": [upload]}
    done = place["device"].post("/citizen/benefits/applications", body)
    assert done.status_code == 201, done.content.decode()
    assert done.json()["state"] == "draft" and done.json()["papers"][-1]["paper"] == PHOTOS
    with acting(make.system()):
        row = Application.objects.get()
        assert (row.channel, row.finding_id, row.made_by_name) == ("online", place["finding"].id, "王建国")
        assert not any(entry["is_there"] for entry in row.papers[:-1])
    seen = place["device"].get("/citizen/benefits").json()
    assert seen["may_be_entitled"][0]["application_id"] == done.json()["id"]
    again = place["device"].post("/citizen/benefits/applications", {"programme": "disability_pension"})
    assert again.status_code == 409
    assert len(place["device"].get("/citizen/benefits/applications").json()) == 1
    assert place["device"].post("/citizen/benefits/applications", {"programme": "gold"}).status_code == 422


def signed_in(role: str, at: int) -> Client:
    client = Client(raise_request_exception=False)
    make.sign_in(client, make.user(f"{role}{make.new_id().hex[-12:]}", (role, at)))
    return client


def test_the_photos_of_an_application_open_for_those_who_decide_and_the_sight_is_in_the_trail(place):
    upload = place["device"].upload(picture()).json()["upload_id"]
    done = place["device"].post(
        "/citizen/benefits/applications", {"finding_id": place["finding"].id, "upload_ids": [upload]}
    )
    path = f"/benefits/applications/{done.json()['id']}"
    clerk = signed_in("village_clerk", make.VILLAGE_A1)
    assert f"{path}/photos/1" in clerk.get(path).content.decode()
    photo = clerk.get(f"{path}/photos/1")
    assert photo.status_code == 200 and photo["Content-Type"] == "image/jpeg" and photo.content[:2] == b"\xff\xd8"
    with acting(make.system()):
        seen = Entry.objects.filter(verb="benefits.see_photo")
        assert [(row.person, row.row_id) for row in seen] == [(place["person"].id, done.json()["id"])]
    assert clerk.get(f"{path}/photos/2").status_code == 404
    assert signed_in("village_clerk", make.VILLAGE_B1).get(f"{path}/photos/1").status_code == 404
    assert signed_in("grid_contact", make.VILLAGE_A1).get(f"{path}/photos/1").status_code in (403, 404)


def test_ticking_the_papers_leaves_the_persons_own_photos_where_they_are(place):
    upload = place["device"].upload(picture()).json()["upload_id"]
    place["device"].post("/citizen/benefits/applications", {"finding_id": place["finding"].id, "upload_ids": [upload]})
    clerk = make.actor("village_clerk", make.VILLAGE_A1)
    with acting(make.system()):
        row = Application.objects.get()
    with acting(clerk):
        wanted = [entry["paper"] for entry in row.papers if entry["paper"] != PHOTOS]
        row = tick_papers(application_id=row.id, papers=wanted, by=clerk, today=make.TODAY)
        assert all(entry["is_there"] for entry in row.papers)


def test_an_application_that_the_platform_had_filled_in_becomes_his_own(place):
    with acting(make.system()):
        prepared = Application.objects.create(
            number="测2号",
            person=place["person"],
            division=place["person"].division,
            programme="disability_pension",
            from_month=24287,
            channel="finding",
            papers=[],
            finding_id=place["finding"].id,
            asked_on=make.TODAY,
            made_by=make.system().id,
            made_by_name="待遇巡查",
            made_at=make.now(),
        )
    assert place["device"].get("/citizen/benefits/applications").json() == []
    assert place["device"].get("/citizen/benefits").json()["may_be_entitled"][0]["application_id"] is None
    made = place["device"].post("/citizen/benefits/applications", {"finding_id": str(place["finding"].id)})
    assert (made.status_code, made.json()["id"]) == (201, str(prepared.id))
    assert [row["id"] for row in place["device"].get("/citizen/benefits/applications").json()] == [str(prepared.id)]
    with acting(make.system()):
        row = Application.objects.get()
    assert (row.channel, row.made_by_name, row.state) == ("online", place["person"].name, "draft")
    again = place["device"].post("/citizen/benefits/applications", {"finding_id": str(place["finding"].id)})
    assert again.status_code == 409
