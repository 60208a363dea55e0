"""Do: open, move, hand over and close items, and let their clocks start, pause, resume, extend and stop.

Called by verticals inside their own transaction, after they have checked the right to the act itself; the scope of the place
is lent here. Hand-over is an act of its own and checks its own permission.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from vetgrid.audit.trail import NOWHERE, record
from vetgrid.core.actor import Actor
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid, NotAllowed, NotFound
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.scope import confiding, lending
from vetgrid.notices.actions import Message, tell
from vetgrid.orgs.models import Post, Staff, Station
from vetgrid.work import rules
from vetgrid.work.calendars import calendar_of
from vetgrid.work.limits import limit_for
from vetgrid.work.models import Clock, ClockEvent, WorkItem
from vetgrid.work.permissions import WorkPermission

_RANK = (
    Post.Kind.AFFAIRS_OFFICER,
    Post.Kind.STATION_HEAD,
    Post.Kind.CENTRE_HEAD,
    Post.Kind.VILLAGE_HEAD,
    Post.Kind.VILLAGE_COMMITTEE,
    Post.Kind.SECTION_CHIEF,
    Post.Kind.TOWN_COMMITTEE,
)
"""Who takes an item that nobody was named for: the first of these posts at the station, the least burdened first."""


@dataclass(frozen=True)
class Opening:
    """What an item needs to be opened. `limit` starts a clock on `started_on`; without one only the next date counts."""

    kind: str
    subject_id: UUID
    title: str
    station: Station
    next_on: date
    next_step: str
    limit: str = ""
    started_on: date | None = None
    owner_id: UUID | None = None
    deputy_id: UUID | None = None
    priority: int = WorkItem.Priority.NORMAL
    is_confidential: bool = False


@contextmanager
def _at(*divisions: int, is_confidential: bool = False) -> Iterator[None]:
    """The scope of the item's place; a confidential item is opened for the vertical that has checked the right to it."""
    with lending("work", Places.only(divisions)), confiding() if is_confidential else nullcontext():
        yield


def open_item(asked: Opening, *, by: Actor, today: date) -> WorkItem:
    """Opens the item with owner and deputy; a limit starts its clock. Raises Conflict where the station has no staff."""
    owner, deputy = pick_owner(asked.station, wanted=asked.owner_id, deputy=asked.deputy_id)
    if asked.is_confidential:
        deputy = asked.deputy_id  # nobody learns of a confidential matter by default
    with _at(asked.station.division, is_confidential=asked.is_confidential):
        item = WorkItem(
            division=asked.station.division,
            kind=asked.kind,
            subject_id=asked.subject_id,
            title=asked.title[:120],
            station=asked.station,
            owner_id=owner,
            deputy_id=deputy,
            priority=asked.priority,
            opened_on=today,
            next_on=asked.next_on,
            next_step=asked.next_step[:60],
            is_confidential=asked.is_confidential,
        )
        item.save(force_insert=True)
        if asked.limit:
            start_clock(item, asked.limit, on=asked.started_on or today, reason="登记", by=by)
    _tell_owner(item, by=by, today=today)
    return item


def pick_owner(station: Station, *, wanted: UUID | None = None, deputy: UUID | None = None) -> tuple[UUID, UUID | None]:
    """Owner and deputy among the station's present staff. `wanted` wins when it serves there."""
    order = present_staff(station)
    with lending("orgs", Places.only([station.division])):
        open_posts = Post.objects.filter(division=station.division, to_on=None, staff__ended_on=None)
        present = set(open_posts.values_list("staff_id", flat=True))
    owner = wanted if wanted in present else (order[0] if order else None)
    if owner is None:
        raise Conflict(f"“{station.name}”还没有在岗人员,事项没有人负责。请先登记该站的工作人员,或转交其他服务站。")
    others = [staff for staff in order if staff != owner]
    return owner, deputy if deputy in present and deputy != owner else (others[0] if others else None)


def present_staff(station: Station) -> list[UUID]:
    """Who can take an item at the station, the most fitting post first, the least burdened first within it."""
    place = Places.only([station.division])
    with lending("orgs", place), lending("work", place):
        posts = Post.objects.filter(
            division=station.division, to_on=None, staff__ended_on=None, kind__in=_RANK
        ).annotate(load=Count("staff__work", filter=Q(staff__work__closed_on=None)))
        ranked = sorted(posts, key=lambda post: (_RANK.index(Post.Kind(post.kind)), post.load, str(post.staff_id)))
    return list(dict.fromkeys(post.staff_id for post in ranked))


def item_of(kind: str, subject_id: UUID) -> WorkItem:
    """The open item of a subject, locked; called in a scope that may see it. Raises Conflict when there is none."""
    item = (
        WorkItem.objects.select_for_update(of=("self",))
        .filter(kind=kind, subject_id=subject_id, closed_on=None)
        .order_by("id")
        .first()
    )
    if item is None:
        raise Conflict("这件事项已经办结,不能再办理。请刷新页面查看最新情况。")
    return item


def refresh(item: WorkItem) -> WorkItem:
    """The item as the clock's events have left it, wherever it lies now."""
    with _at(item.division, is_confidential=item.is_confidential):
        item.refresh_from_db()
    return item


def set_next(item: WorkItem, *, next_on: date, next_step: str, title: str | None = None) -> None:
    """The next date and what is to be done by then. The clock is not touched: an edit never resets it."""
    item.next_on, item.next_step = next_on, next_step[:60]
    item.title = title[:120] if title else item.title
    with _at(item.division, is_confidential=item.is_confidential):
        _save(item, "next_on", "next_step", "title")


def set_priority(item: WorkItem, priority: int) -> None:
    """How pressing it is; only shown and sorted by, the clock is not touched."""
    item.priority = priority
    with _at(item.division, is_confidential=item.is_confidential):
        _save(item, "priority")


def move_item(
    item: WorkItem,
    *,
    station: Station,
    next_on: date,
    next_step: str,
    by: Actor,
    today: date,
    owner_id: UUID | None = None,
) -> None:
    """To another station, with an owner there. The clock runs on."""
    owner, deputy = pick_owner(station, wanted=owner_id)
    with _at(item.division, station.division, is_confidential=item.is_confidential):
        item.station, item.division = station, station.division
        item.owner_id, item.deputy_id = owner, deputy
        item.next_on, item.next_step = next_on, next_step[:60]
        _save(item, "station", "division", "owner", "deputy", "next_on", "next_step")
    _tell_owner(item, by=by, today=today)


def close_item(item: WorkItem, *, outcome: str, by: Actor, today: date) -> None:
    """Ends the item; a clock that still runs stops today."""
    with _at(item.division, is_confidential=item.is_confidential):
        clock = running_clock(item)
        if clock is not None:
            _add(clock, rules.Tick("stop", _not_before(clock, today)), reason=outcome or "办结", by=by)
        item.closed_on, item.outcome = today, outcome[:60]
        item.clock_state = WorkItem.ClockState.NONE
        _save(item, "closed_on", "outcome", "clock_state")


def _save(item: WorkItem, *names: str) -> None:
    item.version += 1
    item.save(update_fields=[*names, "version"])


def _tell_owner(item: WorkItem, *, by: Actor, today: date) -> None:
    if item.owner_id is None or item.owner_id == by.staff_id:
        return
    values = {"title": item.title, "next": item.next_step, "day": f"{item.next_on:%Y年%-m月%-d日}"}
    message = Message(
        template="item_arrived",
        division=item.division,
        staff_id=item.owner_id,
        values=values,
        url=f"/inbox/{item.id}",
        is_confidential=item.is_confidential,
    )
    tell([message], today=today)


# --- clocks ----------------------------------------------------------------------------------------------------------


def running_clock(item: WorkItem) -> Clock | None:
    """The clock that runs or is paused, locked."""
    return Clock.objects.select_for_update().filter(item=item).exclude(state=Clock.State.STOPPED).first()


def start_clock(item: WorkItem, limit_key: str, *, on: date, reason: str, by: Actor) -> Clock:
    """Starts the limit that is in force on the day. One clock runs at a time: the one before must have been stopped."""
    limit = limit_for(limit_key, on=on)
    with _at(item.division, is_confidential=item.is_confidential):
        if running_clock(item) is not None:
            raise Conflict("这件事项已有时钟在走,不能再开始一个。")
        clock = Clock(
            item=item, division=item.division, limit=limit_key, started_on=on, state=Clock.State.RUNNING, due_on=on
        )
        clock.save(force_insert=True)
        tick = rules.Tick("start", on, limit.days, limit.unit)
        _add(clock, tick, reason=reason, by=by, article=limit.article)
    return clock


def pause_clock(item: WorkItem, *, on: date, reason: str, by: Actor, approver: Actor | None = None) -> None:
    """暂停: the days until it resumes do not count."""
    _move_clock(item, rules.Tick("pause", on), reason=reason, by=by, approver=approver)


def resume_clock(item: WorkItem, *, on: date, reason: str, by: Actor) -> None:
    _move_clock(item, rules.Tick("resume", on), reason=reason, by=by)


def extend_clock(item: WorkItem, limit_key: str, *, on: date, reason: str, by: Actor, approver: Actor) -> None:
    """延长: by the days of a limit, before the due date is over, with the approver's name."""
    limit = limit_for(limit_key, on=on)
    if item.due_on is not None and on > item.due_on:
        raise Conflict(f"已于{item.due_on:%Y年%-m月%-d日}到期,不能再延长。请尽快办结,并向上级说明超期原因。")
    tick = rules.Tick("extend", on, limit.days, limit.unit)
    _move_clock(item, tick, reason=reason, by=by, approver=approver, article=limit.article)


def stop_clock(item: WorkItem, *, on: date, reason: str, by: Actor) -> None:
    """停止: the limit is met (or missed); another may start."""
    with _at(item.division, is_confidential=item.is_confidential):
        clock = running_clock(item)
        if clock is not None:
            _add(clock, rules.Tick("stop", _not_before(clock, on)), reason=reason, by=by)


def _move_clock(
    item: WorkItem, tick: rules.Tick, *, reason: str, by: Actor, approver: Actor | None = None, article: str = ""
) -> None:
    if not reason.strip():
        raise Invalid(fields={"reason": "请写明原因,它会显示在计时说明里。"})
    with _at(item.division, is_confidential=item.is_confidential):
        clock = running_clock(item)
        if clock is None:
            raise Conflict("这件事项现在没有计时,不能暂停、恢复或延长。")
        _add(clock, tick, reason=reason.strip(), by=by, approver=approver, article=article)


def ticks_of(clock: Clock) -> list[rules.Tick]:
    return [
        rules.Tick(event.kind, event.on, event.days or 0, event.unit)
        for event in ClockEvent.objects.filter(clock=clock).order_by("number")
    ]


def _not_before(clock: Clock, day: date) -> date:
    """A clock that was started for a later day stops on that day, not before it began."""
    return max([day, *(tick.on for tick in ticks_of(clock)[-1:])])


def _add(
    clock: Clock, tick: rules.Tick, *, reason: str, by: Actor, approver: Actor | None = None, article: str = ""
) -> None:
    ticks = ticks_of(clock)
    rules.check(ticks, tick)
    if ticks and tick.kind == "extend" and tick.unit != ticks[0].unit:
        raise Conflict("延长的单位与原期限不同,不能相加。")
    ClockEvent(
        clock=clock,
        division=clock.division,
        number=len(ticks) + 1,
        kind=tick.kind,
        on=tick.on,
        days=tick.days or None,
        unit=tick.unit,
        article=article,
        reason=reason[:200],
        approver=approver.id if approver else None,
        approver_name=approver.name[:40] if approver else "",
        by=by.id,
        by_name=by.name,
        at=now(),
    ).save(force_insert=True)
    project(clock, [*ticks, tick])


def project(clock: Clock, ticks: Sequence[rules.Tick]) -> None:
    """Writes what the events mean into the clock and its item, where lists and the sweep read it."""
    reading = rules.read(ticks, calendar_of(clock.division))
    clock.state, clock.due_on = reading.state, reading.due_on
    clock.stopped_on, clock.is_provisional = reading.stopped_on, reading.is_provisional
    clock.save(update_fields=["state", "due_on", "stopped_on", "is_provisional"])
    item = clock.item
    item.clock_state = reading.state if reading.state != Clock.State.STOPPED else WorkItem.ClockState.NONE
    item.due_on = reading.due_on
    item.is_provisional = reading.is_provisional and reading.state != Clock.State.STOPPED
    item.save(update_fields=["clock_state", "due_on", "is_provisional"])


# --- hand-over -------------------------------------------------------------------------------------------------------


@transaction.atomic
def hand_over(*, item_ids: Iterable[UUID], to_staff: UUID, reason: str, by: Actor, today: date) -> int:
    """移交: chosen open items get a new owner; returns how many. All or none.

    Allowed to the owner, the deputy, and to whoever may assign at the place.
    """
    items = list(
        WorkItem.objects.select_for_update(of=("self",)).filter(pk__in=set(item_ids), closed_on=None).order_by("id")
    )
    if not items:
        raise Invalid(fields={"items": "没有可以移交的事项:请勾选未办结的事项。"})
    taker = _taker(to_staff, {item.division for item in items})
    for item in items:
        may = by.may(WorkPermission.ASSIGN, at=item.division) and not item.is_confidential
        if not may and by.staff_id not in (item.owner_id, item.deputy_id):
            raise NotAllowed("只有责任人、备岗人或有分派权限的人可以移交事项。")
        give(item, taker.id)
        division = NOWHERE if item.is_confidential else item.division
        record(by, WorkPermission.ASSIGN, division=division, table="work_workitem", row=item.id, reason=reason)
    if taker.id != by.staff_id:
        values = {"count": str(len(items)), "by": by.name, "reason": reason.strip() or "未写明"}
        tell(
            [
                Message(
                    template="handed_over",
                    division=taker.division,
                    staff_id=taker.id,
                    values=values,
                    url="/inbox?whose=mine",
                )
            ],
            today=today,
        )
    return len(items)


def give(item: WorkItem, staff_id: UUID) -> None:
    """The item's owner changes; a deputy who becomes owner leaves the deputy's place to another."""
    with _at(item.division, is_confidential=item.is_confidential):
        if item.deputy_id == staff_id:
            _, item.deputy_id = pick_owner(item.station, wanted=staff_id, deputy=item.owner_id)
        item.owner_id = staff_id
        _save(item, "owner", "deputy")


def give_deputy(item: WorkItem, staff_id: UUID | None, *, but: UUID | None = None) -> None:
    """Another deputy; None picks one from the station, never `but`."""
    owner = item.owner_id
    chosen = staff_id
    if chosen is None:
        chosen = next((key for key in present_staff(item.station) if key not in (owner, but)), None)
    with _at(item.division, is_confidential=item.is_confidential):
        item.deputy_id = chosen
        _save(item, "deputy")


def repair(item: WorkItem, *, by: Actor, today: date) -> None:
    """补齐: an item without a serving owner, deputy, open station or next date gets them; the clock is not touched."""
    with lending("orgs", Places.of([0])):
        station = Station.objects.get(pk=item.station_id)
        target = station if station.closed_on is None else _open_above(station)
        present = present_staff(target)
    if target.id != item.station_id or target.division != item.division:
        move_item(
            item,
            station=target,
            next_on=item.next_on or today,
            next_step=item.next_step or "核实情况",
            by=by,
            today=today,
        )
        return
    owner, deputy = pick_owner(target, wanted=item.owner_id, deputy=item.deputy_id)
    with _at(item.division, is_confidential=item.is_confidential):
        item.owner_id = owner
        item.deputy_id = deputy if item.deputy_id not in present or item.deputy_id == owner else item.deputy_id
        item.next_on = item.next_on or today
        _save(item, "owner", "deputy", "next_on")
    record(by, "work.repair", division=item.division, table="work_workitem", row=item.id)


def _open_above(station: Station) -> Station:
    """The successor of a closed station, or the open station of its town or county."""
    if station.successor is not None and station.successor.closed_on is None:
        return station.successor
    for level in (Level.TOWN, Level.COUNTY):
        code = ancestor(station.division, level)
        found = Station.objects.filter(division=code, closed_on=None).exclude(kind="university").first()
        if found is not None:
            return found
    raise Conflict("没有可以接手的服务站,请先设立或恢复服务站。")


def _taker(staff_id: UUID, divisions: set[int]) -> Staff:
    with lending("orgs", Places.of({code // 1_000_000 * 1_000_000 for code in divisions})):
        taker = Staff.objects.filter(pk=staff_id, ended_on=None).first()
        posts = list(Post.objects.filter(staff_id=staff_id, to_on=None).values_list("division", flat=True))
    if taker is None:
        raise NotFound("没有找到接收人,或他已离岗。请改选在岗人员。")
    reach = Places.of(posts)
    if any(division not in reach for division in divisions):
        raise Invalid(fields={"to_staff": f"{taker.name}在其中一些事项的服务站没有在任岗位,请改选他人或分开移交。"})
    return taker
