"""Signing in at the mini-program: codes by text message, WeChat, sessions, and what stops a guesser."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import builders as make
from tests import phone
from vetgrid.citizens.models import Account, CitizenSession, SmsCode
from vetgrid.citizens.policy import policy
from vetgrid.core import rate
from vetgrid.core.scope import acting
from vetgrid.notices.models import Notice

pytestmark = pytest.mark.django_db
NUMBER = "13900001234"
SIGN_IN = {"phone": NUMBER, "privacy_version": policy().privacy_version}


@pytest.fixture(autouse=True)
def _county():
    make.county()
    rate.forget()


def test_a_code_sent_by_text_message_signs_in_once():
    device = phone.Phone()
    assert device.post("/citizen/sign-in/sms", SIGN_IN).status_code == 202
    code = phone.sent_code()
    answer = device.post("/citizen/sign-in/sms/verify", SIGN_IN | {"code": code})
    assert answer.status_code == 200 and answer.json()["is_bound"] is False
    device.token = answer.json()["token"]
    me = device.get("/citizen/me").json()
    assert (me["name"], me["is_bound"], me["phone"]) == ("小程序用户", False, "139••••1234")
    again = phone.Phone().post("/citizen/sign-in/sms/verify", SIGN_IN | {"code": code})
    assert again.status_code == 401 and again.json()["code"] == "wrong_code"


def test_neither_the_code_nor_the_token_lies_in_the_database():
    device = phone.Phone()
    device.post("/citizen/sign-in/sms", SIGN_IN)
    code = phone.sent_code()
    token = device.post("/citizen/sign-in/sms/verify", SIGN_IN | {"code": code}).json()["token"]
    with acting(make.system()):
        notice = Notice.objects.get(template="sign_in_code")
        assert code not in notice.body and "••••••" in notice.body
        assert code.encode() not in bytes(SmsCode.objects.get().code_hash)
        assert token.encode() not in bytes(CitizenSession.objects.get().token_hash)


def test_a_code_is_too_old_after_five_minutes():
    device = phone.Phone()
    device.post("/citizen/sign-in/sms", SIGN_IN)
    with acting(make.system()):
        SmsCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = device.post("/citizen/sign-in/sms/verify", SIGN_IN | {"code": phone.sent_code()})
    assert answer.status_code == 401


def test_five_wrong_tries_spend_a_code_and_the_right_one_comes_too_late():
    device = phone.Phone()
    device.post("/citizen/sign-in/sms", SIGN_IN)
    code = phone.sent_code()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert device.post("/citizen/sign-in/sms/verify", SIGN_IN | {"code": wrong}).status_code == 401
    answer = device.post("/citizen/sign-in/sms/verify", SIGN_IN | {"code": code})
    assert answer.status_code == 401
    with acting(make.system()):
        assert not Account.objects.exists()


def test_new_codes_do_not_buy_a_guesser_endless_tries():
    device = phone.Phone()
    tried = 0
    for _ in range(5):
        device.post("/citizen/sign-in/sms", SIGN_IN)
        for _ in range(4):
            device.post("/citizen/sign-in/sms/verify", SIGN_IN | {"code": "000000"})
            tried += 1
    answer = device.post("/citizen/sign-in/sms/verify", SIGN_IN | {"code": phone.sent_code()})
    assert tried == 20 and answer.status_code == 401 and "一小时" in answer.json()["detail"]


def test_a_phone_gets_five_codes_an_hour_and_an_address_sixty():
    device = phone.Phone()
    for _ in range(5):
        assert device.post("/citizen/sign-in/sms", SIGN_IN).status_code == 202
    refused = device.post("/citizen/sign-in/sms", SIGN_IN)
    assert refused.status_code == 429 and refused.json()["code"] == "too_many"
    for at in range(55):
        assert device.post("/citizen/sign-in/sms", SIGN_IN | {"phone": f"138{at:08d}"}).status_code == 202
    assert device.post("/citizen/sign-in/sms", SIGN_IN | {"phone": "13700009999"}).status_code == 429


def test_what_is_no_mobile_number_gets_a_sentence():
    for text in ("", "12345", "0595-88712345", "电话"):
        answer = phone.Phone().post("/citizen/sign-in/sms", SIGN_IN | {"phone": text})
        assert answer.status_code == 422 and "11位手机号" in answer.json()["detail"]


def test_wechat_signs_in_the_same_identity_again_and_an_unknown_code_nobody():
    first = phone.Phone().post("/citizen/sign-in/wechat", {"code": "demo-lin"})
    second = phone.Phone().post("/citizen/sign-in/wechat", {"code": "demo-lin"})
    assert first.status_code == second.status_code == 200
    assert first.json()["token"] != second.json()["token"]
    with acting(make.system()):
        assert Account.objects.count() == 1 and CitizenSession.objects.count() == 2
    assert phone.Phone().post("/citizen/sign-in/wechat", {"code": "stolen"}).status_code == 401


def test_sessions_are_listed_and_another_phone_is_signed_out():
    who = phone.account()
    one, two = phone.signed_in(who), phone.signed_in(who)
    listed = one.get("/citizen/sessions").json()
    assert len(listed) == 2
    other = next(row["id"] for row in listed if not row["is_current"])
    assert one.call("DELETE", f"/citizen/sessions/{other}").status_code == 204
    assert two.get("/citizen/me").status_code == 401
    assert one.get("/citizen/me").status_code == 200


def test_a_session_ends_when_it_is_idle_or_old():
    who = phone.account()
    for change in (
        {"last_seen_at": timezone.now() - timedelta(days=31)},
        {"started_at": timezone.now() - timedelta(days=181)},
    ):
        device = phone.signed_in(who)
        assert device.get("/citizen/me").status_code == 200
        with acting(make.system()):
            CitizenSession.objects.filter(ended_at=None).update(**change)
        assert device.get("/citizen/me").status_code == 401


def test_a_closed_account_forgets_the_phone_and_opens_nothing():
    make.cell(make.VILLAGE_A1)
    person = make.veteran(make.VILLAGE_A1)
    device = phone.citizen(person)
    assert device.post("/citizen/account/close").status_code == 204
    assert device.get("/citizen/me").status_code == 401
    with acting(make.system()):
        account = Account.objects.get()
        assert account.phone is None and account.phone_index is None and account.bindings.get().ended_at is not None


def test_before_the_privacy_guide_is_agreed_to_nothing_else_opens():
    make.cell(make.VILLAGE_A1)
    who = phone.account(has_agreed=False)
    phone.bind(who, make.veteran(make.VILLAGE_A1))
    device = phone.signed_in(who)
    assert device.get("/citizen/file").json()["code"] == "privacy_not_agreed"
    guide = device.get("/citizen/privacy").json()
    assert guide["guide"] and guide["agreement"] and guide["purposes"]
    assert device.post("/citizen/privacy/agree", {"version": "an-old-one"}).status_code == 422
    assert device.post("/citizen/privacy/agree", {"version": guide["version"]}).status_code == 204
    assert device.get("/citizen/file").status_code == 200


def test_a_staff_session_opens_no_citizen_door_and_a_citizens_token_no_staff_door():
    user = make.user("clerk", ("village_clerk", make.VILLAGE_A1))
    assert phone.clerk(user).get("/citizen/me").status_code == 401
    device = phone.signed_in(phone.account())
    assert device.get("/people").status_code in (401, 403)
    assert device.get("/field/me").status_code == 401


def test_the_privacy_guide_is_read_without_a_token_and_agreed_to_before_a_number_is_taken():
    stranger = phone.Phone()
    guide = stranger.get("/citizen/privacy")
    assert guide.status_code == 200 and guide.json()["agreed_version"] == "" and len(guide.json()["guide"]) > 100
    for version in ("", "2019-1"):
        refused = stranger.post("/citizen/sign-in/sms", SIGN_IN | {"privacy_version": version})
        assert refused.status_code == 403 and refused.json()["code"] == "privacy_not_agreed"
    with acting(make.system()):
        assert SmsCode.objects.count() == 0 and Notice.objects.count() == 0, "nothing was kept of the number"
    stranger.post("/citizen/sign-in/sms", SIGN_IN)
    answer = stranger.post("/citizen/sign-in/sms/verify", SIGN_IN | {"code": phone.sent_code()})
    stranger.token = answer.json()["token"]
    assert stranger.get("/citizen/me").json()["privacy_agreed"] is True
    assert stranger.get("/citizen/privacy").json()["agreed_version"] == SIGN_IN["privacy_version"]


def test_by_wechat_nothing_is_used_before_the_guide_is_agreed_to():
    device = phone.Phone()
    device.token = device.post("/citizen/sign-in/wechat", {"code": "demo-lin"}).json()["token"]
    refused = device.get("/citizen/stations")
    assert refused.status_code == 403 and refused.json()["code"] == "privacy_not_agreed"
    body = {"code": "demo-lin", "privacy_version": SIGN_IN["privacy_version"]}
    device.token = phone.Phone().post("/citizen/sign-in/wechat", body).json()["token"]
    assert device.get("/citizen/stations").status_code == 200
