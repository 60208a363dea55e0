"""Do: what a person does with his own matter at the mini-program, through the same moves as at the counter, at his own station."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.appeals import rules
from vetgrid.appeals.actions.accusing import Charge, accuse
from vetgrid.appeals.actions.acting import add_step
from vetgrid.appeals.actions.consulting import ask
from vetgrid.appeals.actions.moving import call_back, withdraw
from vetgrid.appeals.actions.rating import issue_ticket, rate
from vetgrid.appeals.actions.registering import MAX_FILES, register
from vetgrid.appeals.actions.reviewing import ask_rereview, ask_review
from vetgrid.appeals.models import Appeal, Attachment, Consultation, Step
from vetgrid.appeals.permissions import AppealsPermission
from vetgrid.audit.trail import record
from vetgrid.core.actor import Citizen
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.scope import entrusted, lending
from vetgrid.files.models import StoredFile
from vetgrid.files.store import claim
from vetgrid.orgs.models import Station
from vetgrid.registry.permissions import RegistryPermission

OPEN = ("registered", "transferred", "objected", "accepted", "in_review", "in_rereview")
_MAY = (AppealsPermission.READ, AppealsPermission.REGISTER, AppealsPermission.HANDLE, RegistryPermission.READ)


def own_station(division: int) -> Station:
    """The nearest open station of the place: village, town, county."""
    for level in (Level.VILLAGE, Level.TOWN, Level.COUNTY):
        found = Station.objects.filter(division=ancestor(division, level), closed_on=None).exclude(kind="university")
        station = found.first()
        if station is not None:
            return station
    raise Conflict("您所在的地方还没有服务站,请拨打市退役军人服务中心电话。")


def own_matter(matter_id: UUID, *, by: Citizen) -> Appeal:
    """One's own matter; anybody else's looks like none."""
    found = Appeal.objects.filter(pk=matter_id, person_id=by.person).select_related("station").first()
    if found is None:
        raise NotFound("没有找到这件诉求。请返回列表重新选择。")
    return found


@contextmanager
def _at(place: int, by: Citizen) -> Iterator[Citizen]:
    with entrusted(by, *_MAY, at=place) as lent:
        yield lent


@transaction.atomic
def raise_own(
    *, kind: str, category: str, title: str, text: str, place: str, upload_ids: Sequence[UUID], by: Citizen, today: date
) -> Appeal:
    """反映诉求: registered at the person's own station; a helper is written down as the one who speaks."""
    station = own_station(by.division)
    asked = rules.Registration(
        kind=kind,
        channel=Appeal.Channel.MINI_PROGRAM,
        category=category or ("policy" if kind == Appeal.Kind.SUGGESTION else "other"),
        title=title,
        text=text,
        received_on=today,
        address=place.strip()[:120],
        speaker=by.helper[:40],
        relation=_relation(by),
    )
    if len(title) > 80:
        raise Invalid(fields={"title": "标题最多80字,请概括成一句话。"})
    with _at(station.division, by) as lent:
        appeal = register(asked, station_id=station.id, by=lent, today=today, person_id=by.person)
        _attach(appeal, upload_ids, by=lent)
    return appeal


def _relation(by: Citizen) -> str:
    if not by.helper:
        return ""
    return "other" if by.authority_id is not None else "village_clerk"


def _attach(appeal: Appeal, upload_ids: Sequence[UUID], *, by: Citizen) -> None:
    if not upload_ids:
        return
    so_far = Attachment.objects.filter(appeal=appeal, removed_at=None).count()
    if so_far + len(upload_ids) > MAX_FILES:
        raise Invalid(fields={"upload_ids": f"照片和文件最多{MAX_FILES}个。"})
    claimed = claim(upload_ids, kind="appeal", division=appeal.division, by=by)
    files = {row.id: row for row in StoredFile.objects.filter(pk__in=claimed)}
    for at, key in enumerate(claimed, start=so_far + 1):
        Attachment(
            appeal=appeal,
            division=appeal.division,
            file=key,
            name=f"小程序上传{at}.{files[key].name.rpartition('.')[2]}",
            size=files[key].size,
            added_by_name=by.name,
            added_at=now(),
        ).save(force_insert=True)


@transaction.atomic
def add_to_own(*, matter_id: UUID, text: str, upload_ids: Sequence[UUID], by: Citizen, today: date) -> Appeal:
    """补充材料: words and pictures, while the matter is open; state and clock stay."""
    appeal = own_matter(matter_id, by=by)
    if appeal.state not in OPEN:
        raise Conflict("这件诉求已经答复或办结,不能再补充。如不满意,可以请求复查或另行反映。")
    if not text.strip() or len(text) > 1000:
        raise Invalid(fields={"text": "请写明补充的内容,最多1000字。"})
    with _at(appeal.division, by) as lent, lending("appeals", Places.only({appeal.division, appeal.origin})):
        add_step(appeal, "add", appeal.state, station=appeal.station, note=text.strip(), by=lent, today=today)
        _attach(appeal, upload_ids, by=lent)
        record(lent, "appeals.add", division=appeal.division, table="appeals_appeal", row=appeal.id, person=by.person)
    return appeal


@transaction.atomic
def withdraw_own(*, matter_id: UUID, reason: str, by: Citizen, today: date) -> Appeal:
    """撤回诉求."""
    appeal = own_matter(matter_id, by=by)
    with _at(appeal.division, by) as lent:
        return withdraw(appeal_id=appeal.id, note=reason.strip() or "本人撤回", by=lent, today=today)


@transaction.atomic
def confirm_own(*, matter_id: UUID, note: str, by: Citizen, today: date) -> Appeal:
    """确认答复: the person's own word stands for the call-back."""
    appeal = own_matter(matter_id, by=by)
    with _at(appeal.division, by) as lent:
        note = f"本人在小程序确认:{note.strip() or '已收到答复,没有其他意见'}"
        return call_back(appeal_id=appeal.id, note=note[:1000], by=lent, today=today)


@transaction.atomic
def ask_own_review(*, matter_id: UUID, reason: str, by: Citizen, today: date) -> Appeal:
    """请求复查 or, after a review, 复核."""
    appeal = own_matter(matter_id, by=by)
    is_reviewed = Step.objects.filter(appeal=appeal, move="review").exists()
    with _at(appeal.division, by) as lent:
        again = ask_rereview if is_reviewed else ask_review
        return again(appeal_id=appeal.id, reason=reason.strip()[:1000], by=lent, today=today)


@transaction.atomic
def rate_own(
    *, subject: str, subject_id: UUID, level: int, aspects: Sequence[str], text: str, by: Citizen, today: date
) -> None:
    """评价: in five levels, once; secret to whoever handled it."""
    model: type[Appeal] | type[Consultation] = Appeal if subject == "appeal" else Consultation
    row = model.objects.filter(pk=subject_id, person_id=by.person).first()
    if row is None:
        raise NotFound("没有找到要评价的事项。请返回列表重新选择。")
    with _at(row.division, by) as lent:
        token = issue_ticket(subject=subject, subject_id=row.id, by=lent, today=today)
    rate(token=token, level=level, aspects=aspects, comment=text, by=by, today=today)


@transaction.atomic
def ask_own(*, question: str, by: Citizen, today: date) -> Consultation:
    """在线咨询: at the person's own station."""
    station = own_station(by.division)
    with _at(station.division, by) as lent:
        return ask(
            station_id=station.id,
            question=question,
            channel=Appeal.Channel.MINI_PROGRAM,
            by=lent,
            today=today,
            person_id=by.person,
        )


@transaction.atomic
def accuse_own(*, text: str, accused_name: str, is_anonymous: bool, by: Citizen, today: date) -> str:
    """检举控告: straight into the discipline channel; leaves nothing with the person's other matters. Returns the number."""
    if by.helper:
        raise Conflict("检举控告须由本人提交,或到窗口、来信、来电反映,不能代办。", code="not_by_helper")
    station = own_station(by.division)
    charge = Charge(
        text=text,
        channel=Appeal.Channel.MINI_PROGRAM,
        received_on=today,
        accused_name=accused_name,
        accuser="" if is_anonymous else by.name,
        is_anonymous=is_anonymous,
    )
    with _at(station.division, by) as lent:
        return accuse(charge, station_id=station.id, by=lent, today=today)
