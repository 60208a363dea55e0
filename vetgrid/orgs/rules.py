"""By regulation: which days are working days; by order: which kinds of station stand at which level."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar

from vetgrid.core.places import Level

STATION_LEVELS = {"city": Level.COUNTY, "town": Level.TOWN, "village": Level.VILLAGE}


@dataclass(frozen=True)
class DayKind:
    """Whether a day is worked, why, and whether that is provisional (the national calendar of the year is not known yet)."""

    is_working: bool
    reason: str
    is_provisional: bool = False


def day_kind(day: date, *, exceptions: Mapping[date, tuple[bool, str]]) -> DayKind:
    """A local exception wins; then the State Council's calendar with its make-up days; else the weekday rule, marked provisional."""
    if day in exceptions:
        is_working, reason = exceptions[day]
        return DayKind(is_working, reason)
    try:
        is_holiday, name = chinese_calendar.get_holiday_detail(day)  # type: ignore[no-untyped-call]  # the library has no types
    except NotImplementedError:
        return DayKind(day.weekday() < 5, "国家日历尚未公布,暂按周一至周五", is_provisional=True)
    if is_holiday:
        return DayKind(False, _FESTIVALS.get(name or "", "周末"))
    return DayKind(True, "调休上班" if day.weekday() >= 5 else "")


_FESTIVALS = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
}


def add_working_days(start: date, count: int, *, exceptions: Mapping[date, tuple[bool, str]]) -> date:
    """The day on which the count-th working day after `start` falls; `start` itself does not count."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        if day_kind(day, exceptions=exceptions).is_working:
            count -= 1
    return day
