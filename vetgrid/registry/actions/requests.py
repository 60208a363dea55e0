"""Changes that demand proof: one person asks, another decides; a death too, because one wrong entry stops a living."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid, NotAllowed
from vetgrid.notices.actions import Message, tell
from vetgrid.registry.actions.finding import locked, locked_person
from vetgrid.registry.actions.life import confirm_death
from vetgrid.registry.actions.writing import (
    Origin,
    changed_guarded_fields,
    check_together,
    current_fact,
    parse_partial,
    parsed_values,
    store,
)
from vetgrid.registry.catalogue import FIELDS, proofs, section
from vetgrid.registry.models import ChangeRequest, Person
from vetgrid.registry.models.upkeep import RequestState
from vetgrid.registry.permissions import RegistryPermission

DEATH = "death"


@dataclass(frozen=True)
class Proof:
    """The paper behind a request: its kind (data/codes/proof_kind.csv), a note, and the stored file if there is one."""

    kind: str
    note: str = ""
    file: UUID | None = None


@transaction.atomic
def ask_change(
    *,
    person_id: UUID,
    section_key: str,
    values: Mapping[str, str],
    proof: Proof,
    origin: Origin,
    by: Actor,
    today: date,
    fact_id: UUID | None = None,
) -> ChangeRequest:
    """申请变更: nothing changes yet; somebody with the right to approve decides."""
    person = locked_person(person_id)
    require(by, RegistryPermission.EDIT, at=person.division)
    part = section(section_key)
    before = current_fact(person, part, fact_id)
    check_together(part, parsed_values(part, values, today=today, before=before), today=today)
    for key in changed_guarded_fields(part, before, values):
        if proof.kind not in FIELDS[key].proofs:
            raise Invalid(fields={"proof_kind": f"更改{FIELDS[key].label}不能用这种证明,请选择规定的证明材料。"})
    return _ask(person, part.key, values, fact_id=fact_id, proof=proof, source=origin.source, by=by)


@transaction.atomic
def ask_death(*, person_id: UUID, died_on: str, proof: Proof, source: str, by: Actor, today: date) -> ChangeRequest:
    """申报去世: the person counts as living until a second person has confirmed it."""
    person = locked_person(person_id)
    require(by, RegistryPermission.EDIT, at=person.division)
    if person.died_on:
        raise Conflict("档案里已登记去世,不需要再次申报。")
    if ChangeRequest.objects.filter(person=person, section=DEATH, state=RequestState.OPEN).exists():
        raise Conflict("已有一份去世申报等待审核,请先处理那一份。")
    if proof.kind not in proofs()["person.death"]:
        raise Invalid(fields={"proof_kind": "请选择死亡证明、公安回函等规定的证明材料。"})
    if parse_partial(died_on, today=today) is None:
        raise Invalid(fields={"died_on": "请填写去世日期,只知道年月也可以。"})
    return _ask(person, DEATH, {"died_on": died_on}, fact_id=None, proof=proof, source=source, by=by)


def _ask(
    person: Person,
    section_key: str,
    values: Mapping[str, str],
    *,
    fact_id: UUID | None,
    proof: Proof,
    source: str,
    by: Actor,
) -> ChangeRequest:
    request = ChangeRequest(
        person=person,
        division=person.division,
        section=section_key,
        fact_id=fact_id,
        values=json.dumps(dict(values), ensure_ascii=False),
        proof_kind=proof.kind,
        proof_note=proof.note,
        proof_file=proof.file,
        source=source or "staff_check",
        asked_by=by.id,
        asked_by_name=by.name,
        asked_at=now(),
        base_version=person.version,
    )
    request.save(force_insert=True)
    record(
        by,
        "registry.ask_change",
        division=person.division,
        table="registry_changerequest",
        row=request.id,
        person=person.id,
    )
    return request


@transaction.atomic
def decide_change(*, request_id: UUID, approve: bool, note: str, by: Actor, today: date) -> ChangeRequest:
    """审核: approve writes the values; reject needs a reason. Nobody decides on his own request."""
    request = locked(ChangeRequest, request_id)
    require(by, RegistryPermission.APPROVE, at=request.division)
    _must_be_open(request.state)
    if request.asked_by == by.id:
        raise NotAllowed("自己提出的申请须由另一位有审核权限的人员审核。")
    if not approve and not note.strip():
        raise Invalid(fields={"note": "不同意时请写明原因,申请人会看到。"})
    if approve:
        _apply(request, by=by, today=today)
    _close(request, RequestState.APPROVED if approve else RequestState.REJECTED, note, by=by)
    if request.source == "self_report":
        _tell_person(request, today=today)
    record(
        by,
        RegistryPermission.APPROVE,
        division=request.division,
        table="registry_changerequest",
        row=request.id,
        person=request.person_id,
        reason=note,
    )
    return request


@transaction.atomic
def withdraw_change(*, request_id: UUID, by: Actor, today: date) -> ChangeRequest:
    """撤回: by the one who asked."""
    request = locked(ChangeRequest, request_id)
    _must_be_open(request.state)
    if request.asked_by != by.id:
        raise NotAllowed("只有申请人本人可以撤回申请。")
    require(by, RegistryPermission.EDIT, at=request.division)
    _close(request, RequestState.WITHDRAWN, "", by=by)
    record(
        by,
        "registry.withdraw_change",
        division=request.division,
        table="registry_changerequest",
        row=request.id,
        person=request.person_id,
    )
    return request


def values_of(request: ChangeRequest) -> dict[str, str]:
    """The new texts that the request asks for."""
    values: dict[str, str] = json.loads(request.values.reveal())
    return values


def _apply(request: ChangeRequest, *, by: Actor, today: date) -> None:
    person = locked_person(request.person_id)
    values = values_of(request)
    if request.section == DEATH:
        died_on = parse_partial(values["died_on"], today=today)
        assert died_on is not None, "checked when it was asked"
        confirm_death(person, died_on=died_on, source=request.source, note=request.proof_note, by=by, today=today)
        return
    part = section(request.section)
    before = current_fact(person, part, request.fact_id)
    origin = Origin(request.source, request.proof_note, batch=request.id)
    store(person, part, values, before=before, origin=origin, by=by, today=today)


def _close(request: ChangeRequest, state: RequestState, note: str, *, by: Actor) -> None:
    request.state = state
    request.decided_by, request.decided_at, request.decision_note = by.id, now(), note.strip()
    request.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])


def _tell_person(request: ChangeRequest, *, today: date) -> None:
    """The person who asked at the mini-program learns what became of it there."""
    label = "去世申报" if request.section == DEATH else section(request.section).label
    values = {
        "section": label,
        "outcome": "已更正" if request.state == RequestState.APPROVED else "未同意",
        "note": request.decision_note,
    }
    tell(
        [Message(template="correction_decided", division=request.division, person_id=request.person_id, values=values)],
        today=today,
    )


def _must_be_open(state: str) -> None:
    if state != RequestState.OPEN:
        raise Conflict("这份申请已经处理过了,请刷新列表。")
