"""Do: clocks start, pause, resume, are extended and stop; every event is kept, and its meaning is written into clock and item."""

from collections.abc import Sequence
from datetime import date

from vetgrid.core.actor import Actor
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid
from vetgrid.work import rules
from vetgrid.work.actions.scoping import at
from vetgrid.work.calendars import calendar_of
from vetgrid.work.limits import limit_for
from vetgrid.work.models import Clock, ClockEvent, WorkItem


def running_clock(item: WorkItem) -> Clock | None:
    """The clock that runs or is paused, locked."""
    return Clock.objects.select_for_update().filter(item=item).exclude(state=Clock.State.STOPPED).first()


def start_clock(item: WorkItem, limit_key: str, *, on: date, reason: str, by: Actor) -> Clock:
    """Starts the limit that is in force on the day. One clock runs at a time: the one before must have been stopped."""
    limit = limit_for(limit_key, on=on)
    with at(item.division, is_confidential=item.is_confidential):
        if running_clock(item) is not None:
            raise Conflict("这件事项已有时钟在走,不能再开始一个。")
        clock = Clock(
            item=item, division=item.division, limit=limit_key, started_on=on, state=Clock.State.RUNNING, due_on=on
        )
        clock.save(force_insert=True)
        tick = rules.Tick("start", on, limit.days, limit.unit)
        add(clock, tick, reason=reason, by=by, article=limit.article)
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
    with at(item.division, is_confidential=item.is_confidential):
        clock = running_clock(item)
        if clock is not None:
            add(clock, rules.Tick("stop", not_before(clock, on)), reason=reason, by=by)


def _move_clock(
    item: WorkItem, tick: rules.Tick, *, reason: str, by: Actor, approver: Actor | None = None, article: str = ""
) -> None:
    if not reason.strip():
        raise Invalid(fields={"reason": "请写明原因,它会显示在计时说明里。"})
    with at(item.division, is_confidential=item.is_confidential):
        clock = running_clock(item)
        if clock is None:
            raise Conflict("这件事项现在没有计时,不能暂停、恢复或延长。")
        add(clock, tick, reason=reason.strip(), by=by, approver=approver, article=article)


def ticks_of(clock: Clock) -> list[rules.Tick]:
    return [
        rules.Tick(event.kind, event.on, event.days or 0, event.unit)
        for event in ClockEvent.objects.filter(clock=clock).order_by("number")
    ]


def not_before(clock: Clock, day: date) -> date:
    """A clock that was started for a later day stops on that day, not before it began."""
    return max([day, *(tick.on for tick in ticks_of(clock)[-1:])])


def add(
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
