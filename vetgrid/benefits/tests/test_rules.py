"""Pure: the months in which an award pays, and when deaths are believed."""

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from vetgrid.benefits.rules import ENDLESS, Change, agreeing, move_month, payable, start_month, state_after
from vetgrid.core.ruling.months import month_of

M = month_of


def test_an_award_pays_from_its_start_without_end():
    assert payable([Change("start", M(2020, 1))]) == [(M(2020, 1), ENDLESS)]


def test_months_of_a_suspension_are_never_paid_those_of_a_lapse_come_back():
    start = Change("start", M(2020, 1))
    suspended = [start, Change("suspend", M(2021, 3)), Change("resume", M(2021, 9))]
    assert payable(suspended) == [(M(2020, 1), M(2021, 3)), (M(2021, 9), ENDLESS)]
    lapsed = [start, Change("lapsed", M(2021, 3))]
    assert payable(lapsed) == [(M(2020, 1), M(2021, 3))]
    assert payable([*lapsed, Change("confirmed", M(2021, 9))]) == [(M(2020, 1), ENDLESS)]


def test_a_confirmation_does_not_lift_a_suspension_and_a_resumption_does_not_confirm():
    changes = [Change("start", M(2020, 1)), Change("suspend", M(2021, 3)), Change("lapsed", M(2022, 1))]
    assert state_after([*changes, Change("confirmed", M(2022, 2))]) == "suspended"
    assert state_after([*changes, Change("resume", M(2022, 2))]) == "suspended"
    assert payable([*changes, Change("resume", M(2021, 5))]) == [(M(2020, 1), M(2021, 3)), (M(2021, 5), M(2022, 1))]


def test_a_stop_before_the_start_pays_nothing():
    assert payable([Change("start", M(2020, 1)), Change("stop", M(2019, 12))]) == []


def test_the_old_place_pays_to_december():
    assert move_month(date(2023, 2, 1)) == M(2024, 1)
    assert move_month(date(2023, 12, 31)) == M(2024, 1)


def test_pensions_start_in_the_month_of_approval_others_in_the_month_applied_for():
    assert start_month(on_approval=True, approved_on=date(2023, 5, 31), asked=M(2023, 1)) == M(2023, 5)
    assert start_month(on_approval=True, approved_on=date(2023, 5, 31), asked=M(2023, 9)) == M(2023, 9)
    assert start_month(on_approval=False, approved_on=date(2023, 5, 31), asked=M(2023, 1)) == M(2023, 1)


def test_a_death_is_believed_when_two_different_sources_agree():
    day = date(2023, 5, 3)
    assert agreeing([("police", day)], days=31) is None
    assert agreeing([("police", day), ("police", day)], days=31) is None
    assert agreeing([("police", day), ("family", date(2022, 1, 1))], days=31) is None
    assert agreeing([("police", day), ("family", date(2023, 5, 5))], days=31) == date(2023, 5, 5)


changes = st.lists(
    st.builds(Change, st.sampled_from(["suspend", "resume", "lapsed", "confirmed", "stop"]), st.integers(100, 140)),
    max_size=8,
)


@given(changes)
def test_periods_never_overlap_lie_in_order_and_after_the_start(events):
    periods = payable([Change("start", 100), *events])
    assert all(start < end for start, end in periods)
    assert all(one[1] <= other[0] for one, other in pairwise(periods))
    assert all(start >= 100 for start, _ in periods)
    stops = [event.month for event in events if event.kind == "stop"]
    assert not stops or all(end <= min(stops) for _, end in periods)
