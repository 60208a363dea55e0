"""Do: bind an account to a file by two facts, or let the station decide; a wrong fact and an unknown number look the same outside."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from vetgrid.audit.trail import record
from vetgrid.citizens import second_facts
from vetgrid.citizens.actions.counting import DAY, attempts, count
from vetgrid.citizens.actions.signing_in import EVERYWHERE, county
from vetgrid.citizens.models import Account, Binding, BindingRequest, CitizenSession
from vetgrid.citizens.permissions import CitizensPermission
from vetgrid.citizens.policy import policy
from vetgrid.core.actor import Actor, Citizen, require
from vetgrid.core.codes import codes
from vetgrid.core.crypto import blinds
from vetgrid.core.errors import Conflict, Invalid, NotFound, TooMany
from vetgrid.core.scope import lending
from vetgrid.notices.actions import Message, tell
from vetgrid.notices.models import Notice
from vetgrid.registry import rules
from vetgrid.registry.models import Person
from vetgrid.registry.permissions import RegistryPermission


@dataclass(frozen=True)
class Claim:
    """What the applicant typed."""

    name: str
    id_number: str
    second_fact_kind: str
    second_fact: str


@transaction.atomic
def bind(claim: Claim, *, by: Citizen, today: date) -> bool:
    """绑定档案: True when it is bound; False when the station must look at it, whatever the reason was."""
    claim = _checked(claim, by=by, today=today)
    with lending("citizens", EVERYWHERE):
        if Binding.objects.filter(account_id=by.id, ended_at=None).exists():
            raise Conflict("您的账号已经绑定档案,不需要再次绑定。", code="already_bound")
        is_locked = _count(claim, by=by)
    with lending("registry", EVERYWHERE), lending("grid", EVERYWHERE), lending("orgs", EVERYWHERE):
        person, reason = _find(claim)
    with lending("citizens", EVERYWHERE):
        if person is not None and Binding.objects.filter(person=person, ended_at=None).exists():
            reason = reason or "bound"
        reason = reason or ("locked" if is_locked else "")
        if person is not None and not reason:
            _bind(by.id, person, Binding.Way.FACTS, by_name="")
            BindingRequest.objects.filter(account_id=by.id, state="open").update(
                state="approved", decided_at=timezone.now(), decision_note="本人核对通过", decided_by_name="本人"
            )
            record(by, "citizens.bind", division=person.division, table="citizens_binding", person=person.id)
            return True
        _queue(claim, person, reason, by=by)
    record(by, "citizens.bind_queued", division=person.division if person else county())
    return False


def _checked(claim: Claim, *, by: Citizen, today: date) -> Claim:
    if by.helper:
        raise Invalid("代办时不能绑定。请切换回本人后再办理。")
    found = {}
    try:
        number = rules.id_number(claim.id_number, today=today).text
    except ValueError as error:
        found["id_number"] = str(error)
    if not claim.name.strip():
        found["name"] = "请填写姓名。"
    if claim.second_fact_kind not in BindingRequest.Kind.values:
        found["second_fact_kind"] = "请选择第二项核对信息。"
    if not claim.second_fact.strip() or len(claim.second_fact) > 40:
        found["second_fact"] = "请填写第二项核对信息。"
    if found:
        raise Invalid(fields=found)
    return Claim(claim.name.strip()[:60], number, claim.second_fact_kind, claim.second_fact.strip())


def _count(claim: Claim, *, by: Citizen) -> bool:
    """Counts the attempt; True when this number was tried too often to be bound without the station."""
    rule = policy()
    if attempts("bind_account", str(by.id), DAY) >= rule.binds_per_account:
        raise TooMany("今天尝试次数太多。请明天再试,或带身份证到就近的服务站绑定。")
    if attempts("bind_address", by.origin.address, DAY) >= rule.binds_per_address:
        raise TooMany("尝试次数太多。请明天再试,或带身份证到就近的服务站绑定。")
    is_locked = attempts("bind_number", claim.id_number, DAY) >= rule.binds_per_number
    for kind, key in (
        ("bind_account", str(by.id)),
        ("bind_address", by.origin.address),
        ("bind_number", claim.id_number),
    ):
        count(kind, key, division=county())
    return is_locked


def _find(claim: Claim) -> tuple[Person | None, str]:
    """The living person with this number, and what speaks against binding at once ('' when nothing does)."""
    rows = Person.objects.filter(id_index__in=blinds(claim.id_number, "id_number"), merged_into=None, died_on=None)
    found = list(rows.order_by("-is_veteran", "id")[:2])
    person = found[0] if found else None
    if person is None:
        return None, "unknown"
    if len(found) > 1 and found[1].is_veteran == person.is_veteran:
        return person, "unknown"
    is_name, is_fact = (
        person.name == claim.name,
        second_facts.is_right(claim.second_fact_kind, person, claim.second_fact),
    )
    return person, "" if is_name and is_fact else ("name" if not is_name else "fact")


def _bind(account: UUID, person: Person, way: str, *, by_name: str, proof_note: str = "") -> Binding:
    """Called in a lent scope. An older binding of the person ends, and with it the sessions of that phone."""
    moment = timezone.now()
    old = Binding.objects.select_for_update().filter(person=person, ended_at=None).first()
    if old is not None:
        old.ended_at, old.end_reason = moment, "改绑新账号"
        old.save(update_fields=["ended_at", "end_reason"])
        CitizenSession.objects.filter(account_id=old.account_id, ended_at=None).update(
            ended_at=moment, end_reason="rebound"
        )
    binding = Binding(
        account_id=account,
        person=person,
        division=person.division,
        way=way,
        bound_at=moment,
        bound_by_name=by_name,
        proof_note=proof_note[:200],
    )
    binding.save(force_insert=True)
    return binding


def _queue(claim: Claim, person: Person | None, reason: str, *, by: Citizen) -> None:
    account = Account.objects.get(pk=by.id)
    row = BindingRequest.objects.select_for_update().filter(account=account, state="open").first()
    row = row or BindingRequest(account=account, division=county())
    row.division, row.person = (person.division, person) if person else (county(), None)
    row.name, row.phone, row.id_number = claim.name, account.phone, claim.id_number
    row.second_fact_kind, row.second_fact = claim.second_fact_kind, claim.second_fact
    row.reason, row.asked_at = reason, timezone.now()
    row.save()


@transaction.atomic
def decide_binding(
    *,
    request_id: UUID,
    approve: bool,
    proof_kind: str,
    note: str,
    by: Actor,
    today: date,
    person_id: UUID | None = None,
) -> BindingRequest:
    """处理绑定申请: with the paper that was seen; an older binding of the same person ends."""
    row = BindingRequest.objects.select_for_update().filter(pk=request_id).first()
    if row is None:
        raise NotFound("没有找到这份绑定申请。它可能不在您的管辖范围内。")
    require(by, CitizensPermission.BIND, at=row.division)
    if row.state != BindingRequest.State.OPEN:
        raise Conflict("这份绑定申请已经处理过了,请刷新列表。")
    if approve:
        _approve(row, person_id=person_id, proof_kind=proof_kind, note=note, by=by)
    elif not note.strip():
        raise Invalid(fields={"note": "不通过时请写明原因,申请人会看到。"})
    row.state = BindingRequest.State.APPROVED if approve else BindingRequest.State.REFUSED
    row.proof_kind, row.decision_note = proof_kind if approve else "", note.strip()[:200]
    row.decided_at, row.decided_by_name = timezone.now(), by.name
    row.save()
    _tell(row, approve, today=today)
    record(
        by,
        CitizensPermission.BIND,
        division=row.division,
        table="citizens_bindingrequest",
        row=row.id,
        person=row.person_id,
        reason=note.strip(),
    )
    return row


def _approve(row: BindingRequest, *, person_id: UUID | None, proof_kind: str, note: str, by: Actor) -> None:
    wanted = person_id or row.person_id
    person = Person.objects.filter(pk=wanted, merged_into=None, died_on=None).first() if wanted else None
    if person is None or not by.may(RegistryPermission.READ, at=person.division):
        raise Invalid(fields={"person": "请先在人员档案里找到这个人,再办理绑定;没有档案的请先建档。"})
    require(by, CitizensPermission.BIND, at=person.division)
    if proof_kind not in codes("proof_kind"):
        raise Invalid(fields={"proof_kind": "请选择核实时看过的证件。"})
    with lending("citizens", EVERYWHERE):
        if Binding.objects.filter(account_id=row.account_id, ended_at=None).exists():
            raise Conflict("这个账号已经绑定了档案。请刷新列表。")
        label = codes("proof_kind").label(proof_kind)
        _bind(row.account_id, person, Binding.Way.STATION, by_name=by.name, proof_note=f"{label} {note.strip()}")
    row.person, row.division = person, person.division


@transaction.atomic
def end_binding(*, binding_id: UUID, reason: str, by: Actor, today: date) -> Binding:
    """解除绑定: a phone was lost or the wrong person bound; its sessions end at once."""
    row = Binding.objects.select_for_update().filter(pk=binding_id, ended_at=None).first()
    if row is None:
        raise NotFound("没有找到这条绑定,它可能已经解除。")
    require(by, CitizensPermission.BIND, at=row.division)
    if not reason.strip():
        raise Invalid(fields={"reason": "请写明解除原因。"})
    row.ended_at, row.end_reason = timezone.now(), reason.strip()[:40]
    with lending("citizens", EVERYWHERE):
        row.save(update_fields=["ended_at", "end_reason"])
        CitizenSession.objects.filter(account_id=row.account_id, ended_at=None).update(
            ended_at=row.ended_at, end_reason="unbound"
        )
    record(
        by,
        CitizensPermission.BIND,
        division=row.division,
        table="citizens_binding",
        row=row.id,
        person=row.person_id,
        reason=reason.strip(),
    )
    return row


def _tell(row: BindingRequest, approve: bool, *, today: date) -> None:
    if row.phone is None and not approve:
        return  # an account of WeChat alone: the answer shows when the mini-program is opened
    values = {"outcome": "已通过,请重新打开小程序" if approve else "未通过", "note": row.decision_note}
    message = Message(
        template="binding_decided",
        division=row.division,
        person_id=row.person_id if approve else None,
        channel=Notice.Channel.SMS,
        address=row.phone,
        values=values,
    )
    tell([message], today=today)
