"""Work in the field: sign-in, my people, a visit sent once or many times, a conflict with both sides."""

import pytest
from django.contrib.auth.hashers import make_password

from tests import builders as make
from tests import phone
from vetgrid.accounts.models import Session, User
from vetgrid.core.ids import new_id
from vetgrid.core.scope import acting
from vetgrid.registry import actions as registry
from vetgrid.registry.actions.writing import Origin
from vetgrid.visits.models import Visit

pytestmark = pytest.mark.django_db
PASSWORD = "Kites-over-7-hills"


@pytest.fixture
def place():
    make.county()
    contact = make.staff(make.VILLAGE_A1, "林志强")
    cell = make.cell(make.VILLAGE_A1, contact=contact)
    found = {"contact": contact, "person": make.veteran(make.VILLAGE_A1, "王建国", at=cell, phone="13700001111")}
    found["user"] = make.user(
        "contact", ("grid_contact", make.VILLAGE_A1), staff=contact, password=make_password(PASSWORD)
    )
    found["device"] = phone.clerk(found["user"])
    return found


def visit(place, **values):
    return {
        "client_id": str(new_id()),
        "person_id": str(place["person"].id),
        "visited_at": "2023-12-27T10:00:00+08:00",
        "way": "home",
        "text": "老伴住院,需要照护。",
        "needs": ["medical", "care"],
        "base_version": place["person"].version,
    } | values


def test_a_contact_signs_in_with_a_password_and_sees_his_own_people(place):
    device = phone.Phone()
    wrong = device.post("/field/sign-in", {"username": "contact", "password": "no"})
    assert wrong.status_code == 401 and wrong.json()["code"] == "wrong_password"
    device.token = device.post("/field/sign-in", {"username": "contact", "password": PASSWORD}).json()["token"]
    assert device.get("/field/me").json()["roles"] == ["网格联系人"]
    people = device.get("/field/people").json()["items"]
    assert [(row["name"], row["phone_masked"]) for row in people] == [("王建国", "137••••1111")]
    assert device.get("/field/today").json()[0]["person_id"] == str(place["person"].id)
    assert device.post("/field/sign-out").status_code == 204
    assert device.get("/field/me").status_code == 401


def test_wrong_passwords_on_a_phone_count_and_lock_like_any_other(place):
    device = phone.Phone()
    for _ in range(5):
        device.post("/field/sign-in", {"username": "contact", "password": "no"})
    answer = device.post("/field/sign-in", {"username": "contact", "password": PASSWORD})
    assert answer.status_code == 401 and "锁定" in answer.json()["detail"]


def test_a_role_that_needs_a_second_factor_gets_no_token_without_it(place):
    make.user("secadmin", ("security_admin", make.COUNTY), password=make_password(PASSWORD))
    answer = phone.Phone().post("/field/sign-in", {"username": "secadmin", "password": PASSWORD})
    assert answer.status_code == 401 and answer.json()["code"] == "second_factor_needed"
    with acting(make.system()):
        assert not Session.objects.filter(user=User.objects.get(username="secadmin"), ended_at=None).exists()


def test_a_visit_that_is_sent_again_is_the_same_visit(place):
    body = visit(place)
    first = place["device"].post("/field/visits", body)
    again = place["device"].post("/field/visits", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"] and not again.json()["is_new"]
    with acting(make.system()):
        assert Visit.objects.count() == 1
    differs = place["device"].post("/field/visits", body | {"text": "另一次"})
    assert differs.status_code == 409 and differs.json()["code"] == "visit_differs"
    seen = place["device"].get(f"/field/people/{place['person'].id}").json()
    assert seen["visits"][0]["needs"] == ["照护", "就医"] or seen["visits"][0]["needs"] == ["就医", "照护"]
    assert place["device"].get("/field/today").json() == []


def test_a_visit_needs_neither_place_nor_photo(place):
    assert place["device"].post("/field/visits", visit(place, text="", needs=[])).status_code == 201


def test_when_the_file_changed_meanwhile_both_sides_come_back_and_nothing_is_written(place):
    clerk = make.actor("village_clerk", make.VILLAGE_A1)
    with acting(clerk):
        registry.write_fact(
            person_id=place["person"].id,
            section_key="residence",
            values={"address": "灵秀路9号"},
            origin=Origin("staff_check"),
            by=clerk,
            today=make.TODAY,
        )
    body = visit(place)
    conflict = place["device"].post("/field/visits", body)
    assert conflict.status_code == 409 and conflict.json()["code"] == "file_changed"
    both = conflict.json()
    assert both["client"]["text"] == body["text"]
    assert both["server"]["facts"][0]["values"]["address"] == "灵秀路9号"
    with acting(make.system()):
        assert not Visit.objects.exists()
    done = place["device"].post("/field/visits", body | {"base_version": both["server"]["version"]})
    assert done.status_code == 201


def test_the_right_is_asked_when_the_visit_arrives(place):
    with acting(make.system()):
        other = make.veteran(make.VILLAGE_B1, "邻镇老兵")
    answer = place["device"].post("/field/visits", visit(place, person_id=str(other.id)))
    assert answer.status_code == 404 and "手机里" in answer.json()["detail"]
    with acting(make.system()):
        place["user"].grants.update(revoked_at=make.now())
    assert place["device"].post("/field/visits", visit(place)).status_code == 403


def test_an_edit_in_the_field_shows_both_sides_of_a_conflict(place):
    clerk = make.user("clerk", ("village_clerk", make.VILLAGE_A1))
    device = phone.clerk(clerk)
    path = f"/field/people/{place['person'].id}/facts"
    body = {"section": "residence", "values": {"address": "灵秀路1号"}, "base_version": place["person"].version}
    done = device.post(path, body)
    assert done.status_code == 200 and done.json()["version"] == place["person"].version + 1
    conflict = device.post(path, body | {"values": {"address": "灵秀路2号"}})
    assert conflict.status_code == 409
    assert conflict.json()["server"]["facts"][0]["values"]["address"] == "灵秀路1号"
    assert conflict.json()["client"]["values"] == {"address": "灵秀路2号"}


def test_nonsense_in_a_visit_gets_a_sentence(place):
    for change in ({"way": "fly"}, {"needs": ["gold"]}, {"visited_at": "2019-01-01T00:00:00+08:00"}):
        answer = place["device"].post("/field/visits", visit(place, **change))
        assert answer.status_code == 422 and answer.json()["fields"]
