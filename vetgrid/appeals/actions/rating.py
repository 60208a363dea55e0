"""Do: give a visitor the ticket to rate, take the rating, and turn a bad one into a rectification with a call-back."""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from vetgrid.appeals.kinds import RECTIFICATION
from vetgrid.appeals.models import Appeal, Consultation, Rating, RatingTicket, Reception
from vetgrid.appeals.permissions import AppealsPermission, RatingsPermission
from vetgrid.audit.trail import NOWHERE, record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.scope import confiding, knowing, lending
from vetgrid.files.store import digest_of
from vetgrid.notices.actions import Message, tell
from vetgrid.orgs.models import Post, Station
from vetgrid.work import actions as work
from vetgrid.work.models import WorkItem

VALID_DAYS = 60
BAD = (Rating.Level.BAD, Rating.Level.VERY_BAD)
_SUBJECTS: dict[str, type[Appeal | Consultation | Reception]] = {
    "appeal": Appeal,
    "consultation": Consultation,
    "reception": Reception,
}


@transaction.atomic
def issue_ticket(*, subject: str, subject_id: UUID, by: Actor, today: date) -> str:
    """评价凭证: the token for the visitor, shown once; a new one replaces an unused one. One rating for each visit."""
    model = _SUBJECTS.get(subject)
    row = model._default_manager.filter(pk=subject_id).select_related("station").first() if model else None
    if row is None:
        raise NotFound()
    require(by, AppealsPermission.READ, at=row.division)
    if isinstance(row, Appeal) and row.answered_on is None:
        raise Conflict("答复之后才能评价。请先书面答复。")
    if isinstance(row, Consultation) and row.answered_on is None:
        raise Conflict("答复之后才能评价。请先答复咨询。")
    old = RatingTicket.objects.select_for_update().filter(subject=subject, subject_id=subject_id).first()
    if old is not None and old.used_at is not None:
        raise Conflict("这次服务已经评价过,每次服务只评价一次。")
    token = secrets.token_urlsafe(18)
    values = {
        "token_hash": digest_of(token.encode()),
        "made_at": now(),
        "expires_on": today + timedelta(days=VALID_DAYS),
        "station": row.station,
        "division": row.division,
        "handler_id": _handler(row, subject, by),
        "subject_number": getattr(row, "number", "") or "接访",
    }
    if old is None:
        RatingTicket(subject=subject, subject_id=subject_id, **values).save(force_insert=True)
    else:
        for key, value in values.items():
            setattr(old, key, value)
        old.save(update_fields=["token_hash", "made_at", "expires_on", "station", "division", "handler"])
    record(by, "appeals.issue_ticket", division=row.division, table="appeals_ratingticket", row=subject_id)
    return token


def _handler(row: Appeal | Consultation | Reception, subject: str, by: Actor) -> UUID | None:
    """Whom the rating is about: who answered, else the owner of the latest item, else whoever received the visitor."""
    answered_by: UUID | None = getattr(row, "handler_id", None)
    item = WorkItem.objects.filter(kind=subject, subject_id=row.pk).order_by("-opened_on", "-id").first()
    return answered_by or (item.owner_id if item else by.staff_id)


def ticket_of(token: str, *, today: date) -> RatingTicket:
    """The ticket behind a token; raises NotFound or Conflict with what the visitor can do."""
    with knowing("ticket", digest_of(token.encode())):
        ticket = RatingTicket.objects.filter(token_hash=digest_of(token.encode())).first()
    if ticket is None:
        raise NotFound("这个评价二维码无效或已更换。请向服务站索取新的二维码。")
    if ticket.used_at is not None:
        raise Conflict("这次服务已经评价过,谢谢您。每次服务只评价一次。")
    if ticket.expires_on < today:
        raise Conflict("评价期限已过。如有意见,请拨打服务站电话。")
    return ticket


@transaction.atomic
def rate(*, token: str, level: int, aspects: Sequence[str], comment: str, by: Actor, today: date) -> Rating:
    """评价: once a visit. A bad one opens a rectification item above the handler, with a limit and a call-back."""
    if level not in Rating.Level.values:
        raise Invalid(fields={"level": "请选择一个满意程度。"})
    if len(comment) > 500:
        raise Invalid(fields={"comment": "意见最多500字。"})
    ticket_of(token, today=today)
    digest = digest_of(token.encode())
    with knowing("ticket", digest):
        ticket = RatingTicket.objects.select_for_update().get(token_hash=digest)
        if ticket.used_at is not None:
            raise Conflict("这次服务已经评价过,谢谢您。每次服务只评价一次。")
        ticket.used_at = now()
        ticket.save(update_fields=["used_at"])
    rating = Rating(
        division=ticket.division,
        ticket=ticket,
        level=level,
        aspects=[code for code in aspects if code in codes("rating_aspect")],
        comment=comment.strip() or None,
        handler_id=ticket.handler_id,
        rated_at=now(),
    )
    with lending("ratings", Places.only([ticket.division])):
        rating.save(force_insert=True)
    if level in BAD:
        _rectify(rating, ticket, by=by, today=today)
    record(by, "ratings.rate", division=NOWHERE, table="appeals_rating", row=rating.id)
    return rating


def _rectify(rating: Rating, ticket: RatingTicket, *, by: Actor, today: date) -> None:
    """The item goes to the station's head, or to the city where the head is the handler: the handler never sees who rated."""
    with lending("orgs", Places.of([0])):
        station = Station.objects.get(pk=ticket.station_id)
    owner, station = _rectifier(station, but=ticket.handler_id)
    with confiding():
        item = work.open_item(
            work.Opening(
                kind=RECTIFICATION.key,
                subject_id=rating.id,
                title=f"差评整改({station.name})",
                station=station,
                owner_id=owner,
                next_on=today + timedelta(days=5),
                next_step="了解情况,整改并回访",
                limit="rectify",
                is_confidential=True,
            ),
            by=by,
            today=today,
        )
        due = f"{work.refresh(item).due_on or today:%Y年%-m月%-d日}"
    tell(
        [
            Message(
                template="bad_rating",
                division=station.division,
                staff_id=item.owner_id,
                values={"station": station.name, "day": due},
                url=f"/rectifications/{rating.id}",
                is_confidential=True,
            )
        ],
        today=today,
    )


def _rectifier(station: Station, *, but: UUID | None) -> tuple[UUID | None, Station]:
    """The head of the station, or of the next station upwards whose head is another person than the handler."""
    heads = (Post.Kind.VILLAGE_HEAD, Post.Kind.STATION_HEAD, Post.Kind.SECTION_CHIEF, Post.Kind.CENTRE_HEAD)
    with lending("orgs", Places.of([0])):
        for level in (Level.VILLAGE, Level.TOWN, Level.COUNTY):
            code = ancestor(station.division, level)
            above = Station.objects.filter(division=code, closed_on=None).exclude(kind="university").first()
            if above is None or code > station.division:
                continue
            posts = Post.objects.filter(division=code, to_on=None, kind__in=heads, staff__ended_on=None)
            found = sorted(
                (post for post in posts if post.staff_id != but),
                key=lambda post: (heads.index(Post.Kind(post.kind)), str(post.id)),
            )
            if found:
                return found[0].staff_id, above
    return None, station


@transaction.atomic
def rectify(*, rating_id: UUID, note: str, called_back_on: date | None, by: Actor, today: date) -> None:
    """整改完成: with what was done and the day of the call-back, which is required."""
    rating = rating_for(rating_id, by=by)
    with confiding():
        item = work.item_of(RECTIFICATION.key, rating.id)
    if by.staff_id not in (item.owner_id, item.deputy_id):
        require(by, RatingsPermission.READ, at=item.division)
    found = {}
    if not note.strip():
        found["note"] = "请写明整改措施。"
    if called_back_on is None:
        found["called_back_on"] = "差评整改必须回访,请填写回访日期。"
    elif called_back_on > today or called_back_on < item.opened_on:
        found["called_back_on"] = "回访日期应在收到差评之后、今天或以前。"
    if found:
        raise Invalid(fields=found)
    with confiding():
        work.close_item(item, outcome=f"已整改,{called_back_on}回访:{note.strip()}", by=by, today=today)
    record(by, "ratings.rectify", division=NOWHERE, table="appeals_rating", row=rating.id, reason=note.strip())


def rating_for(rating_id: UUID, *, by: Actor) -> Rating:
    """The rating behind a rectification, for its owner, its deputy and whoever may read ratings there; never the handler."""
    rating = Rating.objects.filter(pk=rating_id).select_related("ticket__station").first()
    if rating is not None:
        return rating
    item = WorkItem.objects.filter(kind=RECTIFICATION.key, subject_id=rating_id).first()
    if item is None or by.staff_id is None or by.staff_id not in (item.owner_id, item.deputy_id):
        raise NotFound("没有找到这条整改事项。")
    with lending("ratings", Places.of([0])), lending("appeals", Places.of([0])), lending("orgs", Places.of([0])):
        rating = Rating.objects.filter(pk=rating_id).select_related("ticket__station").first()
    if rating is None:
        raise NotFound("没有找到这条整改事项。")
    return rating
