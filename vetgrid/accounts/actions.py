"""Do: sign in and out, passwords, second factor, accounts and grants. Real time throughout: a demo's stopped day stops no lock."""

import secrets
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pyotp
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from vetgrid.accounts import rules
from vetgrid.accounts.models import Grant, PasswordHistory, Session, User
from vetgrid.accounts.permissions import AccountsPermission
from vetgrid.accounts.policy import policy
from vetgrid.accounts.roles import exclusive_sets, roles
from vetgrid.accounts.sessions import OpenSession, anonymous, hash_of, new_token
from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, Origin, require
from vetgrid.core.errors import Conflict, Invalid, NotAllowed, NotFound
from vetgrid.core.places import NATION, level_of
from vetgrid.core.scope import acting, knowing

_WRONG = "用户名或密码不对。请核对大小写后重试;忘记密码请联系系统管理员重置。"
_STEP = 30
"""Seconds of a TOTP step (RFC 6238)."""


@dataclass(frozen=True)
class SignInResult:
    """What a sign-in attempt came to: a token, or the sentence to show. Never raises, so that the counter is kept."""

    token: str = ""
    sentence: str = ""


@transaction.atomic
def sign_in(*, username: str, password: str, origin: Origin) -> SignInResult:
    """登录: opens a session, or counts the failure and locks after too many."""
    nobody = anonymous(origin)
    with acting(nobody), knowing("username", username.strip()):
        user = User.objects.select_for_update().filter(username=username.strip()).first()
        if user is None:
            make_password(password)  # as long as a real check takes, so that names cannot be guessed by time
            record(nobody, "sign_in.unknown", division=NATION, detail={"username": username.strip()[:40]})
            return SignInResult(sentence=_WRONG)
        if user.locked_until is not None and user.locked_until > timezone.now():
            record(nobody, "sign_in.locked", division=user.division, table="accounts_user", row=user.id)
            minutes = int((user.locked_until - timezone.now()).total_seconds() // 60) + 1
            return SignInResult(sentence=f"账号因多次输错密码已锁定,请{minutes}分钟后再试,或联系安全管理员解锁。")
        if not check_password(password, user.password):
            return _count_failure(user, nobody)
        if not user.is_active:
            record(nobody, "sign_in.disabled", division=user.division, table="accounts_user", row=user.id)
            return SignInResult(sentence="账号已停用。如需恢复,请联系系统管理员。")
    user_actor = Actor(id=user.id, name=user.name, origin=origin)
    with acting(user_actor):
        User.objects.filter(pk=user.pk).update(failed_count=0, locked_until=None, last_signed_in_at=timezone.now())
        return SignInResult(token=_open_session(user, user_actor, second_factor=False))


def _count_failure(user: User, nobody: Actor) -> SignInResult:
    rule = policy()
    user.failed_count += 1
    locked = rules.lock_until(user.failed_count, failures=rule.failures, lock_for=rule.lock_for, now=timezone.now())
    user.locked_until = locked or user.locked_until
    user.save(update_fields=["failed_count", "locked_until"])
    record(
        nobody,
        "sign_in.failed",
        division=user.division,
        table="accounts_user",
        row=user.id,
        detail={"locked": locked is not None},
    )
    if locked is not None:
        return SignInResult(
            sentence=f"密码连续输错{rule.failures}次,账号已锁定{int(rule.lock_for.total_seconds() // 60)}分钟。"
        )
    return SignInResult(sentence=_WRONG)


def _open_session(user: User, actor: Actor, *, second_factor: bool) -> str:
    token = new_token()
    moment = timezone.now()
    session = Session(
        user=user,
        division=user.division,
        token_hash=hash_of(token),
        started_at=moment,
        last_seen_at=moment,
        address=actor.origin.address,
        agent=actor.origin.agent,
        second_factor_at=moment if second_factor else None,
    )
    session.save(force_insert=True)
    record(
        actor,
        "sign_in" if not second_factor else "sign_in.second_factor",
        division=user.division,
        table="accounts_session",
        row=session.id,
    )
    return token


@transaction.atomic
def sign_out(*, session: OpenSession) -> None:
    """退出登录."""
    _end(Session.objects.filter(pk=session.id), "signed_out")
    record(session.actor, "sign_out", division=session.division, table="accounts_session", row=session.id)


@transaction.atomic
def end_session(*, session_id: UUID, by: Actor) -> None:
    """结束会话: one's own, or as security administrator anyone's within reach."""
    found = Session.objects.select_for_update().filter(pk=session_id, ended_at=None).first()
    if found is None:
        raise NotFound("这个会话已经结束。")
    if found.user_id != by.id:
        require(by, AccountsPermission.GRANT, at=found.division)
    _end(Session.objects.filter(pk=session_id), "ended" if found.user_id == by.id else "ended_by_admin")
    record(by, "session.end", division=found.division, table="accounts_session", row=session_id)


def _end(sessions: QuerySet[Session], reason: str) -> None:
    sessions.filter(ended_at=None).update(ended_at=timezone.now(), end_reason=reason)


@transaction.atomic
def change_password(*, old: str, new: str, by: Actor) -> None:
    """修改密码: one's own; all other sessions end."""
    user = User.objects.select_for_update().get(pk=by.id)
    if not check_password(old, user.password):
        raise Invalid(fields={"old": "原密码不对,请重新输入。"})
    problems = _password_problems(user, new)
    if problems:
        raise Invalid(fields={"new": "".join(problems)})
    _set_password(user, new, must_change=False)
    record(by, "password.change", division=user.division, table="accounts_user", row=user.id)


def _password_problems(user: User, password: str) -> list[str]:
    rule = policy()
    problems = rules.password_problems(
        password, username=user.username, min_length=rule.min_length, min_classes=rule.min_classes
    )
    try:
        CommonPasswordValidator().validate(password)
    except ValidationError:
        problems.append("这个密码太常见,容易被猜到,请换一个。")
    former = [
        user.password,
        *user.old_passwords.order_by("-replaced_at").values_list("password", flat=True)[: rule.history],
    ]
    if any(check_password(password, known) for known in former):
        problems.append(f"不能使用最近{rule.history}次用过的密码。")
    return problems


def _set_password(user: User, password: str, *, must_change: bool) -> None:
    if user.password:
        PasswordHistory(user=user, division=user.division, password=user.password, replaced_at=timezone.now()).save(
            force_insert=True
        )
    user.password = make_password(password)
    user.password_changed_at = timezone.now()
    user.must_change_password = must_change
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])


def one_time_password() -> str:
    """A random first password that satisfies the policy; shown once and never stored in clear."""
    return f"{secrets.token_urlsafe(9)}aA7-"


@transaction.atomic
def create_user(*, username: str, name: str, division: int, staff_id: UUID | None, by: Actor) -> tuple[User, str]:
    """新建账号: without any role; returns the account and its one-time password."""
    require(by, AccountsPermission.MANAGE, at=division)
    username, name = username.strip(), name.strip()
    wrong = {}
    if not (
        3 <= len(username) <= 40
        and username.isascii()
        and username.replace("_", "").replace("-", "").replace(".", "").isalnum()
    ):
        wrong["username"] = "用户名用3至40个字母、数字、点、横线或下划线。"
    if not name:
        wrong["name"] = "请填写姓名。"
    if not wrong and User.objects.filter(username=username).exists():
        wrong["username"] = "这个用户名已有人使用,请换一个。"
    if wrong:
        raise Invalid(fields=wrong)
    password = one_time_password()
    user = User(username=username, name=name, division=division, staff_id=staff_id, password=make_password(password))
    user.save(force_insert=True)
    record(by, AccountsPermission.MANAGE, division=division, table="accounts_user", row=user.id, reason="新建账号")
    return user, password


@transaction.atomic
def reset_password(*, user_id: UUID, by: Actor) -> str:
    """重置密码: returns a one-time password; the sessions of the account end."""
    user = _locked_user(user_id)
    require(by, AccountsPermission.MANAGE, at=user.division)
    password = one_time_password()
    _set_password(user, password, must_change=True)
    _end(Session.objects.filter(user=user), "password_reset")
    record(by, AccountsPermission.MANAGE, division=user.division, table="accounts_user", row=user.id, reason="重置密码")
    return password


@transaction.atomic
def set_active(*, user_id: UUID, is_active: bool, by: Actor) -> None:
    """停用或启用账号: an account is never deleted, because the trail refers to it."""
    user = _locked_user(user_id)
    require(by, AccountsPermission.MANAGE, at=user.division)
    if user.id == by.id:
        raise NotAllowed("不能停用自己的账号。")
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    if not is_active:
        _end(Session.objects.filter(user=user), "disabled")
    record(
        by,
        AccountsPermission.MANAGE,
        division=user.division,
        table="accounts_user",
        row=user.id,
        reason="启用" if is_active else "停用",
    )


@transaction.atomic
def unlock(*, user_id: UUID, by: Actor) -> None:
    """解锁: after too many wrong passwords."""
    user = _locked_user(user_id)
    require(by, AccountsPermission.GRANT, at=user.division)
    user.failed_count, user.locked_until = 0, None
    user.save(update_fields=["failed_count", "locked_until"])
    record(by, AccountsPermission.GRANT, division=user.division, table="accounts_user", row=user.id, reason="解锁")


@transaction.atomic
def grant_role(
    *, user_id: UUID, role: str, division: int, from_on: date, to_on: date | None, reason: str, by: Actor, today: date
) -> Grant:
    """授予角色: at a place, for a period (`to_on` is the first day without it). Nobody grants to himself."""
    user = _locked_user(user_id)
    require(by, AccountsPermission.GRANT, at=division)
    if user.id == by.id:
        raise NotAllowed("不能给自己授权,请由另一位安全管理员办理。")
    known = roles().get(role)
    if known is None:
        raise Invalid(fields={"role": "请选择角色。"})
    if to_on is not None and to_on <= from_on:
        raise Invalid(fields={"to_on": "截止日期应晚于开始日期。"})
    held = [grant.role for grant in _in_force(user, today)]
    problem = rules.grant_problem(
        role, level=level_of(division), levels=known.levels, held=held, exclusive=exclusive_sets(), label=known.label
    )
    if problem:
        raise Conflict(problem)
    if any(grant.role == role and grant.division == division for grant in _in_force(user, today)):
        raise Conflict("这个账号在这里已有这个角色。")
    grant = Grant(
        user=user, role=role, division=division, from_on=from_on, to_on=to_on, reason=reason.strip(), granted_by=by.id
    )
    grant.save(force_insert=True)
    record(by, AccountsPermission.GRANT, division=division, table="accounts_grant", row=grant.id, reason=reason)
    return grant


@transaction.atomic
def revoke_role(*, grant_id: UUID, by: Actor) -> Grant:
    """收回角色: at once; running sessions lose it with their next click."""
    grant = Grant.objects.select_for_update().filter(pk=grant_id).first()
    if grant is None:
        raise NotFound()
    require(by, AccountsPermission.GRANT, at=grant.division)
    if grant.user_id == by.id:
        raise NotAllowed("不能收回自己的角色,请由另一位安全管理员办理。")
    if grant.revoked_at is not None:
        raise Conflict("这个角色已经收回。")
    grant.revoked_at, grant.revoked_by = timezone.now(), by.id
    grant.save(update_fields=["revoked_at", "revoked_by"])
    record(by, AccountsPermission.GRANT, division=grant.division, table="accounts_grant", row=grant.id, reason="收回")
    return grant


def _in_force(user: User, today: date) -> list[Grant]:
    return [grant for grant in user.grants.filter(revoked_at=None) if grant.to_on is None or grant.to_on > today]


@transaction.atomic
def begin_second_factor(*, by: Actor) -> str:
    """绑定动态口令: a new secret, not in force until confirmed; returns the provisioning address for the QR code."""
    user = User.objects.select_for_update().get(pk=by.id)
    if user.totp_confirmed_at is not None:
        raise Conflict("动态口令已经绑定。如手机遗失,请联系安全管理员重置。")
    secret = user.totp_secret.reveal() if user.totp_secret else pyotp.random_base32()
    if user.totp_secret is None:
        user.totp_secret = secret
        user.save(update_fields=["totp_secret"])
    return pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name="VetGrid")


@transaction.atomic
def pass_second_factor(*, code: str, session: OpenSession) -> str:
    """验证动态口令: binds it the first time; returns the token of a new session. A code works once."""
    user = User.objects.select_for_update().get(pk=session.actor.id)
    step = _matching_step(user, code)
    if step is None:
        record(session.actor, "second_factor.failed", division=user.division, table="accounts_user", row=user.id)
        return ""
    user.totp_last_step = step
    user.totp_confirmed_at = user.totp_confirmed_at or timezone.now()
    user.save(update_fields=["totp_last_step", "totp_confirmed_at"])
    _end(Session.objects.filter(pk=session.id), "renewed")
    return _open_session(user, session.actor, second_factor=True)


def _matching_step(user: User, code: str) -> int | None:
    """The time step that the code belongs to: this one or its neighbours, never one used before."""
    if user.totp_secret is None or not code.strip().isdigit():
        return None
    totp = pyotp.TOTP(user.totp_secret.reveal())
    present = int(timezone.now().timestamp()) // _STEP
    for step in (present, present - 1, present + 1):
        if secrets.compare_digest(totp.at(step * _STEP), code.strip()):
            return step if user.totp_last_step is None or step > user.totp_last_step else None
    return None


@transaction.atomic
def reset_second_factor(*, user_id: UUID, by: Actor) -> None:
    """重置动态口令: when the phone is lost; the account must bind again."""
    user = _locked_user(user_id)
    require(by, AccountsPermission.GRANT, at=user.division)
    if user.id == by.id:
        raise NotAllowed("不能重置自己的动态口令,请由另一位安全管理员办理。")
    user.totp_secret, user.totp_confirmed_at, user.totp_last_step = None, None, None
    user.save(update_fields=["totp_secret", "totp_confirmed_at", "totp_last_step"])
    _end(Session.objects.filter(user=user), "second_factor_reset")
    record(
        by, AccountsPermission.GRANT, division=user.division, table="accounts_user", row=user.id, reason="重置动态口令"
    )


def _locked_user(user_id: UUID) -> User:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NotFound("没有找到这个账号。它可能不在您的管辖范围内。")
    return user
