"""Money in whole fen, shares that lose nothing, pairs of acts that exclude each other."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetgrid.payments import rules
from vetgrid.payments.policy import accounts, forbidden_pairs, split_for, threshold


@given(st.integers(min_value=0, max_value=10**14))
def test_an_amount_survives_the_way_through_a_file(fen):
    assert rules.fen(rules.yuan(fen), "yuan") == fen
    assert rules.fen(str(fen), "fen") == fen
    assert rules.fen(rules.money(fen), "yuan") == fen


@pytest.mark.parametrize("text", ["", "1.234", "1,2.3.4", "-1.00", "一元", "1e3", "１.00", "."])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError):
        rules.fen(text, "yuan")


@given(
    st.integers(min_value=-(10**13), max_value=10**13),
    st.lists(st.integers(min_value=0, max_value=10_000), max_size=4),
)
def test_shares_add_up_to_the_amount_and_keep_its_sign(fen, cuts):
    edges = [0, *sorted(cuts), 10_000]
    shares = [(str(at), high - low) for at, (low, high) in enumerate(pairwise(edges))]
    parts = rules.split(fen, shares)
    assert sum(parts.values()) == fen
    assert all(part * fen >= 0 for part in parts.values())


def test_shares_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError):
        rules.split(1, [("a", 9_999)])


def test_the_maker_never_checks_and_the_checker_never_releases():
    pairs = forbidden_pairs()
    assert rules.forbidden_with("review", ["draft", "gate"], pairs) == "prepare"
    assert rules.forbidden_with("sign_off", ["gate"], pairs) == "prepare"
    assert rules.forbidden_with("approve", ["review"], pairs) == "review"
    assert rules.forbidden_with("release", ["approve"], pairs) == "approve"
    assert rules.forbidden_with("take_return", ["release"], pairs) is None
    assert rules.forbidden_with("gate", ["draft"], pairs) is None


def test_the_later_of_dated_entries_holds():
    entries = [{"from_on": date(2018, 1, 1), "fen": 1}, {"from_on": date(2023, 1, 1), "fen": 2}]
    assert rules.in_force(entries, date(2022, 12, 31))["fen"] == 1
    assert rules.in_force(entries, date(2023, 1, 1))["fen"] == 2
    with pytest.raises(LookupError):
        rules.in_force(entries, date(2017, 12, 31))


def test_the_shipped_data_is_whole():
    assert {"expense", "payable", "offset", "bank"} <= set(accounts())
    for purpose in ("five_old", "anything"):
        shares = split_for(purpose, on=date(2023, 12, 28)).shares
        assert sum(share for _, share in shares) == 10_000
        assert all(account in accounts() for account, _ in shares)
    assert split_for("five_old", on=date(2023, 12, 28)).shares[0] == ("fund_province", 7000)
    for key in ("large_run", "line_maximum", "change_tolerance", "large_work"):
        assert threshold(key, on=date(2023, 12, 28))


def test_a_reference_names_its_run_and_line():
    assert rules.line_number_of(rules.reference("202312-001", 7), "202312-001") == 7
    for text in ("202311-001-000007", "202312-001-", "", "x", "202312-001-7a"):
        assert rules.line_number_of(text, "202312-001") is None


def test_the_month_before_january_is_december():
    assert rules.month_before(date(2023, 1, 1)) == date(2022, 12, 1)
