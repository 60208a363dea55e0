"""Do: what happens to a card from the station's drawer to its end: contact, issue, activation, loss, cancelling, handing in."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from vetgrid.cards import policy
from vetgrid.cards.actions.acting import (
    Moving,
    begin_card,
    close_item,
    county_of,
    finish,
    finish_card,
    item_for,
    person_of,
    required,
    tell_holder,
)
from vetgrid.cards.actions.applying import end
from vetgrid.cards.kinds import TAKE_BACK
from vetgrid.cards.letters import spoken
from vetgrid.cards.models import Application, Card
from vetgrid.cards.states import LIVING
from vetgrid.core.actor import Actor
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict, Invalid
from vetgrid.core.scope import lending
from vetgrid.registry.models import Person
from vetgrid.work import actions as work
from vetgrid.work.models import WorkItem


@transaction.atomic
def try_contact(*, card_id: UUID, reason: str, note: str, by: Actor, today: date, version: int | None = None) -> Card:
    """联系记录: how the holder was asked to come, and why the card still lies here."""
    card = begin_card(card_id, "try", by=by, version=version)
    if reason not in codes("card_unissued"):
        raise Invalid(fields={"reason": "请选择未发放的原因。"})
    required("note", note, "请写明联系的方式和结果。")
    card.unissued_reason, card.tries = reason, card.tries + 1
    work.set_next(item_for(card.application), next_on=today + timedelta(days=7), next_step="再次联系持证人")
    text = f"{codes('card_unissued').label(reason)}。{note.strip()}"
    return finish_card(card, "try", by=by, today=today, note=text, fields=("unissued_reason", "tries"))


@transaction.atomic
def issue(*, card_id: UUID, way: str, receiver: str = "", by: Actor, today: date, version: int | None = None) -> Card:
    """发放: into the holder's (or a named other's) hands; the application is done with it."""
    card = begin_card(card_id, "issue", by=by, version=version)
    if way not in Card.Ways.values:
        raise Invalid(fields={"way": "请选择发放方式。"})
    card.issued_on, card.issue_way, card.receiver = today, way, receiver.strip()[:40]
    card.station, card.unissued_reason = None, ""
    fields = ("issued_on", "issue_way", "receiver", "station", "unissued_reason")
    note = Card.Ways(way).label + (f",{card.receiver}代领" if card.receiver else "")
    finish_card(card, "issue", by=by, today=today, note=note, fields=fields)
    one = card.application
    close_item(one, outcome="已发证", by=by, today=today)
    finish(Moving(one, "finish", one.state, by, today), note=card.code)
    bank = policy.labels_of("bank").get(card.bank, "发卡银行")
    tell_holder("card_issued", person_of(card), {"bank": bank}, division=card.division, today=today)
    return card


@transaction.atomic
def activate(*, card_id: UUID, on: date, by: Actor, today: date, version: int | None = None) -> Card:
    """激活: the holder did it at the bank; noted here, or by the bank's file."""
    card = begin_card(card_id, "activate", by=by, version=version)
    if card.activated_on is not None:
        raise Conflict("这张证卡已经登记过激活。")
    if on > today or card.issued_on is None or on < card.issued_on:
        raise Invalid(fields={"on": "激活日期应在发放之后、今天或以前。"})
    card.activated_on = on
    return finish_card(card, "activate", by=by, today=today, fields=("activated_on",))


@transaction.atomic
def pause(*, card_id: UUID, on: date, by: Actor, today: date, version: int | None = None) -> Card:
    """临时挂失: by telephone or app at the bank; ends by itself."""
    card = begin_card(card_id, "pause", by=by, version=version)
    if on > today:
        raise Invalid(fields={"on": "挂失日期不能在今天以后。"})
    card.paused_until = on + timedelta(days=policy.pipeline()["temporary_loss_days"])
    if card.paused_until <= today:
        raise Invalid(fields={"on": f"从那天起的临时挂失已在{spoken(card.paused_until)}自动解除。"})
    tell_holder("card_paused", person_of(card), {"day": spoken(card.paused_until)}, division=card.division, today=today)
    return finish_card(
        card, "pause", by=by, today=today, note=f"{spoken(card.paused_until)}自动解除", fields=("paused_until",)
    )


@transaction.atomic
def lapse(*, card_id: UUID, by: Actor, today: date, version: int | None = None) -> Card:
    """解除临时挂失: found again, or the days are over."""
    card = begin_card(card_id, "lapse", by=by, version=version)
    is_over = card.paused_until is not None and card.paused_until <= today
    card.paused_until = None
    note = "到期自动解除" if is_over else "本人解除"
    return finish_card(card, "lapse", by=by, today=today, note=note, fields=("paused_until",))


@transaction.atomic
def lapse_all(*, by: Actor, today: date) -> int:
    """Every temporary loss whose days are over; returns how many."""
    due = list(Card.objects.filter(state="paused", paused_until__lte=today).order_by("id").values_list("id", flat=True))
    for key in due:
        lapse(card_id=key, by=by, today=today)
    return len(due)


@transaction.atomic
def lose(*, card_id: UUID, on: date, note: str, by: Actor, today: date, version: int | None = None) -> Card:
    """正式挂失: at the bank's counter with the ID card; leads to a replacement."""
    card = begin_card(card_id, "lose", by=by, version=version)
    if on > today or (card.issued_on and on < card.issued_on):
        raise Invalid(fields={"on": "挂失日期应在发放之后、今天或以前。"})
    required("note", note, "请写明办理挂失的银行网点或回执号。")
    card.lost_on, card.paused_until = on, None
    tell_holder(
        "card_lost", person_of(card), {"station": card.application.station.name}, division=card.division, today=today
    )
    return finish_card(card, "lose", by=by, today=today, note=note.strip(), fields=("lost_on", "paused_until"))


@transaction.atomic
def recover(*, card_id: UUID, note: str, by: Actor, today: date, version: int | None = None) -> Card:
    """撤销挂失: found before a replacement was accepted."""
    card = begin_card(card_id, "recover", by=by, version=version)
    if Application.objects.filter(old_card=card, closed_on=None).exists():
        raise Conflict("已申请遗失补领。请先撤回补领申请,再撤销挂失。")
    required("note", note, "请写明找回的经过和银行撤销挂失的情况。")
    card.lost_on = None
    return finish_card(card, "recover", by=by, today=today, note=note.strip(), fields=("lost_on",))


@transaction.atomic
def cancel(*, card_id: UUID, reason: str, note: str, by: Actor, today: date, version: int | None = None) -> Card:
    """注销: later disqualification, or a death that the register does not know yet."""
    card = begin_card(card_id, "cancel", by=by, version=version)
    if reason not in ("death", "disqualified", "merged", "other"):
        raise Invalid(fields={"reason": "请选择注销原因。"})
    required("note", note, "请写明事实和依据。")
    if reason == "merged" and not _twice(card):
        raise Invalid(fields={"reason": "此人只有这一张在用的证,不是合并后的重复。"})
    done = cancelled(card, reason=reason, note=note.strip(), by=by, today=today)
    kept = _kept_of(done)
    with lending("registry", county_of(done.division)):
        absorbed = list(Person.objects.filter(merged_into_id=kept).values_list("id", flat=True))
    gather(kept_id=kept, absorbed_ids=absorbed)
    done.refresh_from_db(fields=["person"])
    return done


def _kept_of(card: Card) -> UUID:
    """The file that stands for the holder now."""
    return person_of(card).merged_into_id or card.person_id


def _twice(card: Card) -> bool:
    """Whether merged files left the holder with another living card."""
    with lending("registry", county_of(card.division)):
        files = list(Person.objects.filter(merged_into_id=_kept_of(card)).values_list("id", flat=True))
    others = Card.objects.filter(person_id__in=[*files, _kept_of(card)], state__in=LIVING).exclude(pk=card.pk)
    return others.exists()


def gather(*, kept_id: UUID, absorbed_ids: Sequence[UUID]) -> None:
    """Cards of files that were merged go to the kept one; a second living card stays where it is, because a person has only one."""
    for card in Card.objects.filter(person_id__in=absorbed_ids).order_by("made_on", "id"):
        is_second = card.state in LIVING and Card.objects.filter(person_id=kept_id, state__in=LIVING).exists()
        if not is_second:
            Card.objects.filter(pk=card.pk).update(person_id=kept_id)


def cancelled(card: Card, *, reason: str, note: str, by: Actor, today: date) -> Card:
    """The cancelling itself, also for reactions: a card in the holder's hands is asked back, one in the drawer is back already."""
    one, was = card.application, card.state
    card.ended_on, card.end_reason, card.paused_until = today, reason, None
    fields = ["ended_on", "end_reason", "paused_until"]
    if was in ("signed", "held", "handed_up"):
        card.returned_on = today
        fields.append("returned_on")
    label = codes("card_end").label(reason)
    finish_card(card, "cancel", by=by, today=today, note=f"{label}。{note}", fields=tuple(fields))
    if one.state == "made":
        end(one, note=f"{card.code}注销:{label}", by=by, today=today)
    if was in ("issued", "paused"):
        item = work.open_item(
            work.Opening(
                kind=TAKE_BACK.key,
                subject_id=card.id,
                title=f"收回优待证 {card.code} {card.holder}",
                station=one.station,
                next_on=today + timedelta(days=10),
                next_step="联系持证人或家属交回证件",
                limit="card_take_back",
            ),
            by=by,
            today=today,
        )
        due = work.refresh(item).due_on or today
        values = {"reason": label, "day": spoken(due), "station": one.station.name}
        tell_holder("card_cancelled", person_of(card), values, division=card.division, today=today)
    return card


@transaction.atomic
def take_back(*, card_id: UUID, on: date, note: str, by: Actor, today: date, version: int | None = None) -> Card:
    """收回旧证: the plastic is back; an item that waited for it is closed."""
    card = begin_card(card_id, "take_back", by=by, version=version)
    if card.returned_on is not None:
        raise Conflict("旧证已经登记收回。")
    if on > today or (card.ended_on and on < card.made_on):
        raise Invalid(fields={"on": "收回日期不能在今天以后。"})
    card.returned_on = on
    with lending("work", county_of(card.division)):
        item = WorkItem.objects.filter(kind=TAKE_BACK.key, subject_id=card.id, closed_on=None).first()
    if item is not None:
        work.close_item(item, outcome="已收回", by=by, today=today)
    return finish_card(card, "take_back", by=by, today=today, note=note.strip(), fields=("returned_on",))
