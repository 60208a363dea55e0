"""Do: the moves of an appeal, each with what it demands: reason, letter, clock, owner."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from vetgrid.appeals.actions.acting import Moving, begin, finish, work_of
from vetgrid.appeals.actions.registering import open_station, tell_person
from vetgrid.appeals.letters import spoken, write_letter
from vetgrid.appeals.limits import objection
from vetgrid.appeals.models import Appeal, Letter, Step
from vetgrid.core.actor import Actor
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict, Invalid
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.orgs.models import Station
from vetgrid.orgs.queries import exceptions_for
from vetgrid.orgs.rules import add_working_days
from vetgrid.work import actions as work
from vetgrid.work.models import WorkItem


@dataclass(frozen=True)
class OpinionText:
    """What a written opinion must state: facts, law, and the answer (信访工作条例 第三十二条)."""

    facts: str
    law: str
    answer: str
    opinion: str = ""
    promise: str = ""
    promised_on: date | None = None
    is_solved: bool = False


def required(**texts: str) -> None:
    sentences = {
        "reason": "请写明理由。",
        "note": "请写明说明,对方要靠它了解情况。",
        "facts": "请写明查明的事实。",
        "law": "请写明依据的法律、法规或政策条款。",
        "answer": "请写明答复内容。",
    }
    missing = {key: sentences.get(key, "请填写这一项。") for key, text in texts.items() if not text.strip()}
    if missing:
        raise Invalid(fields=missing)


def _addressee(appeal: Appeal) -> str:
    return appeal.applicant or "反映人"


@transaction.atomic
def accept(*, appeal_id: UUID, by: Actor, today: date, version: int | None = None) -> Appeal:
    """受理: the informing clock stops, the handling clock starts, the notice of acceptance is made."""
    moving = begin(appeal_id, "accept", by=by, today=today, version=version)
    appeal, item = moving.appeal, work_of(moving.appeal)
    running = work.running_clock(item)
    if running is None or running.limit != "appeal_handle":
        work.stop_clock(item, on=today, reason="受理", by=by)
        work.start_clock(item, "appeal_handle", on=today, reason="受理", by=by)
    work.refresh(item)
    due = item.due_on or today
    work.set_next(item, next_on=min(due, today + timedelta(days=10)), next_step="调查核实,起草答复")
    appeal.accepted_on = appeal.accepted_on or today
    write_letter(appeal, Letter.Kind.ACCEPTANCE, {"due": spoken(due)}, addressee=_addressee(appeal), by=by, today=today)
    finish(moving, note=f"最迟{spoken(due)}前答复", fields=("accepted_on",))
    if appeal.person:
        values = {"number": appeal.number, "station": appeal.station.name, "day": spoken(due)}
        tell_person("appeal_accepted", appeal.person, values, division=appeal.division, today=today)
    return appeal


@transaction.atomic
def refuse(*, appeal_id: UUID, reason: str, note: str, by: Actor, today: date, version: int | None = None) -> Appeal:
    """不予受理: with a reason from the table and where the person can go instead."""
    moving = begin(appeal_id, "refuse", by=by, today=today, version=version)
    table = codes("appeal_refusal")
    if reason not in table:
        raise Invalid(fields={"reason": "请选择不予受理的理由。"})
    required(note=note)
    item = work_of(moving.appeal)
    work.stop_clock(item, on=today, reason="不予受理", by=by)
    work.set_next(item, next_on=today + timedelta(days=3), next_step="送达告知书后归档")
    write_letter(
        moving.appeal,
        Letter.Kind.NON_ACCEPTANCE,
        {"reason": table.label(reason), "note": note.strip()},
        addressee=_addressee(moving.appeal),
        by=by,
        today=today,
    )
    return finish(moving, note=f"{table.label(reason)}。{note.strip()}")


@transaction.atomic
def transfer(
    *, appeal_id: UUID, station_id: UUID, note: str, by: Actor, today: date, version: int | None = None
) -> Appeal:
    """转送: to another station, which gets an owner at once. A handling clock that runs goes on; otherwise the receiver informs anew."""
    moving = begin(appeal_id, "transfer", by=by, today=today, version=version)
    required(note=note)
    appeal, target = moving.appeal, open_station(station_id)
    if target.id == appeal.station_id:
        raise Invalid(fields={"station": "这件诉求已经在该服务站,请选择另一个服务站。"})
    origin = appeal.station
    write_letter(appeal, Letter.Kind.TRANSFER, {"note": note.strip()}, addressee=target.name, by=by, today=today)
    item = work_of(appeal)
    handling = appeal.accepted_on is not None
    if not handling:
        work.stop_clock(item, on=today, reason=f"转送{target.name}", by=by)
    work.move_item(
        item,
        station=target,
        next_on=_objection_until(target, today),
        next_step="接收审核;不属本站的提出异议",
        by=by,
        today=today,
    )
    if not handling:
        work.start_clock(item, "appeal_inform", on=today, reason=f"{origin.name}转送", by=by)
    relocate(moving, target, sender=origin, today=today)
    return finish(moving, note=f"转送{target.name}:{note.strip()}", station=origin)


def relocate(moving: Moving, target: Station, *, sender: Station | None, today: date) -> None:
    appeal = moving.appeal
    old = appeal.division
    appeal.station, appeal.division, appeal.sender = target, target.division, sender
    appeal.transferred_on = today
    with lending("appeals", Places.only({old, target.division, appeal.origin})):
        appeal.save(update_fields=["station", "division", "sender", "transferred_on"])


def _objection_until(station: Station, on: date) -> date:
    with lending("orgs", Places.chain(station.division)):
        return add_working_days(on, objection(on).days, exceptions=exceptions_for(station.division))


@transaction.atomic
def object_to(*, appeal_id: UUID, reason: str, by: Actor, today: date, version: int | None = None) -> Appeal:
    """提出异议: within five working days after the transfer; the sender decides."""
    moving = begin(appeal_id, "object", by=by, today=today, version=version)
    required(reason=reason)
    appeal = moving.appeal
    until = _objection_until(appeal.station, appeal.transferred_on or today)
    if today > until:
        raise Conflict(f"转送后5个工作日内可以提出异议,已于{spoken(until)}截止。请受理,或与转送单位协商后由其收回。")
    work.set_next(work_of(appeal), next_on=today + timedelta(days=3), next_step="等待转送单位核实异议")
    return finish(moving, note=reason.strip())


@transaction.atomic
def agree_to_objection(*, appeal_id: UUID, note: str, by: Actor, today: date, version: int | None = None) -> Appeal:
    """同意异议: the appeal comes back to the sender."""
    moving = begin(appeal_id, "agree", by=by, today=today, version=version)
    appeal = moving.appeal
    sender = appeal.sender
    if sender is None:
        raise Conflict("找不到转送单位,不能退回。请改为转送。")
    item = work_of(appeal)
    work.move_item(
        item, station=sender, next_on=today + timedelta(days=3), next_step="重新确定承办单位", by=by, today=today
    )
    relocate(moving, sender, sender=None, today=today)
    return finish(moving, note=note.strip() or "同意异议,退回", station=sender)


@transaction.atomic
def insist(*, appeal_id: UUID, note: str, by: Actor, today: date, version: int | None = None) -> Appeal:
    """不同意异议: it stays where it is."""
    moving = begin(appeal_id, "insist", by=by, today=today, version=version)
    required(note=note)
    work.set_next(work_of(moving.appeal), next_on=today + timedelta(days=3), next_step="按转送要求受理")
    return finish(moving, note=note.strip(), station=moving.appeal.sender)


@transaction.atomic
def ask_extension(*, appeal_id: UUID, reason: str, by: Actor, today: date, version: int | None = None) -> Appeal:
    """申请延期: somebody with the right to approve decides."""
    moving = begin(appeal_id, "ask_extension", by=by, today=today, version=version)
    required(reason=reason)
    appeal = moving.appeal
    if appeal.extension_asked_by is not None:
        raise Conflict("已有一份延期申请等待审批。")
    if Step.objects.filter(appeal=appeal, move="extend", on__gte=appeal.accepted_on or today).exists():
        raise Conflict("这件诉求已经延期过一次,不能再延期(信访工作条例第三十四条)。请尽快答复。")
    appeal.extension_asked_by, appeal.extension_reason = by.id, reason.strip()[:200]
    return finish(moving, note=reason.strip(), fields=("extension_asked_by", "extension_reason"))


@transaction.atomic
def decide_extension(
    *, appeal_id: UUID, is_approved: bool, note: str, by: Actor, today: date, version: int | None = None
) -> Appeal:
    """审批延期: by another person than the one who asked."""
    move = "extend" if is_approved else "decline_extension"
    moving = begin(appeal_id, move, by=by, today=today, version=version)
    appeal = moving.appeal
    if appeal.extension_asked_by is None:
        raise Conflict("没有等待审批的延期申请。")
    if appeal.extension_asked_by == by.id:
        raise Conflict("申请人不能批准自己的延期申请,请由另一位负责人审批。")
    reason = appeal.extension_reason
    appeal.extension_asked_by, appeal.extension_reason = None, ""
    if is_approved:
        item = work_of(appeal)
        work.extend_clock(item, "appeal_extend", on=today, reason=reason, by=by, approver=by)
        work.refresh(item)
        write_letter(
            appeal,
            Letter.Kind.EXTENSION,
            {"reason": reason, "due": spoken(item.due_on or today)},
            addressee=_addressee(appeal),
            by=by,
            today=today,
        )
    return finish(moving, note=note.strip() or reason, fields=("extension_asked_by", "extension_reason"))


@transaction.atomic
def answer(*, appeal_id: UUID, text: OpinionText, by: Actor, today: date, version: int | None = None) -> Appeal:
    """书面答复: the written opinion; the handling clock stops, calling back becomes the next step."""
    moving = begin(appeal_id, "answer", by=by, today=today, version=version)
    required(facts=text.facts, law=text.law, answer=text.answer)
    if text.opinion not in Appeal.Opinion.values:
        raise Invalid(fields={"opinion": "请选择处理意见:支持、解释说明、不予支持或采纳。"})
    if bool(text.promise.strip()) != bool(text.promised_on):
        raise Invalid(fields={"promised_on": "承诺事项和承诺日期要一起填写,以便到期检查。"})
    if text.promised_on and text.promised_on < today:
        raise Invalid(fields={"promised_on": "承诺日期不能早于今天。"})
    appeal = moving.appeal
    answer_letter(appeal, Letter.Kind.OPINION, text, by=by, today=today)
    appeal.opinion, appeal.is_solved, appeal.answered_on = text.opinion, text.is_solved, today
    appeal.handler_id = by.staff_id
    appeal.promise, appeal.promised_on = text.promise.strip()[:200], text.promised_on
    to_call_back(appeal, by=by, today=today, reason="书面答复")
    fields = ("opinion", "is_solved", "answered_on", "handler", "promise", "promised_on")
    finish(moving, note=f"{appeal.get_opinion_display()}:{text.answer.strip()}", fields=fields)
    if appeal.person:
        values = {"number": appeal.number, "station": appeal.station.name}
        tell_person("appeal_answered", appeal.person, values, division=appeal.division, today=today)
    return appeal


def answer_letter(appeal: Appeal, kind: str, text: OpinionText, *, by: Actor, today: date) -> None:
    values = {
        "wish": appeal.wish.reveal() if appeal.wish else appeal.title,
        "facts": text.facts.strip(),
        "law": text.law.strip(),
        "answer": text.answer.strip(),
        "opinion": dict(Appeal.Opinion.choices).get(text.opinion, ""),
    }
    write_letter(appeal, kind, values, addressee=_addressee(appeal), by=by, today=today)


def to_call_back(appeal: Appeal, *, by: Actor, today: date, reason: str) -> None:
    item = work_of(appeal)
    work.stop_clock(item, on=today, reason=reason, by=by)
    work.start_clock(item, "call_back", on=today, reason=reason, by=by)
    work.refresh(item)
    work.set_next(item, next_on=item.due_on or today, next_step="回访,听取意见")


@transaction.atomic
def call_back(*, appeal_id: UUID, note: str, by: Actor, today: date, version: int | None = None) -> Appeal:
    """回访: what the person says of the answer."""
    moving = begin(appeal_id, "call_back", by=by, today=today, version=version)
    required(note=note)
    item = work_of(moving.appeal)
    work.stop_clock(item, on=today, reason="回访", by=by)
    work.set_next(item, next_on=today + timedelta(days=3), next_step="办结归档")
    return finish(moving, note=note.strip())


@transaction.atomic
def close(*, appeal_id: UUID, note: str, by: Actor, today: date, version: int | None = None) -> Appeal:
    """办结归档: the work item ends; joint parts must have ended before."""
    moving = begin(appeal_id, "close", by=by, today=today, version=version)
    appeal = moving.appeal
    open_parts = appeal.parts.filter(done_on=None).count()
    if open_parts:
        raise Conflict(f"还有{open_parts}个协办单位没有反馈,不能办结。请先催办或收回协办。")
    work.close_item(work_of(appeal), outcome="办结归档", by=by, today=today)
    appeal.closed_on = today
    return finish(moving, note=note.strip(), fields=("closed_on",))


@transaction.atomic
def withdraw(*, appeal_id: UUID, note: str, by: Actor, today: date, version: int | None = None) -> Appeal:
    """撤回: the person takes the matter back."""
    moving = begin(appeal_id, "withdraw", by=by, today=today, version=version)
    required(note=note)
    work.close_item(work_of(moving.appeal), outcome="反映人撤回", by=by, today=today)
    moving.appeal.closed_on = today
    return finish(moving, note=note.strip(), fields=("closed_on",))


@transaction.atomic
def reopen(*, appeal_id: UUID, reason: str, by: Actor, today: date, version: int | None = None) -> Appeal:
    """重新办理: with a reason; a new item and a new handling clock."""
    moving = begin(appeal_id, "reopen", by=by, today=today, version=version)
    required(reason=reason)
    appeal = moving.appeal
    if Step.objects.filter(appeal=appeal, move="rereview").exists():
        raise Conflict("这件诉求已经复核终结,同一事实和理由不再受理(信访工作条例第三十六条)。有新情况的,请另行登记。")
    appeal.closed_on, appeal.accepted_on, appeal.is_solved = None, today, False
    restart(moving, appeal.station, limit="appeal_handle", step="重新调查核实")
    return finish(moving, note=reason.strip(), fields=("closed_on", "accepted_on", "is_solved"))


def restart(moving: Moving, station: Station, *, limit: str, step: str) -> WorkItem:
    """An open item with this limit: the old one where it is still open, a new one otherwise."""
    appeal = moving.appeal
    with lending("work", Places.only([appeal.division, station.division])):
        item = (
            WorkItem.objects.select_for_update(of=("self",))
            .filter(kind="appeal", subject_id=appeal.id, closed_on=None)
            .first()
        )
    if item is None:
        asked = work.Opening(
            kind="appeal",
            subject_id=appeal.id,
            title=f"{appeal.number} {appeal.title}",
            station=station,
            next_on=moving.today + timedelta(days=10),
            next_step=step,
            limit=limit,
            owner_id=moving.by.staff_id,
        )
        return work.open_item(asked, by=moving.by, today=moving.today)
    work.stop_clock(item, on=moving.today, reason=step, by=moving.by)
    if station.id != item.station_id:
        work.move_item(
            item,
            station=station,
            next_on=moving.today + timedelta(days=10),
            next_step=step,
            by=moving.by,
            today=moving.today,
        )
    work.start_clock(item, limit, on=moving.today, reason=step, by=moving.by)
    work.refresh(item)
    work.set_next(item, next_on=moving.today + timedelta(days=10), next_step=step)
    return item
