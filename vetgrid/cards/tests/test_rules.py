"""The rules: identities, grounds by province, months, ages, bands, and the balance of applications and cards."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from vetgrid.cards import policy, rules

TODAY = date(2023, 12, 28)


def facts(**values) -> rules.Facts:
    return rules.Facts(
        **{
            "born_on": date(1965, 3, 12),
            "is_alive": True,
            "is_veteran": True,
            "classes": frozenset(),
            "has_id_number": True,
        }
        | values
    )


def problems(asked: rules.Asked, about: rules.Facts, province: str = "35") -> dict[str, str]:
    return rules.problems(asked, about, known=policy.identities(), province=province, today=TODAY, guardian_age=16)


def test_one_card_carries_every_identity_of_the_person():
    both = facts(classes=frozenset({"21"}))
    assert rules.identities_of(both, policy.identities()) == ("veteran", "survivor")
    assert problems(rules.Asked("survivor"), both) == {} == problems(rules.Asked("veteran"), both)


def test_family_of_serving_soldiers_has_no_card():
    relative = facts(is_veteran=False, classes=frozenset({"91"}))
    assert "不属于发放对象" in problems(rules.Asked("veteran"), relative)["person"]


def test_the_kind_must_be_one_that_the_file_bears_out():
    assert "请改选" in problems(rules.Asked("survivor"), facts())["kind"]


def test_the_dead_and_those_without_a_number_cannot_apply():
    assert "去世" in problems(rules.Asked("veteran"), facts(is_alive=False))["person"]
    assert "身份证号" in problems(rules.Asked("veteran"), facts(has_id_number=False))["person"]


def test_a_survivor_with_allowance_but_without_card_is_told_so():
    kin = facts(is_veteran=False, classes=frozenset({"23"}))
    assert "不属于优待证发放对象" in problems(rules.Asked("survivor", exclusion="disabled_kin"), kin)["exclusion"]


@pytest.mark.parametrize(
    ("chosen", "province", "weight"),
    [
        ((), "35", ""),
        (("in_custody",), "35", "hard"),
        (("past_penalty",), "35", "discretion"),
        (("past_penalty", "no_political_rights"), "35", "hard"),
        (("party_expelled",), "35", "discretion"),
        (("party_expelled",), "14", "hard"),
    ],
)
def test_one_ground_is_enough_and_a_province_may_make_its_discretion_hard(chosen, province, weight):
    assert rules.verdict(chosen, policy.grounds(on=TODAY), province=province) == weight


def test_no_ground_holds_before_the_measures_did():
    assert policy.grounds(on=date(2021, 11, 14)) == ()


def test_a_guardian_speaks_for_who_is_under_sixteen_on_the_day():
    born = date(2007, 12, 29)
    assert "监护人" in problems(rules.Asked("veteran"), facts(born_on=born))["speaker"]
    assert "speaker" not in problems(rules.Asked("veteran"), facts(born_on=date(2007, 12, 28)))
    assert "speaker" in problems(rules.Asked("veteran", lacks_capacity=True), facts())


def test_a_card_elsewhere_and_a_visit_without_reason_are_refused():
    assert "一人只能" in problems(rules.Asked("veteran", has_card_elsewhere=True), facts())["has_card_elsewhere"]
    assert "visit_reason" in problems(rules.Asked("veteran", channel="home_visit"), facts())


@pytest.mark.parametrize(
    ("day", "later"),
    [(date(2023, 11, 30), date(2024, 2, 29)), (date(2022, 11, 30), date(2023, 2, 28)), (date(2023, 9, 28), TODAY)],
)
def test_three_months_end_on_the_same_day_or_the_months_last(day, later):
    assert rules.add_months(day, 3) == later


@given(some.dates(date(2021, 1, 1), date(2030, 1, 1)), some.integers(0, 40))
def test_months_add_up(day, months):
    later = rules.add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months and later.day <= day.day


@given(some.dates(date(2020, 1, 1), TODAY))
def test_every_day_falls_into_exactly_one_band(since):
    bands = policy.pipeline()["age_bands"]
    at = rules.band_of(since, today=TODAY, bands=bands)
    days = (TODAY - since).days
    assert 0 <= at < len(rules.band_labels(bands))
    assert (at == 0 or days > bands[at - 1]) and (at == len(bands) or days <= bands[at])


def test_more_cards_than_applications_are_explained_by_reissues_less_what_is_not_made_yet():
    assert rules.Balance(7358, 0, 28, 7386, 7288).is_explained
    assert rules.Balance(7358, 0, 28, 7386, 7288).difference == 28
    assert rules.Balance(10, 3, 1, 8, 5).is_explained
    assert not rules.Balance(10, 0, 0, 11, 5).is_explained


def test_materials_follow_kind_and_speaker():
    assert "discharge" in policy.materials_for(kind="veteran", speaker="self")
    assert "kinship" in policy.materials_for(kind="survivor", speaker="self")
    assert "authority" in policy.materials_for(kind="veteran", speaker="proxy")
    assert "guardianship" not in policy.materials_for(kind="veteran", speaker="self")
