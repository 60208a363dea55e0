"""Which accounts, grants and sessions are within reach."""

from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from vetgrid.accounts.models import Grant, Session, User
from vetgrid.accounts.permissions import AccountsPermission
from vetgrid.core.actor import Actor
from vetgrid.core.errors import NotFound
from vetgrid.core.places import Places
from vetgrid.core.reach import within


def _places(seen_by: Actor) -> Places:
    return (
        seen_by.places(AccountsPermission.READ)
        | seen_by.places(AccountsPermission.MANAGE)
        | seen_by.places(AccountsPermission.GRANT)
    )


def users(*, text: str, state: str, seen_by: Actor) -> QuerySet[User]:
    """Accounts by name; `state`: '', 'active', 'disabled', 'locked'."""
    rows = within(User.objects.all(), _places(seen_by))
    if text.strip():
        rows = rows.filter(
            Q(username=text.strip())
            | Q(name=text.strip())
            | Q(username__gte=text.strip(), username__lt=text.strip() + "\uffff")
        )
    if state == "active":
        rows = rows.filter(is_active=True)
    elif state == "disabled":
        rows = rows.filter(is_active=False)
    elif state == "locked":
        rows = rows.filter(locked_until__isnull=False)
    return rows.order_by("division", "username")


def user(user_id: UUID, *, seen_by: Actor) -> User:
    found = within(User.objects.all(), _places(seen_by)).filter(pk=user_id).first()
    if found is None:
        raise NotFound("没有找到这个账号。它可能不在您的管辖范围内。")
    return found


def grants(*, seen_by: Actor, today: date, is_in_force: bool = True) -> QuerySet[Grant]:
    """Grants, those that end soon first."""
    rows = within(Grant.objects.select_related("user"), _places(seen_by))
    if is_in_force:
        rows = rows.filter(Q(to_on=None) | Q(to_on__gt=today), revoked_at=None)
    return rows.order_by("to_on", "division", "role")


def ends_soon(grant: Grant, *, today: date) -> bool:
    return grant.to_on is not None and grant.to_on <= today + timedelta(days=30)


def my_sessions(*, seen_by: Actor) -> QuerySet[Session]:
    """One's own sessions, open ones first."""
    return Session.objects.filter(user_id=seen_by.id).order_by("ended_at", "-last_seen_at")


def sessions_of(user_id: UUID, *, seen_by: Actor) -> QuerySet[Session]:
    return within(Session.objects.filter(user_id=user_id), _places(seen_by)).order_by("ended_at", "-last_seen_at")
