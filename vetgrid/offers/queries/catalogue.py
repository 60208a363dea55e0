"""Which items of the preference list: public, because everybody should know what he may ask for."""

from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from vetgrid.core.actor import Actor
from vetgrid.core.errors import NotFound
from vetgrid.offers.models import Preference


def items(
    *, text: str = "", category: str = "", level: str = "", on: date | None, seen_by: Actor
) -> QuerySet[Preference]:
    """In the list's own order; `on` None shows ended items too."""
    rows = Preference.objects.all()
    if on is not None:
        rows = rows.filter(from_on__lte=on).filter(Q(to_on=None) | Q(to_on__gt=on))
    if category:
        rows = rows.filter(category=category)
    if level:
        rows = rows.filter(level=level)
    if text.strip():
        wanted = text.strip()
        rows = rows.filter(Q(title__contains=wanted) | Q(provider__contains=wanted) | Q(what__contains=wanted))
    return rows.order_by("division", "number")


def item(preference_id: UUID, *, seen_by: Actor) -> Preference:
    found = Preference.objects.filter(pk=preference_id).first()
    if found is None:
        raise NotFound("没有找到这条优待项目。请返回列表重新查找。")
    return found


def by_category(*, on: date, seen_by: Actor) -> dict[str, int]:
    """How many items of each category are in force."""
    rows = items(on=on, seen_by=seen_by).order_by().values("category").annotate(n=Count("id"))
    return {row["category"]: row["n"] for row in rows}
