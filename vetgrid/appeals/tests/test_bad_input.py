"""Bad input at every door of this domain: a page with a Chinese sentence that says what to do, and not one row more anywhere."""

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import builders as make
from vetgrid.appeals.actions import moving
from vetgrid.appeals.tests.matters import move, register
from vetgrid.core.scope import acting
from vetgrid.orgs.models import ReceptionDay

pytestmark = pytest.mark.django_db
TODAY = make.TODAY
TOMORROW = str(TODAY + timedelta(days=1))
DOMAINS = ("appeals", "work", "notices", "files", "policies", "orgs", "registry", "grid")
LONG = "诉" * 3_500_000

# What each door takes; a mistake below replaces one field of it.
GOOD = {
    "/appeals/new": {
        "kind": "claim",
        "channel": "counter",
        "category": "pension",
        "received_on": str(TODAY),
        "title": "补发奖励金",
        "text": "只发了一部分。",
        "applicant": "王建国",
        "people": "1",
    },
    "/accusations/new": {"channel": "counter", "received_on": str(TODAY), "accused_name": "某人", "text": "虚报。"},
    "/consultations/new": {"channel": "phone", "question": "医疗待遇有哪些?", "asker": "王建国"},
    "/receptions/new": {
        "on": str(TODAY),
        "channel": "counter",
        "visitor": "王建国",
        "people": "1",
        "topic": "询问",
        "outcome": "已解答",
    },
    "/mediations/new": {
        "kind": "people",
        "category": "dispute",
        "title": "借款纠纷",
        "facts": "经过",
        "parties": "王建国 13800000001\n李建军",
    },
    "/legal-aid/new": {"matter": "wages", "applicant": "王建国", "facts": "拖欠工资"},
}
UNKNOWN = "00000000-0000-4000-8000-000000000000"
MISTAKES = [
    *((door, {"station": "OTHER"}) for door in GOOD),
    *((door, {"station": UNKNOWN}) for door in GOOD),
    *((door, {"station": "仕林村"}) for door in GOOD),
    ("/appeals/new", {"received_on": TOMORROW}),
    ("/appeals/new", {"received_on": "2023-02-30"}),
    ("/accusations/new", {"received_on": TOMORROW}),
    ("/accusations/new", {"accused": UNKNOWN}),
    ("/accusations/new", {"accused_name": ""}),
    ("/receptions/new", {"on": TOMORROW}),
    ("/receptions/new", {"people": "0"}),
    ("/receptions/new", {"visitor": ""}),
    ("/consultations/new", {"question": ""}),
    ("/consultations/new", {"channel": "pigeon"}),
    ("/mediations/new", {"parties": "王建国"}),
    ("/legal-aid/new", {"matter": "weather"}),
    ("/appeals/new", {"text": LONG}),
    ("/accusations/new", {"text": LONG}),
    ("/consultations/new", {"question": LONG}),
    ("/receptions/new", {"outcome": LONG}),
    ("/mediations/new", {"facts": LONG}),
    ("/legal-aid/new", {"facts": LONG}),
]


@pytest.fixture
def place(db):
    return make.staffed_county()


def clerk(place) -> Client:
    client = Client()
    make.sign_in(client, make.user("writer", ("city_clerk", make.VILLAGE_A1), staff=place["officer"]))
    return client


def everything() -> dict[str, int]:
    """How many rows every table of the domains has."""
    with acting(make.system()):
        return {
            model._meta.db_table: model.objects.count()
            for label in DOMAINS
            for model in apps.get_app_config(label).get_models()
        }


def sentence_in(answer) -> bool:
    """A line of the page that says, in Chinese, what to do or what is not possible."""
    shown = re.findall(
        r'class="(?:error|alert bad)[^>]*>(.*?)</div>|<main.*?>(.*?)</main>', answer.content.decode(), re.S
    )
    return any(re.search(r"请|不能|没有|最多|需要", "".join(found)) for found in shown)


def test_what_each_door_is_given_is_taken_when_nothing_is_wrong_with_it(place):
    client = clerk(place)
    for door, fields in GOOD.items():
        answer = client.post(door, fields | {"station": str(place["village"].id)})
        assert answer.status_code == 302, (door, re.findall(r'class="error"[^>]*>([^<]+)', answer.content.decode()))


@pytest.mark.parametrize(
    ("door", "wrong"), MISTAKES, ids=[f"{door}-{'-'.join(wrong)}-{at}" for at, (door, wrong) in enumerate(MISTAKES)]
)
def test_a_mistake_gets_a_sentence_and_leaves_nothing_behind(place, door, wrong):
    client, before = clerk(place), everything()
    fields = GOOD[door] | {"station": str(place["village"].id)} | wrong
    if fields["station"] == "OTHER":
        fields["station"] = str(place["other_village"].id)
    answer = client.post(door, fields)
    assert answer.status_code in (403, 404, 413, 422), door
    assert sentence_in(answer)
    assert everything() == before


@pytest.mark.parametrize("door", ["/appeals/new", "/consultations/new", "/receptions/new", "/legal-aid/new"])
def test_an_unknown_person_and_one_of_another_place_are_the_same_absent_one(place, door):
    stranger = make.person(make.VILLAGE_B1)
    client, before = clerk(place), everything()
    answers = [
        client.post(f"{door}?person={key}", GOOD[door] | {"station": str(place["village"].id)})
        for key in (UNKNOWN, stranger.id)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert all(sentence_in(answer) for answer in answers)
    assert everything() == before


def test_forbidden_moves_unknown_numbers_and_false_files_change_nothing(place):
    appeal = register(place)
    done = register(place)
    move(place["as_clerk"], moving.withdraw, done, note="本人撤回")
    with acting(make.system()):
        past = ReceptionDay.objects.create(
            division=make.COUNTY, on=TODAY - timedelta(days=1), leader=place["leader"], hours="9", place="一楼"
        )
        done.refresh_from_db()
    client, before = clerk(place), everything()
    state = {row.pk: (row.state, row.version) for row in (appeal, done)}
    tries = [
        (f"/appeals/{appeal.id}/moves/answer", {"opinion": "support", "facts": "x", "law": "x", "answer": "x"}),
        (f"/appeals/{appeal.id}/moves/close", {"note": "x"}),
        (f"/appeals/{appeal.id}/moves/fly", {}),
        (f"/appeals/{done.id}/moves/accept", {}),
        (f"/appeals/{appeal.id}/moves/transfer", {"station": UNKNOWN, "note": "x"}),
        (f"/appeals/{appeal.id}/moves/accept?version=99", {}),
        (f"/appeals/{appeal.id}/link", {"number": "退诉〔1999〕1号"}),
        (f"/appeals/{appeal.id}/link", {"number": appeal.number}),
        (f"/appeals/{appeal.id}/attach", {"file": SimpleUploadedFile("证明.pdf", b"MZ\x90\x00 not a pdf")}),
        (f"/appeals/{appeal.id}/attach", {"file": SimpleUploadedFile("证明.exe", b"%PDF-1.7")}),
        (f"/rota/{past.id}/book", {"visitor": "王建国", "people": "1", "topic": "询问"}),
        ("/inbox/give", {"items": UNKNOWN, "to_staff": UNKNOWN}),
        ("/inbox/give", {"items": "x", "to_staff": "x"}),
        (f"/appeals/{UNKNOWN}/moves/accept", {}),
        ("/rate/no-such-token", {"level": "1"}),
    ]
    for address, fields in tries:
        answer = client.post(
            address, fields, follow=True
        )  # a refused file leads back to the page, with the sentence above it
        if address.endswith("/attach"):
            assert re.search('class="alert bad"[^>]*>[^<]*(请|只能)', answer.content.decode()), address
        else:
            assert answer.status_code in (400, 404, 409, 422), (address, answer.status_code)
        assert sentence_in(answer), address
        assert everything() == before, address
    with acting(make.system()):
        for row in (appeal, done):
            row.refresh_from_db()
            assert (row.state, row.version) == state[row.pk]
