"""Console pages of citizens: the queue, authorities, the builder of forms, help at the counter."""

import pytest
from django.test import Client

from tests import builders as make
from tests import phone
from vetgrid.citizens.models import AssistedAct, Authority, Binding, BindingRequest, Campaign, Reply
from vetgrid.core.acts import acts
from vetgrid.core.scope import acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    found = make.staffed_county()
    cell = make.cell(make.VILLAGE_A1)
    found["person"] = make.veteran(make.VILLAGE_A1, "老大爷", at=cell, id_number=make.id_number("35058119420312001"))
    found["village"] = Client()
    make.sign_in(found["village"], make.user("clerk", ("village_clerk", make.VILLAGE_A1), staff=found["officer"]))
    found["city"] = Client()
    make.sign_in(found["city"], make.user("city", ("city_clerk", make.COUNTY), staff=found["city_officer"]))
    return found


def test_the_queue_shows_why_and_a_paper_binds(place):
    device = phone.signed_in(phone.account())
    claim = {"name": "老大爷", "id_number": make.id_number("35058119420312001")}
    device.post("/citizen/binding", claim | {"second_fact_kind": "discharge_year", "second_fact": "1966"})
    assert "第二项信息不一致" in place["village"].get("/bindings").content.decode()
    with acting(make.system()):
        row = BindingRequest.objects.get()
    page = place["village"].get(f"/bindings/{row.id}").content.decode()
    assert "350581••••••••" in page and claim["id_number"] not in page
    refused = place["village"].post(f"/bindings/{row.id}", {"approve": "1", "proof_kind": "", "note": ""})
    assert refused.status_code == 422 and "证件" in refused.content.decode()
    assert place["village"].post(f"/bindings/{row.id}", {"approve": "1", "proof_kind": "id_card"}).status_code == 302
    assert device.get("/citizen/me").json()["is_bound"]
    board = place["city"].get("/mini-program").content.decode()
    assert "老大爷" in board and "100" in board
    with acting(make.system()):
        binding = Binding.objects.get()
    assert place["village"].post(f"/mini-program/bindings/{binding.id}/end", {"reason": "手机遗失"}).status_code == 302
    assert device.get("/citizen/me").status_code == 401


def test_an_authority_is_recorded_with_its_paper_and_taken_back(place):
    form = {
        "helper_name": "王小妹",
        "helper_phone": "13900005678",
        "relation": "child",
        "to_on": "2024-06-30",
        "proof_kind": "household_book",
    }
    path = f"/people/{place['person'].id}/authorise"
    assert place["village"].post(path, form | {"to_on": "2029-01-01"}).status_code == 422
    assert place["village"].post(path, form).status_code == 302
    page = place["village"].get("/authorities").content.decode()
    assert "王小妹" in page and "13900005678" not in page
    assert "王小妹" in place["village"].get(f"/citizens/person/{place['person'].id}/panel").content.decode()
    with acting(make.system()):
        row = Authority.objects.get()
    assert place["village"].post(f"/authorities/{row.id}/revoke").status_code == 302
    assert "王小妹" not in place["village"].get("/authorities").content.decode()


def test_a_form_is_built_line_by_line_and_keeps_what_was_typed(place):
    lines = {
        "lines": "2",
        "label-0": "目前就业",
        "kind-0": "one",
        "options-0": "在岗、待业",
        "required-0": "on",
        "label-1": "",
        "kind-1": "text",
    }
    head = {"title": "就业采集", "intro": "", "opens_on": "2023-12-01", "closes_on": "2024-01-31"}
    more = place["city"].post("/campaigns/new", head | lines | {"more": "1"})
    assert (
        more.status_code == 200
        and more.content.decode().count("<fieldset") == 7
        and "目前就业" in more.content.decode()
    )
    wrong = place["city"].post("/campaigns/new", head | lines | {"options-0": "在岗"})
    assert wrong.status_code == 422 and "2至30个" in wrong.content.decode() and "目前就业" in wrong.content.decode()
    made = place["city"].post("/campaigns/new", head | lines)
    assert made.status_code == 302
    with acting(make.system()):
        row = Campaign.objects.get()
    assert row.form["properties"]["q1"]["enum"] == ["在岗", "待业"] and row.form["required"] == ["q1"]
    assert place["city"].post(f"/campaigns/{row.id}/open").status_code == 302
    counter = place["village"].get(f"/people/{place['person'].id}/assist").content.decode()
    assert "就业采集" in counter
    path = f"/people/{place['person'].id}/assist/campaign/{row.id}"
    assert place["village"].post(path, {"q1": "飞行"}).status_code == 422
    assert place["village"].post(path, {"q1": "在岗"}).status_code == 302
    with acting(make.system()):
        assert Reply.objects.get().helper == "测试人员"
    page = place["city"].get(f"/campaigns/{row.id}").content.decode()
    assert "在岗" in page and "测试人员代填" in page
    table = place["city"].get(f"/campaigns/{row.id}/export")
    assert table.status_code == 200 and "老大爷" in table.content.decode("utf-8-sig")
    assert place["city"].post(f"/campaigns/{row.id}/close").status_code == 302


def test_every_act_has_a_page_at_the_counter_and_doing_one_is_written_down(place):
    base = f"/people/{place['person'].id}/assist"
    page = place["village"].get(base).content.decode()
    for act in acts().values():
        status = place["village"].get(f"{base}/{act.key}").status_code
        assert status == (200 if f"{base}/{act.key}" in page else 404), act.key
    done = place["village"].post(
        f"{base}/matter.raise", {"kind": "claim", "category": "housing", "title": "屋顶漏水", "text": "求助修缮"}
    )
    assert done.status_code == 302, done.content.decode()[-2000:]
    assert place["village"].post(f"{base}/matter.raise", {"kind": "claim"}).status_code == 422
    with acting(make.system()):
        assert AssistedAct.objects.get().act == "matter.raise"
    assert "反映诉求" in place["village"].get(base).content.decode()
