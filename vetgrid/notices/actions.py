"""Do: enqueue messages in the transaction of the change that causes them, hand them to their channel, mark them read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import NOBODY_ID, Actor, Citizen, require
from vetgrid.core.bulk import insert
from vetgrid.core.clock import now
from vetgrid.core.crypto import Sealed
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.events import announce
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.notices.channels import channel_for, waits
from vetgrid.notices.events import PersonsTold
from vetgrid.notices.models import Attempt, Notice, Story
from vetgrid.notices.permissions import NoticesPermission
from vetgrid.notices.texts import text_for

_POST = Actor(id=NOBODY_ID, name="消息")
DOTS = "••••••"
"""Stands in a text where the secret will be."""


@dataclass(frozen=True)
class Message:
    """One message to be sent: `staff_id` or `person_id`, never both. `values` fill the template."""

    template: str
    division: int
    values: dict[str, str] = field(default_factory=dict)
    staff_id: UUID | None = None
    person_id: UUID | None = None
    channel: str = Notice.Channel.IN_APP
    address: Sealed | None = None
    url: str = ""
    dedupe: str | None = None
    is_confidential: bool = False
    secret: str = ""
    """Replaces the dots of the text only when it is sent."""


def tell(messages: Iterable[Message], *, today: date) -> int:
    """Enqueues the messages within the running transaction; returns how many are new.

    A message whose `dedupe` key is known already is left out. Called by domains and jobs, in a lent scope.
    """
    wanted = {message.dedupe or str(at): message for at, message in enumerate(messages)}
    if not wanted:
        return 0
    with lending("notices", Places.of({message.division for message in wanted.values()})):
        keys = [message.dedupe for message in wanted.values() if message.dedupe]
        known = _known(keys) if keys else set()
        rows = [_row(message, today=today) for message in wanted.values() if message.dedupe not in known]
        insert(rows)
        _enqueue(rows)
    personal = tuple(
        message
        for message in wanted.values()
        if message.person_id is not None
        and message.channel != Notice.Channel.WECHAT
        and not (message.is_confidential or message.secret or message.dedupe in known)
    )
    if personal:
        announce(PersonsTold(personal), by=_POST, today=today)
    return len(rows)


def _known(keys: list[str]) -> set[str]:
    """Which of these occasions were told before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT notices_known(%s)", [keys])
        return set(cursor.fetchone()[0] or [])


def _row(message: Message, *, today: date) -> Notice:
    text = text_for(message.template, on=today)
    title, body = text.filled(message.values)
    is_in_app = message.channel == Notice.Channel.IN_APP
    return Notice(
        division=message.division,
        staff_id=message.staff_id,
        person_id=message.person_id,
        channel=message.channel,
        template=text.key,
        template_version=text.version,
        title=title,
        body=body,
        url=message.url,
        address=message.address,
        secret=message.secret or None,
        made_at=now(),
        sent_at=now() if is_in_app else None,
        state=Notice.State.SENT if is_in_app else Notice.State.QUEUED,
        dedupe=message.dedupe,
        is_confidential=message.is_confidential,
    )


def _enqueue(rows: list[Notice], *, after: timedelta = timedelta()) -> None:
    from vetgrid.notices.tasks import send_notice

    later = send_notice.configure(schedule_in={"seconds": int(after.total_seconds())}) if after else send_notice
    for row in rows:
        if row.state == Notice.State.QUEUED:
            later.defer(notice_id=str(row.id))


@transaction.atomic
def attempt(notice_id: UUID) -> None:
    """Hands one queued message to its channel and notes what became of it; a second call finds nothing to do.

    What did not get through stays in the queue with its reason and is tried again later, until the last wait is over.
    """
    notice = Notice.objects.select_for_update().filter(pk=notice_id, state=Notice.State.QUEUED).first()
    if notice is None:
        return
    address = notice.address.reveal() if notice.address else ""
    body = notice.body.replace(DOTS, notice.secret.reveal()) if notice.secret else notice.body
    outcome = channel_for(notice.channel).send(key=str(notice.id), address=address, title=notice.title, body=body)
    Attempt(notice=notice, division=notice.division, at=now(), state=outcome.state, reason=outcome.reason).save(
        force_insert=True
    )
    failures = Attempt.objects.filter(notice=notice).count()
    if not outcome.is_final and failures <= len(waits()):
        notice.reason = outcome.reason
        notice.save(update_fields=["reason"])
        _enqueue([notice], after=timedelta(minutes=waits()[failures - 1]))
        return
    notice.state, notice.reason, notice.secret = outcome.state, outcome.reason, None
    notice.sent_at = now() if outcome.state == Notice.State.SENT else None
    notice.save(update_fields=["state", "reason", "sent_at", "secret"])


@transaction.atomic
def retry(*, notice_id: UUID, by: Actor, today: date) -> None:
    """重发: a message that was not sent goes back into the queue, for example after a phone number was added."""
    notice = Notice.objects.select_for_update().filter(pk=notice_id).first()
    if notice is None:
        raise NotFound()
    require(by, NoticesPermission.RETRY, at=notice.division)
    if notice.state in (Notice.State.SENT, Notice.State.QUEUED):
        raise Conflict("这条消息已经发出或正在发送,不需要重发。")
    if DOTS in notice.body and notice.secret is None:
        raise Conflict("验证码已经失效,不能重发。请本人重新获取。")
    notice.state, notice.reason = Notice.State.QUEUED, ""
    notice.save(update_fields=["state", "reason"])
    _enqueue([notice])
    record(by, NoticesPermission.RETRY, division=notice.division, table="notices_notice", row=notice.id)


@transaction.atomic
def mark_read(*, by: Actor, notice_id: UUID | None = None) -> int:
    """已读: one of one's own messages, or all of them; returns how many."""
    rows: Any = Notice.objects.filter(staff_id=by.staff_id, read_at=None) if by.staff_id else Notice.objects.none()
    if notice_id is not None:
        rows = rows.filter(pk=notice_id)
    return int(rows.update(read_at=now()))


@transaction.atomic
def mark_own_read(*, notice_id: UUID, by: Citizen) -> None:
    """已读: a message to the person himself."""
    found = Notice.objects.filter(pk=notice_id, person_id=by.person).values_list("division", flat=True).first()
    if found is None:
        raise NotFound("没有找到这条消息。")
    with lending("notices", Places.only([found])):
        Notice.objects.filter(pk=notice_id, read_at=None).update(read_at=now())


@dataclass(frozen=True)
class StoryText:
    """An article as it is typed."""

    kind: str
    title: str
    summary: str
    body: str
    published_on: date


@transaction.atomic
def publish(text: StoryText, *, division: int, by: Actor, today: date, story_id: UUID | None = None) -> Story:
    """发布 or 修改 an article for everybody at the mini-program."""
    require(by, NoticesPermission.PUBLISH, at=division)
    found = {}
    if text.kind not in Story.Kind.values:
        found["kind"] = "请选择栏目。"
    if not text.title.strip() or len(text.title) > 80:
        found["title"] = "请填写标题,最多80字。"
    if not text.body.strip() or len(text.body) > 5000:
        found["body"] = "请填写正文,最多5000字。"
    if found:
        raise Invalid(fields=found)
    row = Story.objects.select_for_update().filter(pk=story_id).first() if story_id else Story(division=division)
    if row is None:
        raise NotFound("没有找到这篇文章。")
    require(by, NoticesPermission.PUBLISH, at=row.division)
    row.kind, row.title, row.summary = text.kind, text.title.strip(), text.summary.strip()[:200]
    row.body, row.published_on, row.by_name = text.body.strip(), text.published_on, by.name
    row.version = row.version + 1 if story_id else 1
    row.save()
    record(by, NoticesPermission.PUBLISH, division=row.division, table="notices_story", row=row.id)
    return row


@transaction.atomic
def withdraw_story(*, story_id: UUID, by: Actor, today: date) -> Story:
    """撤下: it stays in the list of the bureau, nobody else sees it."""
    row = Story.objects.select_for_update().filter(pk=story_id).first()
    if row is None:
        raise NotFound("没有找到这篇文章。")
    require(by, NoticesPermission.PUBLISH, at=row.division)
    row.withdrawn_on = today
    row.save(update_fields=["withdrawn_on"])
    record(by, NoticesPermission.PUBLISH, division=row.division, table="notices_story", row=row.id, reason="撤下")
    return row
