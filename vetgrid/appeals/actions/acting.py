"""One way to make a move: lock, check right, version and state, then write the step and the trail."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from vetgrid.appeals.models import Appeal, Step
from vetgrid.appeals.states import APPEAL
from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import CHINA, now
from vetgrid.core.errors import Conflict, NotFound
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.orgs.models import Station
from vetgrid.work.actions import item_of
from vetgrid.work.models import WorkItem

SENDERS_MOVES = ("agree", "insist")
"""Moves that belong to the station that transferred the appeal, not to the one that has it."""


@dataclass
class Moving:
    """An appeal in the middle of a move."""

    appeal: Appeal
    move: str
    before: str
    by: Actor
    today: date


def begin(appeal_id: UUID, move: str, *, by: Actor, today: date, version: int | None = None) -> Moving:
    """The appeal, locked, if the mover may and the state allows; otherwise a sentence that says who was faster."""
    seen = Appeal.objects.filter(pk=appeal_id).values_list("division", flat=True).first()
    if seen is None:
        raise NotFound("没有找到这件诉求。它可能已转走,或不在您的管辖范围内。请返回列表重新查找。")
    with lending("appeals", Places.only([seen])):
        rows = Appeal.objects.select_for_update(of=("self",)).filter(pk=appeal_id)
        appeal = rows.select_related("station", "origin_station", "sender").first()
    if appeal is None:
        raise Conflict("这件诉求刚刚被转送到别处,您的操作没有保存。请刷新页面查看最新情况。")
    place = appeal.division
    if move in SENDERS_MOVES and appeal.sender is not None:
        place = appeal.sender.division
    require(by, APPEAL.move(move).permission, at=place)
    try:
        APPEAL.after(appeal.state, move)
    except Conflict as conflict:
        raise Conflict(f"{_last_act(appeal)}{conflict.sentence}") from conflict
    if version is not None and version != appeal.version:
        raise Conflict(f"{_last_act(appeal)}您看到的内容已经过时,刚才的操作没有保存。请刷新页面,看过最新情况再办理。")
    return Moving(appeal, move, appeal.state, by, today)


def _last_act(appeal: Appeal) -> str:
    last = Step.objects.filter(appeal=appeal).order_by("-at", "-id").first()
    if last is None:
        return ""
    label = next((move.label for move in APPEAL.moves if move.key == last.move), "登记")
    return f"{last.by_name}已在{last.at.astimezone(CHINA):%-m月%-d日%H:%M}办理“{label}”。"


def finish(moving: Moving, *, note: str = "", fields: tuple[str, ...] = (), station: Station | None = None) -> Appeal:
    """Writes the new state with the step and the trail; `station` is where the step happened when it was not here."""
    appeal = moving.appeal
    appeal.state = APPEAL.after(moving.before, moving.move)
    appeal.version += 1
    here = station or appeal.station
    with lending("appeals", Places.only({appeal.division, here.division, appeal.origin})):
        appeal.save(update_fields=["state", "version", *fields])
        add_step(appeal, moving.move, moving.before, station=here, note=note, by=moving.by, today=moving.today)
    record(
        moving.by,
        f"appeals.{moving.move}",
        division=appeal.division,
        table="appeals_appeal",
        row=appeal.id,
        person=appeal.person_id,
        reason=note[:200],
        detail={"from": moving.before, "to": appeal.state},
    )
    return appeal


def add_step(appeal: Appeal, move: str, before: str, *, station: Station, note: str, by: Actor, today: date) -> None:
    Step(
        appeal=appeal,
        division=appeal.division,
        move=move,
        from_state=before,
        to_state=appeal.state,
        on=today,
        at=now(),
        by=by.id,
        by_name=by.name,
        station=station,
        note=note[:1000],
    ).save(force_insert=True)


def work_of(appeal: Appeal) -> WorkItem:
    """The appeal's open item; its place is lent, because the station that acts is not always the one that has it."""
    with lending("work", Places.only([appeal.division])):
        return item_of("appeal", appeal.id)
