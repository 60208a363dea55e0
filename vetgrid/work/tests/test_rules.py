"""The clock: how days are counted, and that the same events always give the same due date, over ten years of calendars."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vetgrid.core.errors import Conflict, Invalid
from vetgrid.orgs.rules import day_kind
from vetgrid.work import rules
from vetgrid.work.limits import ladder_on, limit_for, limits
from vetgrid.work.rules import CALENDAR, WORKING, Day, Tick, read, sentence

FIRST, LAST = date(2016, 1, 1), date(2025, 12, 31)


def calendar(day: date) -> Day:
    kind = day_kind(day, exceptions={})
    return Day(kind.is_working, kind.is_provisional)


days = st.dates(FIRST, LAST - timedelta(days=400))


@st.composite
def histories(draw):
    """A clock's life that the rules allow: start, then pauses, resumptions and extensions, in order."""
    unit = draw(st.sampled_from([CALENDAR, WORKING]))
    ticks = [Tick("start", draw(days), draw(st.integers(1, 90)), unit)]
    for _ in range(draw(st.integers(0, 6))):
        on = ticks[-1].on + timedelta(days=draw(st.integers(0, 20)))
        kind = "resume" if ticks[-1].kind == "pause" else draw(st.sampled_from(["pause", "extend"]))
        ticks.append(Tick(kind, on, draw(st.integers(1, 30)) if kind == "extend" else 0, unit))
    if ticks[-1].kind == "pause":
        ticks.append(Tick("resume", ticks[-1].on + timedelta(days=draw(st.integers(0, 20)))))
    return ticks


def counted(ticks, day: date) -> bool:
    """The definition, written a second time in another way: does this day count?"""
    if day <= ticks[0].on:
        return False
    if ticks[0].unit == WORKING and not calendar(day).is_working:
        return False
    is_paused = False
    for tick in ticks:
        if tick.on <= day and tick.kind in ("pause", "resume"):
            is_paused = tick.kind == "pause"
    return not is_paused


@settings(max_examples=300, deadline=None)
@given(histories())
def test_the_due_date_is_the_day_on_which_the_last_counted_day_falls(ticks):
    due = read(ticks, calendar).due_on
    wanted = ticks[0].days + sum(tick.days for tick in ticks if tick.kind == "extend")
    span = [ticks[0].on + timedelta(days=at) for at in range((due - ticks[0].on).days + 1)]
    assert sum(counted(ticks, day) for day in span) == wanted
    assert counted(ticks, due)


@settings(max_examples=200, deadline=None)
@given(histories())
def test_the_same_events_always_give_the_same_reading(ticks):
    assert read(ticks, calendar) == read(list(ticks), calendar)


@settings(max_examples=200, deadline=None)
@given(histories(), st.integers(1, 30))
def test_an_extension_never_brings_the_date_nearer_and_a_longer_pause_never_either(ticks, more):
    before = read(ticks, calendar).due_on
    on = ticks[-1].on
    extended = read([*ticks, Tick("extend", on, more, ticks[0].unit)], calendar).due_on
    paused = read([*ticks, Tick("pause", on), Tick("resume", on + timedelta(days=more))], calendar).due_on
    assert extended > before
    assert paused >= before


@settings(max_examples=200, deadline=None)
@given(days, st.integers(1, 60))
def test_calendar_days_are_plain_addition(start, count):
    assert read([Tick("start", start, count, CALENDAR)], calendar).due_on == start + timedelta(days=count)


@settings(max_examples=200, deadline=None)
@given(days, st.integers(1, 60))
def test_a_limit_in_working_days_ends_on_a_working_day_and_never_before_the_same_number_of_calendar_days(start, count):
    due = read([Tick("start", start, count, WORKING)], calendar).due_on
    assert calendar(due).is_working
    assert due >= start + timedelta(days=count)


@settings(max_examples=200, deadline=None)
@given(histories(), st.integers(0, 60))
def test_a_pause_of_no_days_changes_nothing(ticks, later):
    on = ticks[-1].on + timedelta(days=later)
    more = [*ticks, Tick("pause", on), Tick("resume", on)]
    assert read(more, calendar).due_on == read(ticks, calendar).due_on


def test_the_sentence_shows_the_arithmetic():
    ticks = [
        Tick("start", date(2025, 9, 3), 15, WORKING),
        Tick("pause", date(2025, 9, 8)),
        Tick("resume", date(2025, 9, 10)),
    ]
    assert sentence(read(ticks, calendar)) == "自9月3日起15个工作日,其间暂停2日,9月26日到期。"


def test_a_make_up_saturday_counts_and_a_holiday_does_not():
    # 2023-10-07 and 08 were worked in exchange for the long National Day holiday.
    assert read([Tick("start", date(2023, 9, 28), 2, WORKING)], calendar).due_on == date(2023, 10, 8)


def test_a_clock_that_stopped_says_whether_it_was_late():
    ticks = [Tick("start", date(2023, 3, 1), 15, CALENDAR), Tick("stop", date(2023, 3, 20))]
    found = read(ticks, calendar)
    assert found.is_met is False
    assert sentence(found) == "自3月1日起15日,3月16日到期,3月20日办结,超期4天。"


def test_while_it_is_paused_there_is_no_due_date():
    found = read([Tick("start", date(2023, 3, 1), 15, CALENDAR), Tick("pause", date(2023, 3, 5))], calendar)
    assert (found.state, found.due_on) == ("paused", None)
    assert "现在暂停" in sentence(found)


def test_a_year_without_a_published_calendar_is_counted_by_weekdays_and_marked():
    found = read([Tick("start", date(2031, 9, 30), 5, WORKING)], calendar)
    assert found.is_provisional
    assert found.due_on == date(2031, 10, 7)
    assert "尚未公布" in sentence(found)


@pytest.mark.parametrize(
    ("ticks", "new"),
    [
        ([], Tick("pause", FIRST)),
        ([Tick("start", FIRST, 5, CALENDAR)], Tick("start", FIRST, 5, CALENDAR)),
        ([Tick("start", FIRST, 5, CALENDAR)], Tick("resume", FIRST)),
        ([Tick("start", FIRST, 5, CALENDAR), Tick("pause", FIRST)], Tick("pause", FIRST)),
        ([Tick("start", FIRST, 5, CALENDAR), Tick("pause", FIRST)], Tick("extend", FIRST, 5)),
        ([Tick("start", FIRST, 5, CALENDAR), Tick("stop", FIRST)], Tick("resume", FIRST)),
    ],
)
def test_an_event_that_cannot_follow_is_refused(ticks, new):
    with pytest.raises(Conflict):
        rules.check(ticks, new)


def test_an_event_may_not_be_dated_before_the_last_one():
    with pytest.raises(Invalid):
        rules.check([Tick("start", date(2023, 5, 2), 5, CALENDAR)], Tick("pause", date(2023, 5, 1)))


def test_every_limit_names_its_article_and_counts_in_a_known_unit():
    assert all(limit.article and limit.unit in rules.UNITS and limit.days > 0 for limit in limits())


def test_a_limit_is_the_one_in_force_on_its_day():
    assert limit_for("appeal_inform", on=date(2023, 1, 1)).article.startswith("信访工作条例")
    assert limit_for("appeal_inform", on=date(2021, 1, 1)).article.startswith("信访条例(2005)")
    with pytest.raises(LookupError):
        limit_for("no_such_limit", on=date(2023, 1, 1))


def test_the_ladder_has_steps_for_every_audience():
    assert {step.audience for step in ladder_on(date(2023, 1, 1))} == {
        "owner",
        "station_head",
        "city_section",
        "bureau_leader",
    }
