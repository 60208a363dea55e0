"""Do: a person confirms his own file, and asks for a correction with photos as proof; a clerk decides as on any request."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Citizen
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.scope import entrusted
from vetgrid.files.store import claim
from vetgrid.registry.actions.confirming import confirm_file
from vetgrid.registry.actions.finding import locked_person
from vetgrid.registry.actions.requests import withdraw_change
from vetgrid.registry.actions.writing import changed_guarded_fields, check_together, current_fact, parsed_values
from vetgrid.registry.catalogue import own_file, section
from vetgrid.registry.models import ChangeRequest, Person
from vetgrid.registry.models.upkeep import RequestState
from vetgrid.registry.permissions import RegistryPermission

MAX_OPEN = 10
SOURCE = "self_report"
_MAY = (RegistryPermission.READ, RegistryPermission.EDIT)


@transaction.atomic
def confirm_own_file(*, version: int, by: Citizen, today: date) -> Person:
    """本人确认档案: the very version that was seen; Conflict when it changed meanwhile."""
    with entrusted(by, *_MAY, at=by.division) as lent:
        locked_person(by.person, version=version)
        return confirm_file(person_id=by.person, by=lent, today=today)


@transaction.atomic
def ask_correction(
    *,
    section_key: str,
    fact_id: UUID | None,
    values: Mapping[str, str],
    base_version: int,
    upload_ids: Sequence[UUID],
    by: Citizen,
    today: date,
) -> ChangeRequest:
    """申请更正: nothing changes until a clerk has compared it with the photos."""
    part = section(section_key)
    if part.key in own_file().fixed or part.key in own_file().hidden:
        raise Conflict("这一栏由主管部门认定,不能在这里更正。请联系您的服务站。", code="not_correctable")
    with entrusted(by, *_MAY, at=by.division) as lent:
        person = locked_person(by.person)
        if base_version > person.version:
            raise Conflict("档案的版本不对,请刷新后重新填写。")
        before = current_fact(person, part, fact_id)
        _must_change(part.key, values)
        check_together(part, parsed_values(part, values, today=today, before=before), today=today)
        if changed_guarded_fields(part, before, values) and not upload_ids:
            raise Invalid("更改这项内容需要证明,请拍照上传证件。", fields={"upload_ids": "请拍照上传证件。"})
        if ChangeRequest.objects.filter(person=person, state=RequestState.OPEN).count() >= MAX_OPEN:
            raise Conflict("您有较多更正申请等待审核,请等处理后再提出。")
        photos = claim(upload_ids, kind="proof", division=person.division, by=by)
        request = ChangeRequest(
            person=person,
            division=person.division,
            section=part.key,
            fact_id=fact_id,
            values=json.dumps({key: str(value) for key, value in values.items()}, ensure_ascii=False),
            proof_kind="photo" if photos else "",
            proof_file=photos[0] if photos else None,
            photos=[str(photo) for photo in photos],
            source=SOURCE,
            asked_by=by.id,
            asked_by_name=by.name[:40],
            asked_at=now(),
            base_version=base_version,
        )
        request.save(force_insert=True)
        record(
            lent,
            "registry.ask_change",
            division=person.division,
            table="registry_changerequest",
            row=request.id,
            person=person.id,
        )
    return request


def _must_change(section_key: str, values: Mapping[str, str]) -> None:
    known = {entry.attribute for entry in section(section_key).fields}
    if not values or set(values) - known or any(len(str(value)) > 300 for value in values.values()):
        raise Invalid(fields={"values": "请填写要更正的内容。"})


@transaction.atomic
def withdraw_correction(*, request_id: UUID, by: Citizen, today: date) -> ChangeRequest:
    """撤回更正申请: one's own, while nobody has decided."""
    if not ChangeRequest.objects.filter(pk=request_id, person_id=by.person, source=SOURCE).exists():
        raise NotFound("没有找到这份更正申请。")
    with entrusted(by, *_MAY, at=by.division) as lent:
        return withdraw_change(request_id=request_id, by=lent, today=today)
