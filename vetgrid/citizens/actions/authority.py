"""Do: say who may act for a person, and end it. An act of a helper counts as the person's own and is marked."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from vetgrid.audit.trail import record
from vetgrid.citizens.actions.signing_in import EVERYWHERE
from vetgrid.citizens.models import AssistedAct, Authority
from vetgrid.citizens.permissions import CitizensPermission
from vetgrid.citizens.policy import policy
from vetgrid.core.actor import Actor, Citizen, require
from vetgrid.core.acts import Act
from vetgrid.core.codes import codes
from vetgrid.core.crypto import blind, blinds
from vetgrid.core.errors import Conflict, Invalid, NotAllowed, NotFound
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.registry import rules
from vetgrid.registry.models import Person


@dataclass(frozen=True)
class Entrusting:
    """Who shall act, how related, and until when (the first day without it)."""

    helper_name: str
    helper_phone: str
    relation: str
    to_on: date | None


@transaction.atomic
def record_authority(
    asked: Entrusting, *, person_id: UUID, proof_kind: str, proof_note: str, by: Actor, today: date
) -> Authority:
    """登记代办授权: by a clerk who has seen the paper."""
    person = Person.objects.filter(pk=person_id, merged_into=None).first()
    if person is None:
        raise NotFound()
    require(by, CitizensPermission.BIND, at=person.division)
    found = {} if proof_kind in codes("proof_kind") else {"proof_kind": "请选择核实时看过的证明材料。"}
    row = _row(asked, person.id, person.division, wrong=found, by=by, today=today)
    row.proof_kind, row.proof_note = proof_kind, proof_note.strip()[:200]
    row.save(force_insert=True)
    _note(row, "citizens.authorise", by=by)
    return row


@transaction.atomic
def give_authority(asked: Entrusting, *, by: Citizen, today: date) -> Authority:
    """本人授权代办: by the person at the mini-program; a helper cannot pass it on."""
    if by.authority_id is not None:
        raise NotAllowed("代办人不能再授权他人。请本人办理。", code="not_by_helper")
    row = _row(asked, by.person, by.division, wrong={}, by=by, today=today)
    row.is_by_person = True
    with lending("citizens", Places.only([by.division])):
        row.save(force_insert=True)
    _note(row, "citizens.authorise", by=by)
    return row


def _row(
    asked: Entrusting, person_id: UUID, division: int, *, wrong: dict[str, str], by: Actor, today: date
) -> Authority:
    if not asked.helper_name.strip():
        wrong["helper_name"] = "请填写代办人姓名。"
    try:
        phone = rules.phone(asked.helper_phone)
    except ValueError as error:
        wrong["helper_phone"] = str(error)
    if asked.relation not in codes("appeal_relation"):
        wrong["relation"] = "请选择代办人与本人的关系。"
    longest = policy().authority_days
    if asked.to_on is None or not today < asked.to_on <= today + timedelta(days=longest):
        wrong["to_on"] = "请填写截止日期,最长一年,到期可以再授权。"
    if wrong or asked.to_on is None:
        raise Invalid(fields=wrong)
    with lending("citizens", EVERYWHERE):
        held = Authority.objects.filter(
            helper_index__in=blinds(phone, "phone"), revoked_at=None, to_on__gt=today
        ).exclude(person_id=person_id)
        if held.values("person").distinct().count() >= policy().per_helper:
            raise Conflict(f"一个人最多为{policy().per_helper}人代办。请另选代办人,或由服务站工作人员代办。")
    return Authority(
        person_id=person_id,
        division=division,
        helper_name=asked.helper_name.strip()[:40],
        helper_phone=phone,
        helper_index=blind(phone, "phone"),
        relation=asked.relation,
        from_on=today,
        to_on=asked.to_on,
        recorded_by=by.id,
        recorded_by_name=by.name,
        recorded_at=timezone.now(),
    )


@transaction.atomic
def revoke_authority(*, authority_id: UUID, by: Actor, today: date) -> Authority:
    """收回授权: by the person or by a clerk; the helper cannot act from the next call on."""
    row = Authority.objects.filter(pk=authority_id, revoked_at=None).first()
    if row is None or (isinstance(by, Citizen) and row.person_id != by.person):
        raise NotFound("没有找到这条授权,它可能已经收回。")
    if not isinstance(by, Citizen):
        require(by, CitizensPermission.BIND, at=row.division)
    row.revoked_at, row.revoked_by_name = timezone.now(), by.name
    with lending("citizens", Places.only([row.division])):
        row.save(update_fields=["revoked_at", "revoked_by_name"])
    _note(row, "citizens.revoke", by=by)
    return row


def _note(row: Authority, verb: str, *, by: Actor) -> None:
    record(by, verb, division=row.division, table="citizens_authority", row=row.id, person=row.person_id)


def note_assisted(act: Act, by: Citizen, result: object) -> None:
    """Called after each act: an act of a helper leaves a row that the person sees."""
    if not by.helper:
        return
    row = AssistedAct(
        person_id=by.person,
        division=by.division,
        act=act.key,
        label=act.label[:40],
        by=by.id,
        by_name=by.helper,
        authority_id=by.authority_id,
        at=timezone.now(),
    )
    with lending("citizens", Places.only([by.division])):
        row.save(force_insert=True)
