"""A person moves to another village, or out of the county: the old place asks, whoever answers for both decides."""

from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid, NotAllowed
from vetgrid.core.events import announce
from vetgrid.core.places import Level, ancestor, level_of
from vetgrid.registry.actions.finding import locked, locked_person
from vetgrid.registry.actions.life import is_living_veteran
from vetgrid.registry.events import PersonLeft, PersonMoved
from vetgrid.registry.models import MoveRequest, Person
from vetgrid.registry.models.upkeep import RequestState
from vetgrid.registry.permissions import RegistryPermission


@transaction.atomic
def ask_move(*, person_id: UUID, to_division: int, moved_on: date, reason: str, by: Actor, today: date) -> MoveRequest:
    """申请迁移: to a village of this county, or to a place outside it (any division code)."""
    person = locked_person(person_id)
    require(by, RegistryPermission.EDIT, at=person.division)
    if to_division == person.division:
        raise Invalid(fields={"to_division": "迁入地与现在的村(社区)相同。"})
    inside = ancestor(to_division, Level.COUNTY) == ancestor(person.division, Level.COUNTY)
    if inside and level_of(to_division) != Level.VILLAGE:
        raise Invalid(fields={"to_division": "请选择迁入的具体村(社区)。"})
    if moved_on > today:
        raise Invalid(fields={"moved_on": "迁移日期不能晚于今天。"})
    if MoveRequest.objects.filter(person=person, state=RequestState.OPEN).exists():
        raise Conflict("已有一份迁移申请等待审核,请先处理那一份。")
    request = MoveRequest(
        person=person,
        division=person.division,
        to_division=to_division,
        moved_on=moved_on,
        reason=reason.strip(),
        asked_by=by.id,
        asked_by_name=by.name,
        asked_at=now(),
    )
    request.save(force_insert=True)
    record(
        by,
        "registry.ask_move",
        division=person.division,
        table="registry_moverequest",
        row=request.id,
        person=person.id,
        reason=reason,
    )
    return request


@transaction.atomic
def decide_move(*, request_id: UUID, approve: bool, note: str, by: Actor, today: date) -> MoveRequest:
    """审核迁移: the one who approves must answer for both places; nobody decides on his own request."""
    request = locked(MoveRequest, request_id)
    require(by, RegistryPermission.APPROVE, at=request.division)
    inside = ancestor(request.to_division, Level.COUNTY) == ancestor(request.division, Level.COUNTY)
    if inside and not by.may(RegistryPermission.APPROVE, at=request.to_division):
        raise NotAllowed("跨镇(街道)迁移须由市服务中心审核。")
    if request.state != RequestState.OPEN:
        raise Conflict("这份申请已经处理过了,请刷新列表。")
    if request.asked_by == by.id:
        raise NotAllowed("自己提出的申请须由另一位有审核权限的人员审核。")
    if not approve and not note.strip():
        raise Invalid(fields={"note": "不同意时请写明原因,申请人会看到。"})
    request.state = RequestState.APPROVED if approve else RequestState.REJECTED
    request.decided_by, request.decided_at, request.decision_note = by.id, now(), note.strip()
    request.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    if approve:
        _move(locked_person(request.person_id), request, inside=inside, by=by, today=today)
    record(
        by,
        RegistryPermission.APPROVE,
        division=request.division,
        table="registry_moverequest",
        row=request.id,
        person=request.person_id,
        reason=note,
    )
    return request


@transaction.atomic
def withdraw_move(*, request_id: UUID, by: Actor, today: date) -> MoveRequest:
    """撤回迁移申请: by the one who asked."""
    request = locked(MoveRequest, request_id)
    if request.state != RequestState.OPEN:
        raise Conflict("这份申请已经处理过了,请刷新列表。")
    if request.asked_by != by.id:
        raise NotAllowed("只有申请人本人可以撤回申请。")
    request.state = RequestState.WITHDRAWN
    request.save(update_fields=["state"])
    record(
        by,
        "registry.withdraw_move",
        division=request.division,
        table="registry_moverequest",
        row=request.id,
        person=request.person_id,
    )
    return request


def _move(person: Person, request: MoveRequest, *, inside: bool, by: Actor, today: date) -> None:
    """The facts follow by themselves: the database moves every row that belongs to the person."""
    old = person.division
    person.version += 1
    if inside:
        Person.objects.filter(pk=person.pk).update(division=request.to_division, version=person.version, household=None)
        announce(PersonMoved(person.id, old, request.to_division, is_living_veteran(person)), by=by, today=today)
    else:
        person.left_on = request.moved_on
        person.save(update_fields=["left_on", "version"])
        announce(PersonLeft(person.id, old), by=by, today=today)
