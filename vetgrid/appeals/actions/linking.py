"""Do: say that two appeals are about the same matter, and take it back; let other stations handle a part."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from vetgrid.appeals.actions.acting import add_step, begin, finish
from vetgrid.appeals.actions.registering import open_station
from vetgrid.appeals.kinds import JOINT_PART
from vetgrid.appeals.models import Appeal, JointPart, Link
from vetgrid.appeals.permissions import AppealsPermission
from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.work import actions as work


def _own(appeal_id: UUID, by: Actor, permission: AppealsPermission) -> Appeal:
    appeal = Appeal.objects.select_for_update(of=("self",)).filter(pk=appeal_id).select_related("station").first()
    if appeal is None:
        raise NotFound("没有找到这件诉求。它可能已转走,或不在您的管辖范围内。")
    require(by, permission, at=appeal.division)
    return appeal


@transaction.atomic
def link(*, appeal_id: UUID, number: str, by: Actor, today: date) -> Link:
    """关联: one move; the other appeal may lie at another station, then only its number shows."""
    appeal = _own(appeal_id, by, AppealsPermission.HANDLE)
    with lending("appeals", Places.of([appeal.division // 1_000_000 * 1_000_000])):
        other = Appeal.objects.filter(number=number.strip()).first()
    if other is None or other.id == appeal.id:
        raise Invalid(fields={"number": "没有这个编号的诉求,请核对,例如“退诉〔2023〕12号”。"})
    if Link.objects.filter(appeal=appeal, other_id=other.id, unlinked_at=None).exists():
        raise Conflict("这两件诉求已经关联。")
    found = Link(
        appeal=appeal,
        division=appeal.division,
        other_id=other.id,
        other_number=other.number,
        linked_by_name=by.name,
        linked_at=now(),
    )
    found.save(force_insert=True)
    add_step(appeal, "link", appeal.state, station=appeal.station, note=f"关联{other.number}", by=by, today=today)
    record(by, "appeals.link", division=appeal.division, table="appeals_link", row=found.id)
    return found


@transaction.atomic
def unlink(*, link_id: UUID, by: Actor, today: date) -> UUID:
    """取消关联: one move; returns the appeal's id."""
    found = Link.objects.filter(pk=link_id, unlinked_at=None).first()
    if found is None:
        raise NotFound("没有找到这条关联,它可能已经取消。")
    appeal = _own(found.appeal_id, by, AppealsPermission.HANDLE)
    found.unlinked_at, found.unlinked_by_name = now(), by.name
    found.save(update_fields=["unlinked_at", "unlinked_by_name"])
    note = f"取消关联{found.other_number}"
    add_step(appeal, "unlink", appeal.state, station=appeal.station, note=note, by=by, today=today)
    record(by, "appeals.unlink", division=appeal.division, table="appeals_link", row=found.id)
    return appeal.id


@transaction.atomic
def share(
    *, appeal_id: UUID, station_id: UUID, asked: str, by: Actor, today: date, version: int | None = None
) -> JointPart:
    """联合办理: another station handles a part, with its own owner and limit."""
    moving = begin(appeal_id, "share", by=by, today=today, version=version)
    appeal, station = moving.appeal, open_station(station_id)
    if not asked.strip():
        raise Invalid(fields={"note": "请写明请对方协办什么。"})
    if station.id == appeal.station_id:
        raise Invalid(fields={"station": "协办单位不能是承办单位自己。"})
    if JointPart.objects.filter(appeal=appeal, station=station, done_on=None).exists():
        raise Conflict(f"{station.name}已经在协办,等待反馈。")
    part = JointPart(appeal=appeal, division=station.division, station=station, asked=asked.strip()[:500])
    with lending("appeals", Places.only([appeal.division, station.division])):
        part.save(force_insert=True)
    work.open_item(
        work.Opening(
            kind=JOINT_PART.key,
            subject_id=part.id,
            title=f"协办 {appeal.number} {appeal.title}",
            station=station,
            next_on=today + timedelta(days=5),
            next_step="办理协办部分并反馈",
            limit="joint_part",
        ),
        by=by,
        today=today,
    )
    finish(moving, note=f"请{station.name}协办:{asked.strip()}")
    return part


@transaction.atomic
def report_part(*, part_id: UUID, result: str, by: Actor, today: date) -> JointPart:
    """协办反馈: the part is done; the handling station sees the result."""
    part = (
        JointPart.objects.select_for_update(of=("self",)).filter(pk=part_id).select_related("appeal", "station").first()
    )
    if part is None:
        raise NotFound("没有找到这件协办事项。它可能不在您的管辖范围内。")
    require(by, AppealsPermission.HANDLE, at=part.division)
    if part.done_on is not None:
        raise Conflict("这件协办已经反馈。")
    if not result.strip():
        raise Invalid(fields={"note": "请写明办理结果。"})
    part.result, part.done_on = result.strip()[:1000], today
    part.save(update_fields=["result", "done_on"])
    with lending("work", Places.only([part.division])):
        item = work.item_of(JOINT_PART.key, part.id)
    work.close_item(item, outcome="已反馈", by=by, today=today)
    with lending("appeals", Places.only({part.division, part.appeal.division, part.appeal.origin})):
        add_step(
            part.appeal, "report_part", part.appeal.state, station=part.station, note=part.result, by=by, today=today
        )
    record(by, "appeals.report_part", division=part.division, table="appeals_jointpart", row=part.id)
    return part
