"""From a cookie to an actor: the only place where a request becomes somebody."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from django.db import connection
from django.utils import timezone

from vetgrid.accounts.models import User
from vetgrid.accounts.policy import policy
from vetgrid.accounts.roles import roles
from vetgrid.core.actor import NOBODY_ID, Actor, Held, Origin
from vetgrid.core.bearer import Opened
from vetgrid.core.clock import today

COOKIE = "vetgrid"
PHONE = "s"
"""The first letter of a staff token that a phone holds."""


@dataclass(frozen=True)
class OpenSession:
    """A session that a valid token opened."""

    id: UUID
    actor: Actor
    username: str
    division: int
    must_change_password: bool
    has_totp: bool
    second_factor_done: bool
    needs_second_factor: bool
    held: tuple[Held, ...] = field(default=())

    @property
    def is_complete(self) -> bool:
        """Whether the session may go on to the pages, or must first set a password or prove the second factor."""
        return not self.must_change_password and (
            self.second_factor_done or not (self.needs_second_factor or self.has_totp)
        )


def anonymous(origin: Origin) -> Actor:
    """Whoever has not signed in: reaches nothing."""
    return Actor(id=NOBODY_ID, name="未登录", origin=origin)


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(token.encode())
    return digest.finalize()


def open_session(token: str, *, origin: Origin, is_on_phone: bool = False) -> OpenSession | str | None:
    """The session behind the token, None when there is none, or the person's name when it has just expired.

    A phone in the field is without a network for hours, so there only the longest time counts.
    """
    rules = policy()
    idle = rules.longest if is_on_phone else rules.idle
    values: list[Any] = [hash_of(token), timezone.now(), today(), idle, rules.longest]
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_open_session(%s, %s, %s, %s, %s)", values)
        found = cursor.fetchone()[0]
    if found is None:
        return None
    found = json.loads(found) if isinstance(found, str) else found
    return str(found["name"]) if found.get("expired") else _session(found, origin)


def open_on_phone(token: str, request: Any, origin: Origin) -> Opened | None:
    """The staff session behind a bearer token."""
    found = open_session(token, origin=origin, is_on_phone=True)
    return Opened(found.actor, found) if isinstance(found, OpenSession) else None


def held_from(grants: list[tuple[str, int]]) -> tuple[Held, ...]:
    """Grants as stored, to what they mean today; a role that no longer exists gives nothing."""
    known = roles()
    return tuple(
        Held(role, known[role].label, known[role].permissions, division) for role, division in grants if role in known
    )


def _session(found: dict[str, object], origin: Origin) -> OpenSession:
    held = held_from([(str(role), int(division)) for role, division in found["grants"]])  # type: ignore[attr-defined]  # JSON
    stale = _is_stale(found["password_changed_at"])
    needs = any(roles()[entry.role].needs_second_factor for entry in held)
    done = bool(found["second_factor"])
    complete = not (found["must_change_password"] or stale) and (done or not (needs or found["has_totp"]))
    staff = found["staff"]
    return OpenSession(
        id=UUID(str(found["session"])),
        actor=Actor(
            id=UUID(str(found["user"])),
            name=str(found["name"]),
            held=held if complete else (),
            staff_id=UUID(str(staff)) if staff else None,
            origin=origin,
        ),
        username=str(found["username"]),
        division=int(str(found["division"])),
        must_change_password=bool(found["must_change_password"]) or stale,
        has_totp=bool(found["has_totp"]),
        second_factor_done=done,
        needs_second_factor=needs,
        held=held,
    )


def _is_stale(changed_at: object) -> bool:
    """Whether the password is older than the policy allows; a password that was never set by its owner does not count here."""
    if not changed_at:
        return False
    age: timedelta = timezone.now() - datetime.fromisoformat(str(changed_at))
    return age > policy().max_age


def actor_of(user_id: UUID) -> Actor | None:
    """The person behind a job, with the grants in force now; None when the account is gone or disabled.

    Called in the scope of a system task, which may read accounts.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return None
    grants = user.grants.filter(revoked_at=None, from_on__lte=today())
    held = held_from([(grant.role, grant.division) for grant in grants if grant.to_on is None or grant.to_on > today()])
    return Actor(id=user.id, name=user.name, held=held, staff_id=user.staff_id)
