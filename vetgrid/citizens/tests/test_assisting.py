"""Whatever a veteran can do at the mini-program, a clerk can do for an elder: the two lists are equal, and each act is marked."""

import pytest

from tests import builders as make
from tests import phone
from vetgrid.citizens.models import AssistedAct
from vetgrid.config.api import api
from vetgrid.core.acts import acts
from vetgrid.core.scope import acting
from vetgrid.registry.models import Person

# Writes that concern the phone and the account in the hand, or that must not pass through anybody else's hands.
OWN_PHONE = {
    "citizenSignInWechat": "signs in a phone",
    "citizenSendCode": "signs in a phone",
    "citizenVerifyCode": "signs in a phone",
    "citizenSignOut": "signs out a phone",
    "citizenEndSession": "signs out a phone",
    "citizenSettings": "the size of letters on a phone",
    "citizenCloseAccount": "ends an account; the station ends a binding instead",
    "citizenAgree": "the agreement of the one who holds the phone; the counter gives notice on paper",
    "citizenBind": "binds an account; the station decides a request instead",
    "citizenUpload": "the clerk uploads at /field/uploads",
    "citizenOfferCode": "a code that lives for seconds on the phone that shows it",
    "citizenAccuse": "confidential: at the counter it has a page of its own",
}
ASSIST = "field.assist"


def test_every_citizens_write_can_be_done_by_a_clerk_and_nothing_else_can():
    writes, with_act = set(), {}
    for path, operations in api.get_openapi_schema()["paths"].items():
        for method, operation in operations.items():
            if "/citizen/" in path and method != "get":
                writes.add(operation["operationId"])
                with_act[operation.get("summary")] = operation["operationId"]
    assisted = {with_act[act.label] for act in acts().values()}
    assert writes - assisted == set(OWN_PHONE)
    assert assisted <= writes and len(assisted) == len(acts())


@pytest.fixture
def place(db):
    found = make.staffed_county()
    cell = make.cell(make.VILLAGE_A1)
    found["elder"] = make.veteran(make.VILLAGE_A1, "老大爷", at=cell)
    user = make.user("helper", ("village_clerk", make.VILLAGE_A1), name="林专干", staff=found["officer"])
    found["device"] = phone.clerk(user)
    return found


def test_a_clerk_confirms_the_file_and_raises_a_matter_for_an_elder_without_a_phone(place):
    person = place["elder"]
    done = place["device"].post(
        "/field/assist",
        {"person_id": person.id, "act": "file.confirm", "values": {"body": {"version": person.version}}},
    )
    assert done.status_code == 200 and done.json()["result"]["confirmed_on"] == make.TODAY.isoformat()
    raised = place["device"].post(
        "/field/assist",
        {"person_id": person.id, "act": "matter.raise", "values": {"body": {"title": "屋顶漏水", "text": "求助修缮"}}},
    )
    assert raised.status_code == 200 and raised.json()["result"]["state"] == "registered"
    with acting(make.system()):
        assert Person.objects.get(pk=person.pk).confirmed_on == make.TODAY
        rows = AssistedAct.objects.order_by("at")
        assert [(row.act, row.by_name, row.authority_id) for row in rows] == [
            ("file.confirm", "林专干", None),
            ("matter.raise", "林专干", None),
        ]
    own = phone.citizen(person)
    assert [row["by"] for row in own.get("/citizen/assisted").json()] == ["林专干", "林专干"]
    assert own.get("/citizen/matters").json()["items"][0]["title"] == "屋顶漏水"


def test_a_wrong_shape_an_unknown_act_and_a_foreign_elder_get_a_sentence(place):
    person = str(place["elder"].id)
    device = place["device"]
    for body, status in (
        ({"person_id": person, "act": "file.confirm", "values": {}}, 422),
        ({"person_id": person, "act": "file.confirm", "values": {"body": {"version": "x"}}}, 422),
        ({"person_id": person, "act": "fly", "values": {}}, 409),
    ):
        answer = device.post("/field/assist", body)
        assert answer.status_code == status and "请" in answer.json()["detail"]
    with acting(make.system()):
        other = make.veteran(make.VILLAGE_B1, "邻镇老人")
    body = {"person_id": other.id, "act": "file.confirm", "values": {"body": {"version": 1}}}
    assert device.post("/field/assist", body).status_code == 404


def test_the_field_has_a_list_of_acts_with_their_shapes(place):
    listed = place["device"].get("/field/acts").json()
    assert {row["key"] for row in listed} == set(acts())
    assert all(row["shape"]["type"] == "object" for row in listed)


def test_a_person_gives_and_takes_back_an_authority_and_a_helper_cannot_pass_it_on(place):
    own = phone.citizen(place["elder"])
    body = {"helper_name": "王小妹", "helper_phone": "13900005678", "relation": "child", "to_on": "2024-06-30"}
    given = own.post("/citizen/authorities", body)
    assert given.status_code == 201 and given.json()["is_in_force"]
    daughter = phone.signed_in(phone.account("13900005678"))
    me = daughter.get("/citizen/me").json()
    assert [row["name"] for row in me["acts_for"]] == ["老大爷"] and not me["is_bound"]
    daughter.acting_for = place["elder"].id
    assert daughter.get("/citizen/file").json()["name"] == "老大爷"
    refused = daughter.post("/citizen/authorities", body | {"helper_phone": "13900009999"})
    assert refused.status_code == 403 and refused.json()["code"] == "not_by_helper"
    assert own.post(f"/citizen/authorities/{given.json()['id']}/revoke").status_code == 200
    assert daughter.get("/citizen/file").json()["code"] == "no_authority"
    assert own.post("/citizen/authorities", body | {"to_on": "2026-01-01"}).status_code == 422
