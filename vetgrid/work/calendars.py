"""The working calendar of a place as the clock's rules want it: the national calendar with the place's own exceptions."""

from datetime import date

from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.orgs.queries import exceptions_for
from vetgrid.orgs.rules import day_kind
from vetgrid.work.rules import Calendar, Day


def calendar_of(division: int) -> Calendar:
    """Read once, then asked for each day; local exceptions are public, so any station may count with them."""
    with lending("orgs", Places.chain(division)):
        exceptions = exceptions_for(division)
    known: dict[date, Day] = {}

    def ask(day: date) -> Day:
        if day not in known:
            kind = day_kind(day, exceptions=exceptions)
            known[day] = Day(kind.is_working, kind.is_provisional)
        return known[day]

    return ask
