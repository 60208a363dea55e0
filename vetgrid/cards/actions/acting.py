"""One way to make a move: lock, check right, version and state, then write the step and the trail; and the work item beside it."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from vetgrid.audit.trail import record
from vetgrid.cards.kinds import APPLICATION as ITEM
from vetgrid.cards.models import Application, Card, CardStep, Step
from vetgrid.cards.states import APPLICATION, CARD, OPEN
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import CHINA, now
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.scope import lending
from vetgrid.notices.actions import Message, tell
from vetgrid.notices.models import Notice
from vetgrid.orgs.models import Station
from vetgrid.registry.models import Person
from vetgrid.work import actions as work
from vetgrid.work.models import WorkItem


@dataclass
class Moving:
    """An application in the middle of a move."""

    application: Application
    move: str
    before: str
    by: Actor
    today: date


def begin(application_id: UUID, move: str, *, by: Actor, today: date, version: int | None = None) -> Moving:
    """The application, locked, if the mover may and the state allows; otherwise a sentence that says who was faster."""
    rows = Application.objects.select_for_update(of=("self",)).filter(pk=application_id)
    one = rows.select_related("station").first()
    if one is None:
        raise NotFound("没有找到这件申领。它可能不在您的管辖范围内。请返回列表重新查找。")
    require(by, APPLICATION.move(move).permission, at=one.division)
    last = Step.objects.filter(application=one).order_by("-at", "-id").first()
    told = _told(last, {entry.key: entry.label for entry in APPLICATION.moves})
    try:
        APPLICATION.after(one.state, move)
    except Conflict as conflict:
        raise Conflict(told + conflict.sentence) from conflict
    if version is not None and version != one.version:
        raise Conflict(f"{told}您看到的内容已经过时,刚才的操作没有保存。请刷新页面,看过最新情况再办理。")
    return Moving(one, move, one.state, by, today)


def _told(last: Step | CardStep | None, labels: dict[str, str]) -> str:
    if last is None:
        return ""
    label = labels.get(last.move, "登记")
    return f"{last.by_name}已在{last.at.astimezone(CHINA):%-m月%-d日%H:%M}办理“{label}”。"


def finish(moving: Moving, *, note: str = "", fields: tuple[str, ...] = ()) -> Application:
    """Writes the new state with the step and the trail."""
    one = moving.application
    one.state = APPLICATION.after(moving.before, moving.move)
    one.version += 1
    one.stage_on = moving.today
    one.closed_on = None if one.state in OPEN else moving.today
    one.save(update_fields=["state", "version", "stage_on", "closed_on", *fields])
    add_step(one, moving.move, moving.before, note=note, by=moving.by, today=moving.today)
    record(
        moving.by,
        f"cards.{moving.move}",
        division=one.division,
        table="cards_application",
        row=one.id,
        person=one.person_id,
        reason=note[:200],
        detail={"from": moving.before, "to": one.state},
    )
    return one


def step_of(one: Application, move: str, before: str, *, note: str, by: Actor, today: date) -> Step:
    return Step(
        application=one,
        division=one.division,
        move=move,
        from_state=before,
        to_state=one.state,
        on=today,
        at=now(),
        by_name=by.name,
        note=note[:500],
    )


def add_step(one: Application, move: str, before: str, *, note: str, by: Actor, today: date) -> None:
    step_of(one, move, before, note=note, by=by, today=today).save(force_insert=True)


def begin_card(card_id: UUID, move: str, *, by: Actor, version: int | None = None) -> Card:
    """The card, locked, if the mover may and its state allows."""
    rows = Card.objects.select_for_update(of=("self",)).filter(pk=card_id)
    card = rows.select_related("application", "application__station", "station").first()
    if card is None:
        raise NotFound("没有找到这张证卡。它可能不在您的管辖范围内。请返回列表重新查找。")
    require(by, CARD.move(move).permission, at=card.division)
    last = CardStep.objects.filter(card=card).order_by("-at", "-id").first()
    told = _told(last, {entry.key: entry.label for entry in CARD.moves})
    try:
        CARD.after(card.state, move)
    except Conflict as conflict:
        raise Conflict(told + conflict.sentence) from conflict
    if version is not None and version != card.version:
        raise Conflict(f"{told}您看到的内容已经过时,刚才的操作没有保存。请刷新页面,看过最新情况再办理。")
    return card


def finish_card(
    card: Card, move: str, *, by: Actor, today: date, note: str = "", fields: tuple[str, ...] = (), to: str = ""
) -> Card:
    """Writes the card's new state with its step and the trail. `to` names the state where the table leaves it open."""
    before = card.state
    card.state = to or CARD.after(before, move)
    card.version += 1
    if card.state != before:
        card.stage_on = today
    card.save(update_fields=["state", "stage_on", "version", *fields])
    CardStep(
        card=card,
        division=card.division,
        move=move,
        from_state=before,
        to_state=card.state,
        on=today,
        at=now(),
        by_name=by.name,
        note=note[:500],
    ).save(force_insert=True)
    record(
        by,
        f"cards.card_{move}",
        division=card.division,
        table="cards_card",
        row=card.id,
        person=card.person_id,
        reason=note[:200],
        detail={"from": before, "to": card.state},
    )
    return card


def county_of(division: int) -> Places:
    return Places.of([ancestor(division, Level.COUNTY)])


def item_for(one: Application) -> WorkItem:
    """The application's open item, wherever in the county it lies now."""
    with lending("work", county_of(one.division)):
        return work.item_of(ITEM.key, one.id)


def hand_item(
    one: Application, station: Station, *, limit: str, next_step: str, days: int, reason: str, by: Actor, today: date
) -> WorkItem:
    """The application's item goes to the station that acts next, with the clock of that stage."""
    item = item_for(one)
    work.stop_clock(item, on=today, reason=reason, by=by)
    next_on = today + timedelta(days=days)
    if item.station_id != station.id:
        work.move_item(item, station=station, next_on=next_on, next_step=next_step, by=by, today=today)
    if limit:
        work.start_clock(item, limit, on=today, reason=reason, by=by)
    work.refresh(item)
    work.set_next(item, next_on=min(next_on, item.due_on or next_on), next_step=next_step)
    return item


def close_item(one: Application, *, outcome: str, by: Actor, today: date) -> None:
    work.close_item(item_for(one), outcome=outcome, by=by, today=today)


def county_station(division: int) -> Station:
    """The service centre of the county; raises Conflict where there is none yet."""
    with lending("orgs", Places.of([0])):
        found = Station.objects.filter(division=ancestor(division, Level.COUNTY), kind="city", closed_on=None).first()
    if found is None:
        raise Conflict("还没有登记市级服务中心,不能往下办理。请先在“服务中心(站)”里设立。")
    return found


def chain_stations(division: int) -> list[Station]:
    """The open stations of the village, its town and the county: where its people may apply. The town's first."""
    order = {"town": 0, "village": 1, "city": 2}
    with lending("orgs", Places.of([0])):
        rows = Station.objects.filter(
            division__in=[division, ancestor(division, Level.TOWN), ancestor(division, Level.COUNTY)], closed_on=None
        ).exclude(kind="university")
        return sorted(rows, key=lambda row: order.get(row.kind, 9))


def tell_holder(template: str, person: Person, values: dict[str, str], *, division: int, today: date) -> None:
    """A text message to the applicant or holder, in the queue of this very transaction."""
    tell(
        [
            Message(
                template=template,
                division=division,
                person_id=person.id,
                channel=Notice.Channel.SMS,
                address=person.phone,
                values=values,
            )
        ],
        today=today,
    )


def person_of(one: Application | Card) -> Person:
    """The person, also for somebody who may not read the file: only to be told something."""
    with lending("registry", county_of(one.division)):  # the closed file of a merge may lie in another village
        return Person.objects.get(pk=one.person_id)


def required(field: str, text: str, sentence: str) -> None:
    if not text.strip():
        raise Invalid(fields={field: sentence})
