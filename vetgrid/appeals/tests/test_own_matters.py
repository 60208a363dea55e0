"""A person's own matters at the mini-program: raised, followed, added to, withdrawn, confirmed, rated, reviewed."""

from io import BytesIO

import pytest
from PIL import Image

from tests import builders as make
from tests import phone
from vetgrid.appeals.actions import moving
from vetgrid.appeals.actions.consulting import answer
from vetgrid.appeals.models import Accusation, Appeal, Consultation, Rating, Step
from vetgrid.appeals.tests.matters import OPINION, move
from vetgrid.core.scope import acting, confiding
from vetgrid.work.models import WorkItem

pytestmark = pytest.mark.django_db
MATTER = {"kind": "claim", "category": "pension", "title": "补发立功奖励金", "text": "2016年三等功,只发了一部分。"}


@pytest.fixture
def place():
    found = make.staffed_county()
    cell = make.cell(make.VILLAGE_A1)
    found["person"] = make.veteran(make.VILLAGE_A1, "王建国", at=cell, phone="13700001111")
    found["device"] = phone.citizen(found["person"])
    return found


def raised(place, **values):
    answer = place["device"].post("/citizen/matters", MATTER | values)
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def in_office(matter, action, by, **values):
    with acting(make.system()):
        appeal = Appeal.objects.get(pk=matter["id"])
    return move(by, action, appeal, **values)


def answered(place):
    matter = raised(place)
    in_office(matter, moving.accept, place["as_clerk"])
    in_office(matter, moving.answer, place["as_clerk"], text=OPINION)
    return matter


def test_a_matter_goes_to_ones_own_station_with_an_owner_a_date_and_a_phone_to_call(place):
    matter = raised(place)
    assert matter["state_label"] == "已登记" and "到期" in matter["clock_sentence"] and matter["due_on"]
    assert matter["handler"]["station"] == place["village"].name and matter["handler"]["name"]
    assert set(matter["can"]) == {"add", "withdraw"}
    with acting(make.system()):
        appeal = Appeal.objects.get()
        assert (appeal.channel, appeal.person_id, appeal.origin) == (
            "mini_program",
            place["person"].id,
            make.VILLAGE_A1,
        )
        assert WorkItem.objects.get(subject_id=appeal.id).owner_id is not None


def test_photos_come_with_the_matter_and_the_clerk_can_open_them(place):
    file = BytesIO()
    Image.new("RGB", (20, 20)).save(file, "PNG")
    file.seek(0)
    file.name = "现场.png"
    upload = place["device"].upload(file).json()["upload_id"]
    matter = raised(place, upload_ids=[upload])
    assert matter["files"] == [{"id": upload, "name": "小程序上传1.png"}]
    with acting(place["as_clerk"]):
        assert Appeal.objects.get().attachments.count() == 1


def test_each_step_of_the_office_is_followed_and_inner_notes_stay_inside(place):
    matter = raised(place)
    in_office(matter, moving.transfer, place["as_clerk"], station_id=place["town"].id, note="内部意见:此人多次来访")
    seen = place["device"].get(f"/citizen/matters/{matter['id']}").json()
    assert [step["label"] for step in seen["steps"]] == ["转送", "登记"]
    assert "内部意见" not in str(seen) and seen["handler"]["station"] == place["town"].name
    listed = place["device"].get("/citizen/matters").json()["items"]
    assert [row["number"] for row in listed] == [matter["number"]]


def test_words_are_added_while_it_is_open_and_not_afterwards(place):
    matter = raised(place)
    path = f"/citizen/matters/{matter['id']}"
    added = place["device"].post(f"{path}/additions", {"text": "补充:证书号123"})
    assert added.status_code == 201 and added.json()["steps"][0]["label"] == "补充材料"
    assert place["device"].post(f"{path}/withdraw", {"reason": "已解决"}).status_code == 200
    assert place["device"].post(f"{path}/additions", {"text": "再补充"}).status_code == 409
    assert place["device"].post(f"{path}/withdraw", {}).status_code == 409
    with acting(make.system()):
        assert Appeal.objects.get().state == "withdrawn"
        assert WorkItem.objects.get(kind="appeal").closed_on is not None


def test_an_answer_is_read_confirmed_and_rated_once_in_secret(place):
    matter = answered(place)
    path = f"/citizen/matters/{matter['id']}"
    seen = place["device"].get(path).json()
    assert seen["answer"] and {"confirm", "rate", "review"} <= set(seen["can"])
    assert place["device"].post(f"{path}/rating", {"level": 2, "text": "慢", "aspects": ["speed"]}).status_code == 204
    assert place["device"].post(f"{path}/rating", {"level": 5}).status_code == 409
    done = place["device"].post(f"{path}/confirm", {"note": "满意"}).json()
    assert done["state_label"] == "已回访" and "rate" not in done["can"]
    with acting(place["as_clerk"]):
        assert not Rating.objects.exists(), "the handler sees no rating"
    with acting(make.system()):
        assert Rating.objects.get().level == 2
    with acting(make.system()), confiding():
        assert WorkItem.objects.filter(kind="rectification").count() == 1


def test_a_review_goes_to_the_station_above(place):
    matter = answered(place)
    done = place["device"].post(f"/citizen/matters/{matter['id']}/review", {"reason": "金额不对"})
    assert done.status_code == 200 and done.json()["state_label"] == "复查中"
    assert done.json()["handler"]["station"] == place["town"].name


def test_a_helpers_matter_is_the_persons_and_says_who_spoke(place):
    daughter = phone.helper(place["person"])
    matter = daughter.post("/citizen/matters", MATTER)
    assert matter.status_code == 201
    assert place["device"].get("/citizen/matters").json()["items"][0]["id"] == matter.json()["id"]
    with acting(make.system()):
        appeal = Appeal.objects.get()
        assert (appeal.speaker, appeal.relation, appeal.person_id) == ("王小妹", "other", place["person"].id)
        assert Step.objects.get(move="register").by_name == "王小妹(代王建国)"
    done = place["device"].get("/citizen/assisted").json()
    assert [(row["what"], row["by"]) for row in done] == [("反映诉求", "王小妹")]


def test_a_question_is_answered_with_its_clauses_and_rated(place):
    asked = place["device"].post("/citizen/questions", {"text": "六十岁有什么补助?"})
    assert asked.status_code == 201 and asked.json()["state"] == "asked"
    with acting(make.system()):
        row = Consultation.objects.get()
    with acting(place["as_clerk"]):
        answer(
            consultation_id=row.id, text="满六十周岁的可以申请。", clause_ids=[], by=place["as_clerk"], today=make.TODAY
        )
    path = f"/citizen/questions/{row.id}"
    seen = place["device"].get(path).json()
    assert seen["answer"] == "满六十周岁的可以申请。" and seen["can_rate"]
    assert place["device"].post(f"{path}/rating", {"level": 5}).status_code == 204
    assert place["device"].get(path).json()["can_rate"] is False


def test_an_accusation_leaves_no_trace_with_the_other_matters(place):
    done = place["device"].post("/citizen/accusations", {"text": "专干吃拿卡要", "accused_name": "某某"})
    assert done.status_code == 201 and done.json()["number"]
    assert place["device"].get("/citizen/matters").json()["items"] == []
    assert place["device"].get("/citizen/assisted").json() == []
    with acting(place["as_clerk"]):
        assert not Accusation.objects.exists()
    with acting(place["as_inspector"]):
        assert Accusation.objects.count() == 1
    assert phone.helper(place["person"]).post("/citizen/accusations", {"text": "x"}).json()["code"] == "not_by_helper"


def test_the_same_call_sent_twice_registers_one_matter(place):
    key = "7b0f7c1e-0000-4000-8000-000000000001"
    first = place["device"].post("/citizen/matters", MATTER, key=key)
    again = place["device"].post("/citizen/matters", MATTER, key=key)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    other = place["device"].post("/citizen/matters", MATTER | {"title": "另一件"}, key=key)
    assert other.status_code == 409 and other.json()["code"] == "idempotency_mismatch"
    with acting(make.system()):
        assert Appeal.objects.count() == 1


def test_a_write_without_a_key_is_refused(place):
    answer = place["device"].call("POST", "/citizen/matters", MATTER, key="none")
    assert answer.status_code == 422 and "Idempotency-Key" in answer.json()["fields"]
