"""Do: batches are packed, counted by scanning and closed; every card on the list ends as received, short or damaged."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.cards import policy, rules
from vetgrid.cards.actions.acting import (
    Moving,
    begin_card,
    chain_stations,
    county_station,
    finish,
    finish_card,
    hand_item,
    item_for,
    person_of,
    tell_holder,
)
from vetgrid.cards.letters import spoken
from vetgrid.cards.models import Application, Batch, BatchLine, Card
from vetgrid.cards.permissions import CardsPermission
from vetgrid.cards.series import batch_number
from vetgrid.core.actor import Actor, require
from vetgrid.core.bulk import insert
from vetgrid.core.clock import now
from vetgrid.core.crypto import blinds
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.orgs.models import Station
from vetgrid.work import actions as work

COUNTS = {Batch.Leg.MAKER: "sign", Batch.Leg.DOWN: "count", Batch.Leg.UP: "count_up"}
"""What counting a card in means on each leg."""


@dataclass(frozen=True)
class Scan:
    """What a scan did: the line, and the sentence that the page says (and a screen reader speaks)."""

    line: BatchLine
    sentence: str


@transaction.atomic
def pack(*, station_id: UUID, card_ids: Iterable[UUID], note: str, by: Actor, today: date) -> Batch:
    """打包下发: chosen cards of one place go to one station, on a list that travels with them."""
    target = _station(station_id)
    cards = _cards(card_ids)
    senders = {card.station_id for card in cards}
    if len(senders) != 1 or None in senders:
        raise Invalid(fields={"cards": "一个批次的证卡必须在同一个服务站。请分开打包。"})
    sender = _station(next(iter(senders)))  # type: ignore[arg-type]  # None was refused above
    require(by, CardsPermission.HAND, at=sender.division)
    if any(card.state not in ("signed", "held", "handed_up") for card in cards):
        raise Conflict("所选证卡里有不在站内的,不能下发。请刷新后重新选择。")
    if sender.id == target.id and any(card.state != "signed" for card in cards):
        raise Invalid(fields={"station": "这些证卡已经在该服务站。"})
    for card in cards:
        if target.id not in {row.id for row in chain_stations(card.division)}:
            raise Invalid(fields={"station": f"{card.holder}({card.code})不在{target.name}的辖区,请分开打包。"})
    return _sent(Batch.Leg.DOWN, sender, target, cards, note=note, by=by, today=today)


@transaction.atomic
def hand_up(*, card_ids: Iterable[UUID], note: str, by: Actor, today: date) -> Batch:
    """逐级上交: cards whose holders could not be reached for three months go back up."""
    cards = _cards(card_ids)
    months = policy.pipeline()["unreachable_months"]
    for card in cards:
        require(by, CardsPermission.HAND, at=card.division)
        if card.state != "held" or card.received_on is None:
            raise Conflict(f"{card.code}不在站内待发,不能上交。请刷新后重新选择。")
        if not rules.is_unreachable(card.received_on, today=today, months=months) or card.tries == 0:
            day = spoken(rules.add_months(card.received_on, months))
            raise Conflict(f"{card.holder}({card.code})要到{day}仍联系不上、并有联系记录,才能上交。")
    sender = _station(cards[0].station_id)  # type: ignore[arg-type]  # a held card lies at a station
    if {card.station_id for card in cards} != {sender.id}:
        raise Invalid(fields={"cards": "一个批次的证卡必须在同一个服务站。请分开打包。"})
    return _sent(Batch.Leg.UP, sender, county_station(sender.division), cards, note=note, by=by, today=today)


def _cards(card_ids: Iterable[UUID]) -> list[Card]:
    wanted = set(card_ids)
    rows = Card.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("id")
    cards = list(rows.select_related("application", "application__station"))
    if not cards:
        raise Invalid(fields={"cards": "请勾选要打包的证卡。"})
    if len(cards) != len(wanted):
        raise NotFound("所选证卡里有不在您管辖范围内的。请刷新后重新选择。")
    return cards


def _station(station_id: UUID) -> Station:
    with lending("orgs", Places.of([0])):
        found = Station.objects.filter(pk=station_id, closed_on=None).first()
    if found is None:
        raise Invalid(fields={"station": "没有这个服务站,或它已经撤销。请重新选择。"})
    return found


def _sent(leg: str, sender: Station, target: Station, cards: list[Card], *, note: str, by: Actor, today: date) -> Batch:
    batch = Batch(
        division=target.division,
        origin=sender.division,
        number=batch_number(target.division, today.year),
        leg=leg,
        sender=sender,
        station=target,
        sent_on=today,
        sent_by_name=by.name,
        sent_count=len(cards),
        note=note.strip()[:300],
    )
    with lending("cards", Places.only({sender.division, target.division}) | Places.only({c.division for c in cards})):
        batch.save(force_insert=True)
        insert(
            BatchLine(
                batch=batch, division=batch.division, card=card, code=card.code, holder=card.holder, place=card.division
            )
            for card in cards
        )
        for card in cards:
            card.station = None
            finish_card(card, "send", by=by, today=today, note=f"{batch.number} {target.name}", fields=("station",))
    detail = {"number": batch.number, "count": len(cards), "to": target.name}
    record(by, CardsPermission.HAND, division=batch.origin, table="cards_batch", row=batch.id, detail=detail)
    return batch


def _open(batch_id: UUID, *, by: Actor) -> Batch:
    rows = Batch.objects.select_for_update(of=("self",)).filter(pk=batch_id)
    batch = rows.select_related("station", "sender").first()
    if batch is None:
        raise NotFound("没有找到这个批次。它可能不在您的管辖范围内,或由其他服务站清点。")
    require(by, CardsPermission.HAND, at=batch.division)
    if batch.closed_on is not None:
        raise Conflict(f"批次{batch.number}已由{batch.closed_by_name}在{spoken(batch.closed_on)}清点完毕,不能再改。")
    return batch


@transaction.atomic
def scan(*, batch_id: UUID, text: str, is_damaged: bool = False, by: Actor, today: date) -> Scan:
    """扫码清点: one card counted, by the code on its envelope or its number."""
    batch = _open(batch_id, by=by)
    line = _line(batch, text)
    outcome = BatchLine.Outcome.DAMAGED if is_damaged else BatchLine.Outcome.RECEIVED
    if line.outcome:
        raise Conflict(f"{line.holder}({line.code})已经清点为“{line.get_outcome_display()}”。")
    _count(batch, line, outcome, by=by, today=today)
    batch.save(update_fields=["received_count", "damaged_count", "version"])
    left = batch.sent_count - batch.received_count - batch.damaged_count - batch.short_count
    word = "破损" if is_damaged else "收到"
    return Scan(line, f"{word}:{line.holder}({line.code})。还有{left}张。")


def _line(batch: Batch, text: str) -> BatchLine:
    code = "".join(text.split()).upper()
    if code == batch.number:
        raise Conflict("这是本批次的批次号。请继续扫证卡信封上的码。")
    lines = BatchLine.objects.select_for_update(of=("self",)).filter(batch=batch)
    line = lines.filter(code=code).first() if code else None
    if line is None and code.isdigit():
        line = lines.filter(card__number_index__in=blinds(code, "card")).first()
    if line is None:
        raise Invalid(fields={"code": f"“{text.strip()[:30]}”不在本批次清单里。请核对是否装错批次,把它放在一边。"})
    return line


def _count(batch: Batch, line: BatchLine, outcome: str, *, by: Actor, today: date) -> None:
    """The line's outcome, the batch's number, and what it means for the card and its application."""
    line.outcome, line.counted_at, line.counted_by_name = outcome, now(), by.name
    line.save(update_fields=["outcome", "counted_at", "counted_by_name"])
    batch.version += 1
    setattr(batch, f"{outcome}_count", getattr(batch, f"{outcome}_count") + 1)
    card = (
        Card.objects.select_for_update(of=("self",))
        .select_related("application", "application__station")
        .get(pk=line.card_id)
    )
    if card.state not in ("made", "sent"):
        return  # it was cancelled on the way: it is counted, and stays cancelled
    if outcome == BatchLine.Outcome.RECEIVED:
        arrive(card, batch, by=by, today=today)
    elif outcome == BatchLine.Outcome.DAMAGED:
        card.ended_on, card.end_reason = today, "damaged"
        finish_card(card, "damage", by=by, today=today, note=batch.number, fields=("ended_on", "end_reason"))
        remake(card.application, note=f"{card.code}破损", by=by, today=today)
    else:
        finish_card(card, "short", by=by, today=today, note=batch.number)


def arrive(card: Card, batch: Batch, *, by: Actor, today: date, move: str = "") -> None:
    """The card lies at the batch's station from now on; at a station that issues, the clock of issuing starts."""
    way = COUNTS[Batch.Leg(batch.leg)]
    card.station = batch.station
    if way == "sign":
        card.signed_on = today
        finish_card(
            card, move or "sign", by=by, today=today, note=batch.number, fields=("station", "signed_on"), to="signed"
        )
        return
    if way == "count_up":
        finish_card(
            card, move or "count_up", by=by, today=today, note=batch.number, fields=("station",), to="handed_up"
        )
        hand_item(
            card.application,
            batch.station,
            limit="",
            next_step="上报省级中心,保管证卡",
            days=30,
            reason="无法联系,逐级上交",
            by=by,
            today=today,
        )
        return
    card.received_on, card.unissued_reason = today, "waiting"
    finish_card(
        card,
        move or "count",
        by=by,
        today=today,
        note=batch.number,
        fields=("station", "received_on", "unissued_reason"),
        to="held",
    )
    item = hand_item(
        card.application,
        batch.station,
        limit="card_issue",
        next_step="联系持证人,发放",
        days=3,
        reason="清点入站",
        by=by,
        today=today,
    )
    values = {"station": batch.station.name, "day": spoken(item.due_on or today)}
    tell_holder("card_ready", person_of(card), values, division=card.division, today=today)


def remake(one: Application, *, note: str, by: Actor, today: date) -> None:
    """重新制证: the application goes back to the maker's list."""
    if one.state != "made":
        return
    moving = Moving(one, "remake", one.state, by, today)
    item = item_for(one)
    work.set_next(item, next_on=today, next_step="通知制卡单位重新制证")
    finish(moving, note=note)


@transaction.atomic
def close(*, batch_id: UUID, note: str, by: Actor, today: date) -> Batch:
    """清点完毕: whatever was not scanned is short; from now on the counts balance and stay."""
    batch = _open(batch_id, by=by)
    waiting = list(BatchLine.objects.select_for_update(of=("self",)).filter(batch=batch, outcome="").order_by("code"))
    if waiting and not note.strip():
        raise Invalid(fields={"note": f"还有{len(waiting)}张没有扫到,将记为短少。请写明情况后再结束清点。"})
    for line in waiting:
        _count(batch, line, BatchLine.Outcome.SHORT, by=by, today=today)
    batch.closed_on, batch.closed_by_name = today, by.name
    batch.note = "；".join(part for part in (batch.note, note.strip()) if part)[:300]
    batch.save(update_fields=["short_count", "closed_on", "closed_by_name", "note", "version"])
    detail = {
        "number": batch.number,
        "sent": batch.sent_count,
        "received": batch.received_count,
        "short": batch.short_count,
        "damaged": batch.damaged_count,
    }
    record(
        by, "cards.close_batch", division=batch.division, table="cards_batch", row=batch.id, detail=detail, reason=note
    )
    return batch


@transaction.atomic
def find(*, card_id: UUID, note: str, by: Actor, today: date, version: int | None = None) -> Card:
    """短少找回: the card turned up; its line and its batch say so, and it lies where it was going."""
    card = begin_card(card_id, "find", by=by, version=version)
    if not note.strip():
        raise Invalid(fields={"note": "请写明在哪里找到。"})
    line = (
        BatchLine.objects.select_for_update(of=("self",))
        .filter(card=card, outcome=BatchLine.Outcome.SHORT)
        .order_by("-counted_at")
        .first()
    )
    if line is None:
        raise Conflict("这张证卡的批次由其他服务站清点,请由该站登记找回。")
    batch = Batch.objects.select_for_update(of=("self",)).select_related("station").get(pk=line.batch_id)
    require(by, CardsPermission.HAND, at=batch.division)
    line.outcome, line.counted_at, line.counted_by_name = BatchLine.Outcome.RECEIVED, now(), by.name
    line.save(update_fields=["outcome", "counted_at", "counted_by_name"])
    batch.received_count, batch.short_count, batch.version = (
        batch.received_count + 1,
        batch.short_count - 1,
        batch.version + 1,
    )
    batch.save(update_fields=["received_count", "short_count", "version"])
    arrive(card, batch, by=by, today=today, move="find")
    return card


@transaction.atomic
def write_off(*, card_id: UUID, note: str, by: Actor, today: date, version: int | None = None) -> Card:
    """按短少注销: nowhere to be found; another card is made."""
    card = begin_card(card_id, "write_off", by=by, version=version)
    if not note.strip():
        raise Invalid(fields={"note": "请写明查找的经过。"})
    card.ended_on, card.end_reason = today, "other"
    finish_card(card, "write_off", by=by, today=today, note=note.strip(), fields=("ended_on", "end_reason"))
    remake(card.application, note=f"{card.code}短少注销", by=by, today=today)
    return card


@transaction.atomic
def damage(*, card_id: UUID, note: str, by: Actor, today: date, version: int | None = None) -> Card:
    """站内破损: found unfit after it was counted in; the batch keeps its count, another card is made."""
    card = begin_card(card_id, "damage", by=by, version=version)
    if card.state != "held":
        raise Conflict("在途的证卡请在批次清点时登记破损。")
    if not note.strip():
        raise Invalid(fields={"note": "请写明破损的情况。"})
    card.ended_on, card.end_reason = today, "damaged"
    finish_card(card, "damage", by=by, today=today, note=note.strip(), fields=("ended_on", "end_reason"))
    one = card.application
    hand_item(
        one,
        county_station(one.division),
        limit="",
        next_step="通知制卡单位重新制证",
        days=3,
        reason="证卡破损",
        by=by,
        today=today,
    )
    remake(one, note=f"{card.code}破损", by=by, today=today)
    return card
