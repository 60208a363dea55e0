"""Do: send a code, sign in with it or with WeChat, sign out, close the account. Real time throughout: a demo's stopped day stops no lock."""

import secrets
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from vetgrid.audit.trail import record
from vetgrid.citizens.actions.counting import HOUR, attempts, count
from vetgrid.citizens.models import Account, Authority, Binding, BindingRequest, CitizenSession, SmsCode
from vetgrid.citizens.policy import policy
from vetgrid.citizens.sessions import PREFIX, hash_of, new_token
from vetgrid.citizens.wechat import exchange
from vetgrid.core.actor import Actor, Citizen
from vetgrid.core.crypto import Sealed, blind, blinds
from vetgrid.core.errors import Invalid, NotAllowed, NotFound, TooMany
from vetgrid.core.places import NATION, Places, full_code
from vetgrid.core.scope import lending
from vetgrid.notices.actions import Message, tell
from vetgrid.notices.models import Notice
from vetgrid.registry import rules

EVERYWHERE = Places.of([NATION])


@dataclass(frozen=True)
class SignInResult:
    """What a sign-in came to: a token, or the sentence to show. A wrong code never raises, so that it stays counted."""

    token: str = ""
    is_bound: bool = False
    sentence: str = ""


def county() -> int:
    return full_code(settings.INSTANCE.county)


@transaction.atomic
def send_code(*, phone: str, privacy_version: str, by: Actor, today: date) -> str:
    """发送验证码: into the outbox of notices. Returns the code where no message leaves the house (the demo), else ''."""
    _must_agree(privacy_version)
    number = _mobile(phone)
    rule, address, moment = policy(), by.origin.address, timezone.now()
    with lending("citizens", EVERYWHERE):
        if attempts("code_phone", number, HOUR) >= rule.codes_per_phone:
            raise TooMany("这个手机号获取验证码太频繁,请一小时后再试,或到服务站办理。")
        if attempts("code_address", address, HOUR) >= rule.codes_per_address:
            raise TooMany("获取验证码太频繁,请一小时后再试,或到服务站办理。")
        count("code_phone", number, division=county())
        count("code_address", address, division=county())
        code = f"{secrets.randbelow(1_000_000):06d}"
        row = SmsCode(
            division=county(),
            phone_index=blind(number, "phone"),
            sent_at=moment,
            expires_at=moment + rule.code_life,
        )
        row.code_hash = _hashed(code, row.id)
        row.save(force_insert=True)
    message = Message(
        template="sign_in_code",
        division=county(),
        channel=Notice.Channel.SMS,
        address=Sealed.of(number, "phone"),
        values={"minutes": str(int(rule.code_life.total_seconds() // 60))},
        secret=code,
    )
    tell([message], today=today)
    return code if settings.INSTANCE.is_demo else ""


@transaction.atomic
def sign_in_with_code(*, phone: str, code: str, privacy_version: str, by: Actor) -> SignInResult:
    """验证码登录: the newest code of the phone, once, with few tries. The account keeps which guide was agreed to."""
    _must_agree(privacy_version)
    number, rule, address = _mobile(phone), policy(), by.origin.address
    wrong = "验证码不对或已过期。请核对短信,或重新获取验证码。"
    with lending("citizens", EVERYWHERE):
        if (
            attempts("wrong_phone", number, HOUR) >= rule.wrong_per_phone
            or attempts("wrong_address", address, HOUR) >= rule.wrong_per_address
        ):
            return SignInResult(sentence="输错次数太多,请一小时后再试,或到服务站办理。")
        rows = SmsCode.objects.select_for_update().filter(phone_index__in=blinds(number, "phone"))
        row = rows.order_by("-sent_at", "-id").first()
        is_usable = (
            row is not None and not row.used_at and row.expires_at > timezone.now() and row.tries < rule.code_tries
        )
        if row is None or not is_usable or bytes(row.code_hash) != _hashed(code.strip(), row.id):
            if row is not None:
                row.tries += 1
                row.save(update_fields=["tries"])
            count("wrong_phone", number, division=county())
            count("wrong_address", address, division=county())
            record(by, "citizens.wrong_code", division=county())
            return SignInResult(sentence=wrong)
        row.used_at = timezone.now()
        row.save(update_fields=["used_at"])
        account = Account.objects.filter(phone_index__in=blinds(number, "phone"), closed_at=None).first()
        if account is None:
            account = Account(
                division=county(), phone=number, phone_index=blind(number, "phone"), made_at=timezone.now()
            )
            account.save(force_insert=True)
        return _open(account, "sms", privacy_version, by=by)


@transaction.atomic
def sign_in_with_wechat(*, code: str, privacy_version: str = "", by: Actor) -> SignInResult:
    """微信登录: the code is exchanged by the server; no secret is on the phone."""
    if privacy_version:
        _must_agree(privacy_version)
    open_id = exchange().open_id(code)
    if not open_id:
        return SignInResult(sentence="微信登录没有成功,请重新打开小程序再试,或用手机验证码登录。")
    with lending("citizens", EVERYWHERE):
        account = Account.objects.filter(openid_index__in=blinds(open_id, "openid"), closed_at=None).first()
        if account is None:
            account = Account(
                division=county(), openid=open_id, openid_index=blind(open_id, "openid"), made_at=timezone.now()
            )
            account.save(force_insert=True)
        return _open(account, "wechat", privacy_version, by=by)


def _must_agree(version: str) -> None:
    if version != policy().privacy_version:
        raise NotAllowed("请先阅读并同意隐私保护指引,再登录。", code="privacy_not_agreed")


def _open(account: Account, way: str, agreed: str, *, by: Actor) -> SignInResult:
    """A new session; whoever agreed before signing in has that noted with the account, once a version."""
    token, moment = new_token(), timezone.now()
    if agreed and account.privacy_version != agreed:
        account.privacy_version, account.privacy_agreed_at = agreed, moment
        account.save(update_fields=["privacy_version", "privacy_agreed_at"])
        record(by, "citizens.agree", division=account.division, table="citizens_account", row=account.id, reason=agreed)
    session = CitizenSession(
        account=account,
        division=account.division,
        token_hash=hash_of(token),
        way=way,
        started_at=moment,
        last_seen_at=moment,
        address=by.origin.address,
        agent=by.origin.agent,
    )
    session.save(force_insert=True)
    record(by, "citizens.sign_in", division=account.division, table="citizens_account", row=account.id)
    is_bound = Binding.objects.filter(account=account, ended_at=None).exists()
    return SignInResult(f"{PREFIX}.{token}", is_bound)


@transaction.atomic
def end_session(*, session_id: UUID, by: Citizen) -> None:
    """退出登录: one of the account's own sessions, this one or another phone's."""
    rows = CitizenSession.objects.filter(pk=session_id, account_id=by.id, ended_at=None)
    if not rows.update(ended_at=timezone.now(), end_reason="signed_out"):
        raise NotFound("这个登录已经退出。")
    record(by, "citizens.sign_out", division=by.division, table="citizens_citizensession", row=session_id)


@transaction.atomic
def close_account(*, by: Citizen) -> None:
    """注销账号: binding, sessions and the phone number go; the file at the bureau stays, because the law asks for it."""
    if by.helper:
        raise Invalid("代办时不能注销账号。请切换回本人后再办理。")
    moment = timezone.now()
    with lending("citizens", EVERYWHERE):
        Binding.objects.filter(account_id=by.id, ended_at=None).update(ended_at=moment, end_reason="账号注销")
        BindingRequest.objects.filter(account_id=by.id, state="open").update(
            state="refused", decided_at=moment, decision_note="账号注销", decided_by_name="本人"
        )
        CitizenSession.objects.filter(account_id=by.id, ended_at=None).update(ended_at=moment, end_reason="closed")
        account = Account.objects.select_for_update().get(pk=by.id)
        if account.phone_index is not None:
            Authority.objects.filter(helper_index=account.phone_index, revoked_at=None).update(
                revoked_at=moment, revoked_by_name="账号注销"
            )
        account.phone = account.phone_index = account.openid = account.openid_index = None
        account.closed_at = moment
        account.save(update_fields=["phone", "phone_index", "openid", "openid_index", "closed_at"])
    record(by, "citizens.close_account", division=by.division, table="citizens_account", row=by.id)


@transaction.atomic
def set_mode(*, large_mode: bool, by: Citizen) -> None:
    """大字版: kept with the account."""
    Account.objects.filter(pk=by.id).update(large_mode=large_mode)


@transaction.atomic
def agree(*, version: str, by: Citizen) -> None:
    """同意隐私保护指引: the version in force, before the first use."""
    if version != policy().privacy_version:
        raise Invalid("隐私保护指引已更新,请阅读最新的一版。")
    Account.objects.filter(pk=by.id).update(privacy_version=version, privacy_agreed_at=timezone.now())
    record(by, "citizens.agree", division=by.division, table="citizens_account", row=by.id, reason=version)


def _mobile(phone: str) -> str:
    try:
        number = rules.phone(phone)
    except ValueError as error:
        raise Invalid(fields={"phone": "请填写11位手机号。"}) from error
    if len(number) != 11 or not number.startswith("1"):
        raise Invalid(fields={"phone": "请填写11位手机号。"})
    return number


def _hashed(code: str, row: UUID) -> bytes:
    """Bound to its row, so that equal codes have unlike hashes."""
    found = blind(f"{row}{code}", "sms_code")
    assert found is not None
    return found
