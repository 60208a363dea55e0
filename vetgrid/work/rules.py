"""By regulation: how a clock counts. The same events and the same calendar always give the same due date.

The first day does not count (民法典 第二百零一条). A day counts when it lies after the start, is not paused and, for limits in
working days, is a working day. A pause begins on its day and ends before the day of resuming.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from vetgrid.core.errors import Conflict, Invalid

CALENDAR, WORKING = "calendar", "working"
LONGEST = 3700
"""Days after which counting stops: a guard against a calendar that has no working day left."""
UNITS = {CALENDAR: "日", WORKING: "个工作日"}


@dataclass(frozen=True)
class Tick:
    """An event of a clock, as rules see it: `days` and `unit` at start, `days` at extension."""

    kind: str
    on: date
    days: int = 0
    unit: str = ""


@dataclass(frozen=True)
class Day:
    """What the calendar says of a day."""

    is_working: bool
    is_provisional: bool = False


@dataclass(frozen=True)
class Reading:
    """What the events mean: `due_on` is None while paused; `paused` counts the paused days that would have counted."""

    state: str
    started_on: date
    days: int
    extended: int
    unit: str
    paused: int
    due_on: date | None
    stopped_on: date | None = None
    is_provisional: bool = False

    @property
    def is_met(self) -> bool | None:
        """Whether it stopped in time; None while it runs."""
        if self.stopped_on is None:
            return None
        return self.due_on is None or self.stopped_on <= self.due_on


Calendar = Callable[[date], Day]

_AFTER = {
    "": {"start"},
    "start": {"pause", "extend", "stop"},
    "resume": {"pause", "extend", "stop"},
    "extend": {"pause", "extend", "stop"},
    "pause": {"resume", "stop"},
    "stop": set(),
}
_WHY = {
    "start": "时钟已经开始,不能重新开始:任何修改都不会让它归零。",
    "pause": "时钟没有在走,不能暂停。",
    "resume": "时钟没有暂停,不需要恢复。",
    "extend": "时钟暂停或停止时不能延长,请先恢复。",
    "stop": "时钟已经停止。",
}


def check(ticks: Sequence[Tick], new: Tick) -> None:
    """Raises Conflict for an event that cannot follow, Invalid for one that is dated before the last."""
    last = ticks[-1] if ticks else None
    if new.kind not in _AFTER[last.kind if last else ""]:
        raise Conflict(_WHY[new.kind])
    if last is not None and new.on < last.on:
        raise Invalid(f"日期不能早于上一次变动({last.on:%Y年%-m月%-d日})。")
    if new.kind in ("start", "extend") and new.days < 1:
        raise Invalid("天数至少是1。")


def read(ticks: Sequence[Tick], calendar: Calendar) -> Reading:
    """The state of a clock after these events, in order."""
    start = ticks[0]
    extended = sum(tick.days for tick in ticks if tick.kind == "extend")
    pauses, open_pause = _pauses(ticks)
    stopped_on = ticks[-1].on if ticks[-1].kind == "stop" else None
    left, paused, provisional = start.days + extended, 0, False
    day, due_on = start.on, None
    for _ in range(LONGEST):
        day += timedelta(days=1)
        if open_pause is not None and stopped_on is None and day >= open_pause:
            break
        kind = calendar(day) if start.unit == WORKING else Day(True)
        provisional = provisional or kind.is_provisional
        if not kind.is_working:
            continue
        if any(first <= day < last for first, last in pauses):
            paused += 1
            continue
        left -= 1
        if left == 0:
            due_on = day
            break
    state = "stopped" if stopped_on else "paused" if open_pause else "running"
    if state == "paused":
        due_on = None
    return Reading(state, start.on, start.days, extended, start.unit, paused, due_on, stopped_on, provisional)


def _pauses(ticks: Sequence[Tick]) -> tuple[list[tuple[date, date]], date | None]:
    """Finished pauses as half-open periods, and the day of a pause that is still open."""
    pauses: list[tuple[date, date]] = []
    open_pause: date | None = None
    for tick in ticks:
        if tick.kind == "pause":
            open_pause = tick.on
        elif tick.kind in ("resume", "stop") and open_pause is not None:
            pauses.append((open_pause, tick.on))
            open_pause = None
    return pauses, open_pause


def sentence(reading: Reading) -> str:
    """The arithmetic in a sentence: 自9月3日起15个工作日,其间暂停2日,9月26日到期。"""
    parts = [f"自{_spoken(reading.started_on, reading)}起{reading.days}{UNITS[reading.unit]}"]
    if reading.extended:
        parts.append(f"延长{reading.extended}{UNITS[reading.unit]}")
    if reading.paused:
        parts.append(f"其间暂停{reading.paused}日")
    if reading.state == "paused":
        parts.append("现在暂停,恢复后继续计算")
    elif reading.due_on is None:
        parts.append("到期日无法计算,请检查工作日历")
    else:
        parts.append(f"{_spoken(reading.due_on, reading)}到期")
    if reading.stopped_on is not None:
        late = (reading.stopped_on - reading.due_on).days if reading.due_on else 0
        parts.append(f"{_spoken(reading.stopped_on, reading)}办结" + (f",超期{late}天" if late > 0 else ",未超期"))
    return ",".join(parts) + ("(国家日历尚未公布的年份,暂按周一至周五计算)" if reading.is_provisional else "") + "。"


def _spoken(day: date, reading: Reading) -> str:
    """Month and day; with the year where the sentence spans more than one."""
    years = {reading.started_on.year}
    years |= {other.year for other in (reading.due_on, reading.stopped_on) if other}
    return f"{day:%Y年%-m月%-d日}" if len(years) > 1 else f"{day:%-m月%-d日}"


def left_on(due_on: date | None, *, today: date) -> tuple[str, str]:
    """How near the due date is, in words, with a tone for the badge."""
    if due_on is None:
        return "", ""
    days = (due_on - today).days
    if days < 0:
        return f"超期{-days}天", "bad"
    if days == 0:
        return "今天到期", "warn"
    return (f"还剩{days}天", "warn") if days <= 3 else (f"还剩{days}天", "")
