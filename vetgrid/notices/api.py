"""API of messages and stories for citizens: what was told to me, what the bureau publishes."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from vetgrid.core.actor import Citizen
from vetgrid.core.api import AsCitizen, Doors, act
from vetgrid.core.clock import today
from vetgrid.core.schema import Schema
from vetgrid.notices import actions, queries

citizen = Doors(tags=["citizen"])


class NoticeOut(Schema):
    id: UUID
    title: str
    body: str
    made_at: datetime
    is_read: bool


class NoticePage(Schema):
    items: list[NoticeOut]
    next: str | None
    unread: int


class StoryOut(Schema):
    id: UUID
    kind: str
    kind_label: str
    title: str
    summary: str
    body: str
    published_on: date


@citizen.get("/citizen/notices", response=NoticePage, auth=AsCitizen(), operation_id="citizenNotices")
def notices(request: Any, after: str = "") -> dict[str, Any]:
    rows, following = queries.OWN.page(after, who=request.actor.person)
    items = [
        {"id": row.id, "title": row.title, "body": row.body, "made_at": row.made_at, "is_read": row.read_at is not None}
        for row in rows
    ]
    return {"items": items, "next": following, "unread": queries.own_unread(seen_by=request.actor)}


def _unread(by: Citizen) -> list[tuple[str, str]]:
    return [(str(row.id), row.title) for row in queries.own(seen_by=by).filter(read_at=None)[:20]]


@act(
    citizen,
    "POST",
    "/citizen/notices/{uuid:notice_id}/read",
    key="notice.read",
    label="告知消息已读",
    response={204: None},
    choices={"notice_id": _unread},
    operation_id="citizenReadNotice",
)
def read(by: Citizen, notice_id: UUID) -> tuple[int, None]:
    actions.mark_own_read(notice_id=notice_id, by=by)
    return 204, None


@citizen.get("/citizen/stories", response=list[StoryOut], auth=AsCitizen(is_bound=False), operation_id="citizenStories")
def stories(request: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "kind_label": row.get_kind_display(),
            "title": row.title,
            "summary": row.summary,
            "body": row.body,
            "published_on": row.published_on,
        }
        for row in queries.stories(on=today(), seen_by=request.actor)[:50]
    ]
