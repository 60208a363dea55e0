"""Do: legal aid: apply, decide within seven days, assign within three, finish."""

import tomllib
from datetime import date, timedelta
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import transaction

from vetgrid.appeals import rules
from vetgrid.appeals.actions.registering import open_station, person_in_reach
from vetgrid.appeals.kinds import LEGAL_AID
from vetgrid.appeals.models import LegalAid
from vetgrid.appeals.permissions import AppealsPermission
from vetgrid.appeals.series import yearly
from vetgrid.appeals.states import LEGAL_AID as FLOW
from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.registry.models import PersonClass
from vetgrid.work import actions as work


@cache
def exempt_classes() -> dict[str, str]:
    with (settings.DATA / "policy" / "legal_aid.toml").open("rb") as file:
        return dict(tomllib.load(file)["exempt"])


@transaction.atomic
def apply(
    *,
    station_id: UUID,
    matter: str,
    facts: str,
    by: Actor,
    today: date,
    applicant: str = "",
    phone: str = "",
    person_id: UUID | None = None,
    is_urgent: bool = False,
    mediation_id: UUID | None = None,
) -> LegalAid:
    """申请法律援助: no means test for entitled groups, found in the person's file."""
    station = open_station(station_id)
    require(by, AppealsPermission.MEDIATE, at=station.division)
    found = {}
    if matter not in codes("aid_matter"):
        found["matter"] = "请选择援助事项。"
    if not facts.strip():
        found["facts"] = "请写明案情和请求。"
    elif len(facts) > rules.MAX_TEXT:
        found["facts"] = f"内容太长({len(facts)}字),最多{rules.MAX_TEXT}字。"
    if not applicant.strip() and person_id is None:
        found["applicant"] = "请填写申请人姓名,或选择档案。"
    if found:
        raise Invalid(fields=found)
    person = person_in_reach(person_id, by=by) if person_id else None
    held = (
        list(PersonClass.objects.filter(person=person, known_until=None).values_list("code", flat=True))
        if person
        else []
    )
    ground = "martyr_kin" if matter == "martyr" else rules.exemption_for(held, exempt=exempt_classes())
    row = LegalAid(
        division=station.division,
        station=station,
        number=yearly(station.division, "aid", today.year),
        person=person,
        applicant=person.name if person else applicant.strip()[:40],
        phone=phone.strip() or (person.phone if person else None),
        matter=matter,
        facts=facts.strip(),
        exemption=ground,
        is_urgent=is_urgent,
        mediation_id=mediation_id,
        applied_on=today,
    )
    row.save(force_insert=True)
    work.open_item(
        work.Opening(
            kind=LEGAL_AID.key,
            subject_id=row.id,
            title=f"{row.number} {codes('aid_matter').label(matter)}",
            station=station,
            owner_id=by.staff_id,
            next_on=today + timedelta(days=1 if is_urgent else 3),
            next_step="先行援助,补办手续" if is_urgent else "审查申请",
            limit="aid_decide",
        ),
        by=by,
        today=today,
    )
    record(by, "appeals.apply_aid", division=row.division, table="appeals_legalaid", row=row.id, person=row.person_id)
    return row


def _locked(aid_id: UUID, move: str, *, by: Actor) -> LegalAid:
    row = LegalAid.objects.select_for_update(of=("self",)).filter(pk=aid_id).select_related("station").first()
    if row is None:
        raise NotFound("没有找到这件法律援助。它可能不在您的管辖范围内。")
    require(by, AppealsPermission.MEDIATE, at=row.division)
    FLOW.after(row.state, move)
    return row


def _save(row: LegalAid, move: str, *fields: str, by: Actor) -> LegalAid:
    row.state, row.version = FLOW.after(row.state, move), row.version + 1
    row.save(update_fields=["state", "version", *fields])
    record(by, f"appeals.{move}_aid", division=row.division, table="appeals_legalaid", row=row.id)
    return row


@transaction.atomic
def decide(
    *, aid_id: UUID, is_granted: bool, reason: str, by: Actor, today: date, has_passed_means: bool | None = None
) -> LegalAid:
    """审查决定: means are checked unless the group is exempt (法律援助法 第四十二条、第四十三条)."""
    move = "grant" if is_granted else "deny"
    row = _locked(aid_id, move, by=by)
    if not is_granted and not reason.strip():
        raise Invalid(fields={"reason": "不予援助的,请书面说明理由(法律援助法第四十三条)。"})
    if is_granted and not row.exemption and has_passed_means is not True:
        raise Invalid(fields={"has_passed_means": "这位申请人不属于免予核查的人员,请先核查经济困难状况。"})
    row.decided_on, row.reason, row.has_passed_means = today, reason.strip()[:300], has_passed_means
    with lending("work", Places.only([row.division])):
        item = work.item_of(LEGAL_AID.key, row.id)
    if is_granted:
        work.stop_clock(item, on=today, reason="决定援助", by=by)
        work.start_clock(item, "aid_assign", on=today, reason="决定援助", by=by)
        work.set_next(item, next_on=today + timedelta(days=2), next_step="指派律师或法律工作者")
    else:
        work.close_item(item, outcome="不予援助", by=by, today=today)
    return _save(row, move, "decided_on", "reason", "has_passed_means", by=by)


@transaction.atomic
def assign(*, aid_id: UUID, lawyer: str, by: Actor, today: date) -> LegalAid:
    """指派: a lawyer or legal worker, within three days."""
    row = _locked(aid_id, "assign", by=by)
    if not lawyer.strip():
        raise Invalid(fields={"lawyer": "请填写承办律师或法律工作者。"})
    row.lawyer, row.assigned_on = lawyer.strip()[:60], today
    with lending("work", Places.only([row.division])):
        item = work.item_of(LEGAL_AID.key, row.id)
    work.stop_clock(item, on=today, reason="已指派", by=by)
    work.set_next(item, next_on=today + timedelta(days=30), next_step="了解承办进展")
    return _save(row, "assign", "lawyer", "assigned_on", by=by)


@transaction.atomic
def finish(*, aid_id: UUID, result: str, by: Actor, today: date) -> LegalAid:
    """结案: with the result."""
    row = _locked(aid_id, "finish", by=by)
    if not result.strip():
        raise Invalid(fields={"result": "请写明援助结果。"})
    if row.finished_on is not None:
        raise Conflict("已经结案。")
    row.result, row.finished_on = result.strip()[:300], today
    with lending("work", Places.only([row.division])):
        item = work.item_of(LEGAL_AID.key, row.id)
    work.close_item(item, outcome="已结案", by=by, today=today)
    return _save(row, "finish", "result", "finished_on", by=by)
