"""Who takes an item: among those who serve at its station."""

from uuid import UUID

from django.db.models import Count, Q

from vetgrid.core.errors import Conflict
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.orgs.models import Post, Station

_RANK = (
    Post.Kind.AFFAIRS_OFFICER,
    Post.Kind.STATION_HEAD,
    Post.Kind.CENTRE_HEAD,
    Post.Kind.VILLAGE_HEAD,
    Post.Kind.VILLAGE_COMMITTEE,
    Post.Kind.SECTION_CHIEF,
    Post.Kind.TOWN_COMMITTEE,
)
"""Who takes an item that nobody was named for: the first of these posts at the station, the least burdened first."""


def pick_owner(station: Station, *, wanted: UUID | None = None, deputy: UUID | None = None) -> tuple[UUID, UUID | None]:
    """Owner and deputy among the station's present staff. `wanted` wins when it serves there."""
    order = present_staff(station)
    with lending("orgs", Places.only([station.division])):
        open_posts = Post.objects.filter(division=station.division, to_on=None, staff__ended_on=None)
        present = set(open_posts.values_list("staff_id", flat=True))
    owner = wanted if wanted in present else (order[0] if order else None)
    if owner is None:
        raise Conflict(f"“{station.name}”还没有在岗人员,事项没有人负责。请先登记该站的工作人员,或转交其他服务站。")
    others = [staff for staff in order if staff != owner]
    return owner, deputy if deputy in present and deputy != owner else (others[0] if others else None)


def present_staff(station: Station) -> list[UUID]:
    """Who can take an item at the station, the most fitting post first, the least burdened first within it."""
    place = Places.only([station.division])
    with lending("orgs", place), lending("work", place):
        posts = Post.objects.filter(
            division=station.division, to_on=None, staff__ended_on=None, kind__in=_RANK
        ).annotate(load=Count("staff__work", filter=Q(staff__work__closed_on=None)))
        ranked = sorted(posts, key=lambda post: (_RANK.index(Post.Kind(post.kind)), post.load, str(post.staff_id)))
    return list(dict.fromkeys(post.staff_id for post in ranked))
