"""Which: my messages, and the send log of a place."""

from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from vetgrid.core.actor import Actor, Citizen
from vetgrid.core.asking import Question
from vetgrid.core.errors import NotFound
from vetgrid.core.reach import within
from vetgrid.notices.models import Notice, Story
from vetgrid.notices.permissions import NoticesPermission


def mine(*, seen_by: Actor) -> QuerySet[Notice]:
    """Messages to this staff member, newest first."""
    if seen_by.staff_id is None:
        return Notice.objects.none()
    rows = Notice.objects.filter(staff_id=seen_by.staff_id, channel=Notice.Channel.IN_APP)
    return rows.order_by("-made_at", "-id")


def unread(*, seen_by: Actor) -> int:
    return mine(seen_by=seen_by).filter(read_at=None).count() if seen_by.staff_id else 0


OWN = Question[Notice](
    lambda who: (
        Notice.objects.filter(person_id=who, staff=None)
        .exclude(channel=Notice.Channel.WECHAT)
        .order_by("-made_at", "-id")
        .defer("address", "secret")
    )
)
_OWN_UNREAD = Question[int](
    lambda who: (
        Notice.objects.filter(person_id=who, staff=None, read_at=None)
        .exclude(channel=Notice.Channel.WECHAT)
        .order_by()
        .values("person_id")
        .annotate(unread=Count("id"))
        .values_list("unread", flat=True)
    )
)


def own(*, seen_by: Citizen) -> QuerySet[Notice]:
    """What was told to the person over whatever channel, newest first; a WeChat message only points at one of these."""
    return OWN.of(who=seen_by.person)


def own_unread(*, seen_by: Citizen) -> int:
    return next(iter(_OWN_UNREAD.rows(who=seen_by.person)), 0)


def stories(*, on: date, seen_by: Actor) -> QuerySet[Story]:
    """Published and not withdrawn, newest first; public."""
    rows = Story.objects.filter(published_on__lte=on).filter(Q(withdrawn_on=None) | Q(withdrawn_on__gt=on))
    return rows.order_by("-published_on", "-id")


def every_story(*, seen_by: Actor) -> QuerySet[Story]:
    """For the clerk who publishes: withdrawn ones too."""
    return within(Story.objects.all(), seen_by.places(NoticesPermission.PUBLISH)).order_by("-published_on", "-id")


def story(story_id: UUID, *, seen_by: Actor) -> Story:
    found = every_story(seen_by=seen_by).filter(pk=story_id).first()
    if found is None:
        raise NotFound("没有找到这篇文章。")
    return found


def log(*, state: str = "", channel: str = "", seen_by: Actor) -> QuerySet[Notice]:
    """发送记录: messages of the viewer's places, without confidential ones."""
    rows = within(Notice.objects.filter(is_confidential=False), seen_by.places(NoticesPermission.READ))
    if state in Notice.State.values:
        rows = rows.filter(state=state)
    if channel in Notice.Channel.values:
        rows = rows.filter(channel=channel)
    return rows.select_related("staff").order_by("-made_at", "-id")
