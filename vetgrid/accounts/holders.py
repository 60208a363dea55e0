"""Who holds a permission at a place today: asked by actions that must tell somebody, whoever that is."""

from datetime import date

from django.db.models import Q

from vetgrid.accounts.models import Grant, User
from vetgrid.accounts.roles import roles
from vetgrid.core.permission import Permission
from vetgrid.core.places import NATION, Level, Places, ancestor, level_of
from vetgrid.core.scope import lending


def holders(permission: Permission, *, at: int, today: date) -> list[User]:
    """Active accounts of staff who may do this in the whole division, by a grant there or above it."""
    above = {ancestor(at, level) for level in Level if level <= level_of(at)}
    able = [role.key for role in roles().values() if permission.value in role.permissions]
    with lending("accounts", Places.of([NATION])), lending("orgs", Places.of([NATION])):
        grants = Grant.objects.filter(role__in=able, division__in=above, revoked_at=None, from_on__lte=today)
        grants = grants.filter(Q(to_on=None) | Q(to_on__gt=today))
        users = User.objects.filter(pk__in=grants.values("user_id"), is_active=True).exclude(staff=None)
        return list(users.select_related("staff").order_by("username"))
