"""Binding an account to a file: two facts, no oracle, a queue at the station, and limits for guessers."""

import pytest

from tests import builders as make
from tests import phone
from vetgrid.citizens.actions import decide_binding
from vetgrid.citizens.models import Binding, BindingRequest
from vetgrid.core import rate
from vetgrid.core.errors import Invalid, NotFound
from vetgrid.core.scope import acting
from vetgrid.registry.models import Service

pytestmark = pytest.mark.django_db
ID = make.id_number("35058119650312001")
UNKNOWN = make.id_number("35058119650312003")


@pytest.fixture
def veteran():
    rate.forget()
    make.county()
    cell = make.cell(make.VILLAGE_A1)
    person = make.veteran(make.VILLAGE_A1, "王建国", at=cell, id_number=ID, phone="13700001111")
    with acting(make.system()):
        Service.objects.create(
            person=person,
            division=person.division,
            enlisted_on="1983-10",
            discharged_on="1987-12",
            certificate_no="闽00123456",
            source="archive",
            known_since=make.now(),
            recorded_by=make.system().id,
        )
    return person


def claim(**values):
    return {
        "name": "王建国",
        "id_number": ID,
        "second_fact_kind": "discharge_year",
        "second_fact": "1987",
    } | values


@pytest.mark.parametrize(
    ("kind", "fact"), [("discharge_year", "1987"), ("certificate_tail", "3456"), ("contact_name", "林志强")]
)
def test_id_number_name_and_any_second_fact_bind_at_once(veteran, kind, fact):
    device = phone.signed_in(phone.account())
    answer = device.post("/citizen/binding", claim(second_fact_kind=kind, second_fact=fact))
    assert answer.status_code == 200 and answer.json()["state"] == "bound"
    me = device.get("/citizen/me").json()
    assert me["is_bound"] and me["name"] == "王建国" and me["person_id"] == str(veteran.id)


def test_an_unknown_number_a_wrong_name_and_a_wrong_fact_get_the_very_same_answer(veteran):
    answers = []
    for at, wrong in enumerate(({"id_number": UNKNOWN}, {"name": "王建军"}, {"second_fact": "1988"})):
        device = phone.signed_in(phone.account(f"1390000000{at}"))
        answer = device.post("/citizen/binding", claim(**wrong))
        assert answer.status_code == 202
        answers.append((answer.content, device.get("/citizen/binding").content))
    assert len(set(answers)) == 1
    with acting(make.system()):
        rows = {row.reason: row.division for row in BindingRequest.objects.all()}
    assert rows == {"unknown": make.COUNTY, "name": make.VILLAGE_A1, "fact": make.VILLAGE_A1}


def test_a_file_that_is_bound_already_is_not_given_to_a_second_phone(veteran):
    phone.citizen(veteran, "13900000001")
    device = phone.signed_in(phone.account("13900000002"))
    assert device.post("/citizen/binding", claim()).status_code == 202
    assert device.get("/citizen/me").json()["is_bound"] is False


def test_after_three_tries_of_a_number_even_the_right_answer_goes_to_the_station(veteran):
    for at in range(3):
        device = phone.signed_in(phone.account(f"1390000000{at}"))
        assert device.post("/citizen/binding", claim(second_fact=str(1980 + at))).status_code == 202
    device = phone.signed_in(phone.account("13900000009"))
    assert device.post("/citizen/binding", claim()).status_code == 202
    with acting(make.system()):
        assert not Binding.objects.exists()
        assert BindingRequest.objects.filter(reason="locked").count() == 1


def test_one_account_tries_five_times_a_day(veteran):
    device = phone.signed_in(phone.account())
    for at in range(5):
        number = make.id_number(f"350581196504120{at:02d}")
        assert device.post("/citizen/binding", claim(id_number=number)).status_code in (200, 202)
    answer = device.post("/citizen/binding", claim())
    assert answer.status_code == 429 and "服务站" in answer.json()["detail"]


def test_the_station_binds_after_seeing_a_paper_and_the_old_phone_is_signed_out(veteran):
    old = phone.citizen(veteran, "13900000001")
    device = phone.signed_in(phone.account("13900000002"))
    device.post("/citizen/binding", claim())
    with acting(make.system()):
        request = BindingRequest.objects.get()
    clerk = make.actor("village_clerk", make.VILLAGE_A1)
    with acting(clerk):
        with pytest.raises(Invalid):
            decide_binding(request_id=request.id, approve=True, proof_kind="", note="", by=clerk, today=make.TODAY)
        decide_binding(request_id=request.id, approve=True, proof_kind="id_card", note="", by=clerk, today=make.TODAY)
    assert device.get("/citizen/me").json()["is_bound"] is True
    assert old.get("/citizen/me").status_code == 401


def test_the_station_refuses_with_a_reason_that_the_applicant_reads(veteran):
    device = phone.signed_in(phone.account())
    device.post("/citizen/binding", claim(second_fact="1990"))
    clerk = make.actor("village_clerk", make.VILLAGE_A1)
    with acting(clerk):
        request = BindingRequest.objects.get()
        decide_binding(
            request_id=request.id, approve=False, proof_kind="", note="请带身份证来站", by=clerk, today=make.TODAY
        )
    found = device.get("/citizen/binding").json()
    assert (found["state"], found["note"]) == ("refused", "请带身份证来站")


def test_another_villages_clerk_sees_no_request_and_decides_none(veteran):
    device = phone.signed_in(phone.account())
    device.post("/citizen/binding", claim(second_fact="1990"))
    other = make.actor("village_clerk", make.VILLAGE_B1)
    with acting(other):
        assert not BindingRequest.objects.exists()
    with acting(make.system()):
        request = BindingRequest.objects.get()
    with acting(make.actor("bureau_leader", make.COUNTY)) as leader, pytest.raises(NotFound):
        decide_binding(request_id=request.id, approve=True, proof_kind="id_card", note="", by=leader, today=make.TODAY)


def test_a_second_binding_of_one_account_is_refused(veteran):
    device = phone.citizen(veteran)
    answer = device.post("/citizen/binding", claim())
    assert answer.status_code == 409 and answer.json()["code"] == "already_bound"
