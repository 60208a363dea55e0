"""Which: my messages, and the send log of a place."""

from django.db.models import QuerySet

from vetgrid.core.actor import Actor
from vetgrid.core.reach import within
from vetgrid.notices.models import Notice
from vetgrid.notices.permissions import NoticesPermission


def mine(*, seen_by: Actor) -> QuerySet[Notice]:
    """Messages to this staff member, newest first."""
    if seen_by.staff_id is None:
        return Notice.objects.none()
    rows = Notice.objects.filter(staff_id=seen_by.staff_id, channel=Notice.Channel.IN_APP)
    return rows.order_by("-made_at", "-id")


def unread(*, seen_by: Actor) -> int:
    return mine(seen_by=seen_by).filter(read_at=None).count() if seen_by.staff_id else 0


def log(*, state: str = "", channel: str = "", seen_by: Actor) -> QuerySet[Notice]:
    """发送记录: messages of the viewer's places, without confidential ones."""
    rows = within(Notice.objects.filter(is_confidential=False), seen_by.places(NoticesPermission.READ))
    if state in Notice.State.values:
        rows = rows.filter(state=state)
    if channel in Notice.Channel.values:
        rows = rows.filter(channel=channel)
    return rows.select_related("staff").order_by("-made_at", "-id")
