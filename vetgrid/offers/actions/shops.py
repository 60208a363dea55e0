"""Do: accounts of merchants and their sign-in. They are nobody's staff: no role, no permission, one merchant. Real time throughout."""

import secrets
from datetime import date
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from vetgrid.accounts import rules as passwords
from vetgrid.accounts.policy import policy as sign_in_policy
from vetgrid.accounts.sessions import anonymous, hash_of, new_token
from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, Origin, require
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import NATION
from vetgrid.core.scope import acting, knowing
from vetgrid.offers.models import Merchant, ShopAccount, ShopSession
from vetgrid.offers.permissions import OffersPermission

WRONG = "账号或密码不对。请核对后重试;忘记密码请联系登记的服务站重置。"


def one_time_password() -> str:
    """A random first password that satisfies the policy; shown once and never stored in clear."""
    return f"{secrets.token_urlsafe(8)}aA7-"


@transaction.atomic
def open_account(*, merchant_id: UUID, name: str, by: Actor, today: date) -> tuple[ShopAccount, str]:
    """开通商家账号: for one till; returns it with its first password."""
    merchant = Merchant.objects.filter(pk=merchant_id).first()
    if merchant is None:
        raise NotFound("没有找到这家商家。它可能不在您的管辖范围内。")
    require(by, OffersPermission.EDIT, at=merchant.division)
    if merchant.state not in ("agreed", "listed", "paused"):
        raise Conflict("商家签订协议后才能开通账号。")
    if not name.strip():
        raise Invalid(fields={"name": "请填写收银台或门店名称。"})
    at = ShopAccount.objects.filter(merchant=merchant).count() + 1
    first = one_time_password()
    row = ShopAccount(
        merchant=merchant,
        division=merchant.division,
        username=f"{merchant.licence.lower()}-{merchant.number.rpartition('〕')[2].rstrip('号')}-{at}",
        name=name.strip()[:40],
        password=make_password(first),
    )
    row.save(force_insert=True)
    record(by, "offers.open_account", division=row.division, table="offers_shopaccount", row=row.id)
    return row, first


@transaction.atomic
def change_account(*, shop_account_id: UUID, verb: str, by: Actor) -> tuple[ShopAccount, str]:
    """重置密码、停用、启用; returns the account and, after a reset, its new first password. Its sessions end."""
    row = ShopAccount.objects.select_for_update().filter(pk=shop_account_id).first()
    if row is None:
        raise NotFound("没有找到这个商家账号。它可能不在您的管辖范围内。")
    require(by, OffersPermission.EDIT, at=row.division)
    first = ""
    if verb == "reset-password":
        first = one_time_password()
        row.password, row.must_change_password, row.failed_count, row.locked_until = make_password(first), True, 0, None
    elif verb in ("disable", "enable"):
        row.is_active = verb == "enable"
    else:
        raise Conflict("没有这样的操作。请刷新页面后重新选择。")
    row.save(update_fields=["password", "must_change_password", "failed_count", "locked_until", "is_active"])
    ShopSession.objects.filter(account=row, ended_at=None).update(ended_at=timezone.now())
    record(
        by, f"offers.account_{verb.replace('-', '_')}", division=row.division, table="offers_shopaccount", row=row.id
    )
    return row, first


@transaction.atomic
def sign_in(*, username: str, password: str, origin: Origin) -> tuple[str, str]:
    """商家登录: a token, or the sentence to show. Never raises, so that the counter is kept."""
    nobody = anonymous(origin)
    with acting(nobody), knowing("username", username.strip()):
        row = ShopAccount.objects.select_for_update().filter(username=username.strip()).first()
        if row is None:
            make_password(password)  # as long as a real check takes
            record(nobody, "shop_sign_in.unknown", division=NATION, detail={"username": username.strip()[:40]})
            return "", WRONG
        if row.locked_until is not None and row.locked_until > timezone.now():
            return "", "账号因多次输错密码已锁定,请稍后再试,或联系服务站。"
        if not check_password(password, row.password):
            rule = sign_in_policy()
            row.failed_count += 1
            row.locked_until = passwords.lock_until(
                row.failed_count, failures=rule.failures, lock_for=rule.lock_for, now=timezone.now()
            )
            row.save(update_fields=["failed_count", "locked_until"])
            record(nobody, "shop_sign_in.failed", division=row.division, table="offers_shopaccount", row=row.id)
            return "", WRONG
        if not row.is_active:
            return "", "账号已停用,请联系登记的服务站。"
    own = Actor(id=row.id, name=row.name, origin=origin)
    with acting(own):
        moment = timezone.now()
        ShopAccount.objects.filter(pk=row.id).update(failed_count=0, locked_until=None, last_signed_in_at=moment)
        token = new_token()
        ShopSession(
            account=row, division=row.division, token_hash=hash_of(token), started_at=moment, last_seen_at=moment
        ).save(force_insert=True)
        record(own, "shop_sign_in", division=row.division, table="offers_shopaccount", row=row.id)
    return token, ""


@transaction.atomic
def sign_out(*, session_id: UUID, by: Actor) -> None:
    ShopSession.objects.filter(pk=session_id, ended_at=None).update(ended_at=timezone.now())


@transaction.atomic
def change_password(*, old: str, new: str, by: Actor) -> None:
    """商家修改密码: one's own; all other sessions end."""
    row = ShopAccount.objects.select_for_update().get(pk=by.id)
    if not check_password(old, row.password):
        raise Invalid(fields={"old": "原密码不对,请重新输入。"})
    rule = sign_in_policy()
    problems = passwords.password_problems(
        new, username=row.username, min_length=rule.min_length, min_classes=rule.min_classes
    )
    if problems or check_password(new, row.password):
        raise Invalid(fields={"new": "".join(problems) or "新密码不能与原密码相同。"})
    row.password, row.must_change_password = make_password(new), False
    row.save(update_fields=["password", "must_change_password"])
    record(by, "shop_password.change", division=row.division, table="offers_shopaccount", row=row.id)
