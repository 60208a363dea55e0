"""Demo accounts: one for each role, with passwords made on this machine and never kept in the repository."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pyotp
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from vetgrid.accounts.models import Grant, User
from vetgrid.accounts.roles import roles
from vetgrid.core.actor import Actor
from vetgrid.core.places import full_code
from vetgrid.orgs.models import Post

_PLACES = {
    "village_clerk": "350581100201",
    "grid_contact": "350581100201",
    "town_head": "350581100",
    "city_clerk": "350581",
    "section_chief": "350581",
    "bureau_leader": "350581",
    "finance_officer": "350581",
    "discipline_officer": "350581",
    "system_admin": "350581",
    "security_admin": "350581",
    "auditor": "350581",
}
_OTHER_CLERK = ("other_clerk", "village_clerk", "350581101201")


@dataclass(frozen=True)
class DemoAccount:
    """What the starter prints: who, and how to sign in."""

    username: str
    label: str
    password: str
    totp_secret: str = ""


def load(*, by: Actor, today: date) -> None:
    """Makes the accounts and notes them in the home folder, readable by its owner only."""
    wanted = [(role, role, place) for role, place in _PLACES.items()] + [_OTHER_CLERK]
    password = "Demo-" + secrets.token_hex(3)
    hashed = make_password(password)  # one password, one hash: each costs a fifth of a second, as it should
    made = [_make(username, role, full_code(place), password, hashed, by) for username, role, place in wanted]
    descriptor = os.open(_path(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump([asdict(account) for account in made], file, ensure_ascii=False)


def accounts() -> list[DemoAccount]:
    return [DemoAccount(**entry) for entry in json.loads(_path().read_text(encoding="utf-8"))]


def _path() -> Path:
    return Path(settings.HOME) / "demo-accounts.json"


def _make(username: str, role: str, place: int, password: str, hashed: str, by: Actor) -> DemoAccount:
    known = roles()[role]
    post = _post(role, place)
    secret = pyotp.random_base32() if known.needs_second_factor else ""
    user = User(
        username=username,
        name=post.staff.name if post else known.label,
        division=place,
        staff=post.staff if post else None,
        password=hashed,
        must_change_password=False,
        password_changed_at=timezone.now(),
        totp_secret=secret or None,
        totp_confirmed_at=timezone.now() if secret else None,
    )
    user.save(force_insert=True)
    Grant(user=user, role=role, division=place, from_on=date(2018, 12, 28), granted_by=by.id, reason="演示").save(
        force_insert=True
    )
    return DemoAccount(username, known.label, password, secret)


def _post(role: str, place: int) -> Post | None:
    kinds = {
        "village_clerk": "affairs_officer",
        "grid_contact": "village_committee",
        "town_head": "station_head",
        "city_clerk": "affairs_officer",
        "section_chief": "section_chief",
        "bureau_leader": "bureau_leader",
        "discipline_officer": "discipline",
    }
    return (
        Post.objects.filter(division=place, to_on=None, kind=kinds.get(role, ""))
        .select_related("staff")
        .order_by("id")
        .first()
    )
