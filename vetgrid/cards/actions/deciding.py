"""Do: what station and county decide on an application: accept, return, verify, review, refuse."""

from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.cards import policy, rules
from vetgrid.cards.actions.acting import (
    Moving,
    begin,
    close_item,
    county_station,
    finish,
    finish_card,
    hand_item,
    person_of,
    required,
    tell_holder,
)
from vetgrid.cards.letters import spoken, write_letter
from vetgrid.cards.models import Application, Card, Letter
from vetgrid.core.actor import Actor
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict, Invalid


def missing_for(one: Application) -> list[str]:
    """What stands against accepting, as sentences; empty when nothing does."""
    found = []
    papers = policy.materials_for(kind=one.kind, speaker=one.speaker)
    absent = [label for key, label in papers.items() if key not in one.materials]
    if absent:
        found.append(f"缺少材料:{'、'.join(absent)}")
    if one.photo is None:
        found.append("还没有照片")
    elif not one.is_photo_good:
        found.append("照片还没有通过核对")
    return found


def weight_of(one: Application, *, today: date) -> str:
    """hard, discretion or nothing: what the stated grounds amount to in this province."""
    return rules.verdict(one.grounds, policy.grounds(on=today), province=one.province)


@transaction.atomic
def accept(
    *, application_id: UUID, has_old_card: bool = False, by: Actor, today: date, version: int | None = None
) -> Application:
    """受理: with every paper and a good photograph; the old card of a replacement dies here. On to the county."""
    moving = begin(application_id, "accept", by=by, today=today, version=version)
    one = moving.application
    missing = missing_for(one)
    if missing:
        raise Conflict(f"还不能受理:{'；'.join(missing)}。请补齐,或退回补正。")
    if weight_of(one, today=today) == "hard":
        raise Conflict("申请人属于不予发放的情形,不能受理。请由县级作出“不予通过”的决定,书面告知。")
    if one.old_card_id is not None:
        _void_old(one, has_old_card, by=by, today=today)
    one.accepted_on = one.accepted_on or today
    one.reason = one.note = ""
    hand_item(
        one,
        county_station(one.division),
        limit="card_verify",
        next_step="核实身份和证件类别",
        days=5,
        reason="受理",
        by=by,
        today=today,
    )
    tell_holder("card_accepted", person_of(one), {"number": one.number}, division=one.division, today=today)
    return finish(moving, fields=("accepted_on", "reason", "note"))


def _void_old(one: Application, has_old_card: bool, *, by: Actor, today: date) -> None:
    """旧证作废: handed in, or lost for good; a resubmitted replacement finds it void already."""
    card = Card.objects.select_for_update(of=("self",)).get(replacements=one)
    if card.state == "replaced":
        return
    if one.replace_reason == "lost" and card.state != "lost":
        raise Conflict("遗失补领的旧证还没有正式挂失,不能受理。")
    if one.replace_reason != "lost" and not has_old_card:
        raise Invalid(fields={"has_old_card": "补换须先交回旧证。收到旧证后再受理。"})
    card.ended_on, card.end_reason = today, "replaced"
    fields = ["ended_on", "end_reason"]
    if has_old_card:
        card.returned_on = today
        fields.append("returned_on")
    finish_card(card, "replace", by=by, today=today, note=one.number, fields=tuple(fields))


@transaction.atomic
def send_back(
    *, application_id: UUID, reason: str, note: str, by: Actor, today: date, version: int | None = None, move: str = ""
) -> Application:
    """退回补正: everything that is missing said at once, in a letter; the history stays."""
    state = Application.objects.filter(pk=application_id).values_list("state", flat=True).first()
    moving = begin(
        application_id,
        move or ("return" if state == "submitted" else "return_county"),
        by=by,
        today=today,
        version=version,
    )
    if reason not in codes("card_return"):
        raise Invalid(fields={"reason": "请选择退回原因。"})
    required("note", note, "请一次写明全部需要补正的内容。")
    return returned(moving, reason, note.strip())


def returned(moving: Moving, reason: str, note: str) -> Application:
    """The return itself, whoever decided it: letter, clock, message."""
    one, by, today = moving.application, moving.by, moving.today
    label = codes("card_return").label(reason)
    item = hand_item(
        one,
        one.station,
        limit="card_correct",
        next_step=f"通知补正:{label}",
        days=3,
        reason="退回补正",
        by=by,
        today=today,
    )
    one.reason, one.note, one.verified_by = reason, note[:300], None
    if reason in ("photo", "maker_photo"):
        one.is_photo_good = False
    write_letter(one, Letter.Kind.SUPPLEMENT, {"reason": label, "note": note}, by=by, today=today)
    values = {
        "number": one.number,
        "reason": label,
        "note": note,
        "station": one.station.name,
        "day": spoken(item.due_on or today),
    }
    tell_holder("card_returned", person_of(one), values, division=one.division, today=today)
    return finish(moving, note=f"{label}。{note}", fields=("reason", "note", "verified_by", "is_photo_good"))


@transaction.atomic
def verify(*, application_id: UUID, note: str, by: Actor, today: date, version: int | None = None) -> Application:
    """核实: the identity is true and the kind is right."""
    moving = begin(application_id, "verify", by=by, today=today, version=version)
    required("note", note, "请写明核实的方式,例如“与退役档案一致”。")
    moving.application.verified_by = by.id
    hand_item(
        moving.application,
        county_station(moving.application.division),
        limit="card_verify",
        next_step="县级初审",
        days=5,
        reason="核实",
        by=by,
        today=today,
    )
    return finish(moving, note=note.strip(), fields=("verified_by",))


@transaction.atomic
def review(*, application_id: UUID, note: str, by: Actor, today: date, version: int | None = None) -> Application:
    """县初审通过: by somebody else than who verified; from here the thirty working days run."""
    moving = begin(application_id, "review", by=by, today=today, version=version)
    one = moving.application
    if one.verified_by == by.id:
        raise Conflict("核实和初审不能是同一个人。请由其他有初审权限的人办理。")
    weight = weight_of(one, today=today)
    if weight == "hard":
        raise Conflict("申请人属于不予发放的情形,不能通过初审。请办理“不予通过”。")
    one.is_discretionary, one.reviewed_on = weight == "discretion", today
    item = hand_item(
        one,
        county_station(one.division),
        limit="card_review",
        next_step="等待省级裁量决定" if one.is_discretionary else "等待市审核、省备案结果",
        days=15,
        reason="县初审通过",
        by=by,
        today=today,
    )
    values = {"number": one.number, "day": spoken(item.due_on or today)}
    tell_holder("card_reviewed", person_of(one), values, division=one.division, today=today)
    grounds = "、".join(policy.ground_label(key) for key in one.grounds)
    text = f"{note.strip()} 提请省级裁量:{grounds}" if one.is_discretionary else note.strip()
    return finish(moving, note=text, fields=("is_discretionary", "reviewed_on"))


@transaction.atomic
def refuse(
    *, application_id: UUID, reason: str, note: str, by: Actor, today: date, version: int | None = None
) -> Application:
    """不予通过: always in writing, with the ground."""
    moving = begin(application_id, "refuse", by=by, today=today, version=version)
    if reason not in codes("card_refusal"):
        raise Invalid(fields={"reason": "请选择不予通过的理由。"})
    required("note", note, "请写明事实和依据,它会写进告知书。")
    if reason == "hard" and weight_of(moving.application, today=today) != "hard":
        raise Invalid(fields={"reason": "申请里没有登记不予发放的情形,请改选理由,或先退回核对。"})
    return refused(moving, reason, note.strip())


def refused(moving: Moving, reason: str, note: str) -> Application:
    """The refusal itself, whoever decided it: letter, closed item, message."""
    one, by, today = moving.application, moving.by, moving.today
    label = codes("card_refusal").label(reason)
    found = [entry for entry in policy.grounds(on=today) if entry.key in one.grounds]
    ground = "".join(f"{entry.label}({entry.article})。" for entry in found)
    one.reason, one.note = reason, note[:300]
    write_letter(one, Letter.Kind.REFUSAL, {"reason": label, "ground": ground, "note": note}, by=by, today=today)
    close_item(one, outcome="不予通过", by=by, today=today)
    values = {"number": one.number, "reason": label, "station": one.station.name}
    tell_holder("card_refused", person_of(one), values, division=one.division, today=today)
    return finish(moving, note=f"{label}。{note}", fields=("reason", "note"))
