"""Do: what comes from above: supervision, a leader who takes a matter on; and the promise that was kept."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from vetgrid.appeals.actions.acting import add_step, begin, finish, work_of
from vetgrid.appeals.actions.moving import required
from vetgrid.appeals.models import Appeal
from vetgrid.appeals.permissions import AppealsPermission
from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.orgs.models import Staff
from vetgrid.work import actions as work
from vetgrid.work.models import WorkItem


@transaction.atomic
def supervise(*, appeal_id: UUID, note: str, by: Actor, today: date, version: int | None = None) -> Appeal:
    """督办: the matter becomes urgent; the owner learns what is demanded."""
    moving = begin(appeal_id, "supervise", by=by, today=today, version=version)
    required(note=note)
    appeal, item = moving.appeal, work_of(moving.appeal)
    appeal.is_supervised = True
    work.set_priority(item, WorkItem.Priority.URGENT)
    soon = min(item.next_on or today, today + timedelta(days=3))
    work.set_next(item, next_on=soon, next_step="按督办要求办理")
    return finish(moving, note=note.strip(), fields=("is_supervised",))


@transaction.atomic
def take_on(
    *, appeal_id: UUID, leader_id: UUID, note: str, by: Actor, today: date, version: int | None = None
) -> Appeal:
    """领导包案: a leader of the bureau answers for the solution; the owner stays the one who works on it."""
    moving = begin(appeal_id, "take_on", by=by, today=today, version=version)
    leader = Staff.objects.filter(pk=leader_id, ended_on=None, posts__to_on=None, posts__kind="bureau_leader").first()
    if leader is None:
        raise Invalid(fields={"leader": "请选择在任的局领导。"})
    appeal, item = moving.appeal, work_of(moving.appeal)
    appeal.leader = leader
    work.set_priority(item, min(item.priority, WorkItem.Priority.HIGH))
    return finish(moving, note=f"{leader.name}包案。{note.strip()}", fields=("leader",))


@transaction.atomic
def keep_promise(*, appeal_id: UUID, by: Actor, today: date) -> Appeal:
    """承诺兑现: what was promised in the answer has been done."""
    appeal = Appeal.objects.select_for_update(of=("self",)).filter(pk=appeal_id).select_related("station").first()
    if appeal is None:
        raise NotFound()
    require(by, AppealsPermission.HANDLE, at=appeal.division)
    if not appeal.promise or appeal.promise_kept_on:
        raise Conflict("没有等待兑现的承诺。")
    appeal.promise_kept_on = today
    appeal.save(update_fields=["promise_kept_on"])
    add_step(appeal, "keep_promise", appeal.state, station=appeal.station, note=appeal.promise, by=by, today=today)
    record(by, "appeals.keep_promise", division=appeal.division, table="appeals_appeal", row=appeal.id)
    return appeal
