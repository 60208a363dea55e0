"""Facts on a line: what is read, what is refused, and how a life is cut into spells."""

import itertools
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetgrid.benefits.contradictions import contradictions
from vetgrid.benefits.facts import FIRST, LAST, DatedFact, Facts, WrongFacts, read_facts, spell_in, spells
from vetgrid.config.instance import DATA
from vetgrid.core.ruling.months import month_of
from vetgrid.core.ruling.vocabulary import Vocabulary

VOCABULARY = Vocabulary.read(DATA / "benefits" / "facts.toml")


def line(*facts: dict, **more: object) -> str:
    return json.dumps({"person": "P1", "place": "350581", "facts": list(facts), **more})


def wrong(text: str) -> dict[str, str]:
    with pytest.raises(WrongFacts) as caught:
        read_facts(text, VOCABULARY)
    return {mistake.field: mistake.reason for mistake in caught.value.mistakes}


def test_a_line_is_read_with_its_codes_months_and_source():
    values = {"disability_grade": 5, "disability_cause": "war", "handed_over": "2001-06"}
    found = read_facts(
        line({"group": "disability", "from": "2001-07", "source": "archive", "values": values}), VOCABULARY
    )
    (fact,) = found.facts
    assert (found.person, found.place, fact.from_month, fact.to_month) == ("P1", 350581000000, month_of(2001, 7), LAST)
    assert fact.source == "archive"
    assert fact.values == {"disability_grade": 5, "disability_cause": 1, "handed_over": month_of(2001, 6)}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{", "line"),
        ("[]", "line"),
        ('{"place": "350581", "facts": []}', "person"),
        ('{"person": "P1", "place": "35", "facts": []}', "place"),
        ('{"person": "P1", "place": 350581, "facts": []}', "place"),
        ('{"person": "P1", "place": "350581"}', "facts"),
        ('{"person": "P1", "place": "350581", "facts": [], "born": "1950-01"}', "born"),
        ('{"person": "P1", "place": "350581", "facts": [7]}', "facts[0]"),
        ('{"person": "P1", "place": "350581", "facts": [{"group": "combat"}]}', "facts[0].values"),
        ('{"person": "P1", "place": "350581", "facts": [{"group": "combat", "date": "x", "values": {"combat": "combat"}}]}', "facts[0].date"),
        ('{"person": "P1", "place": "350581", "facts": [{"group": "combat", "known_since": "2023", "values": {"combat": "combat"}}]}', "facts[0].known_since"),
    ],
)  # fmt: skip
def test_what_is_no_line_of_facts_names_the_field(text, field):
    assert field in wrong(text)


def test_all_mistakes_of_a_line_are_told_at_once():
    found = wrong(
        line({"group": "person", "values": {"born": "1950-13"}}, {"group": "war", "values": {}}, place="3505")
    )
    assert set(found) == {"born", "facts[1].group", "place"}


def test_two_facts_of_a_group_may_meet_but_not_overlap():
    first = {"group": "combat", "to": "2010-05", "values": {"combat": "combat"}}
    later = {"group": "combat", "from": "2010-05", "values": {"combat": "test"}}
    assert len(read_facts(line(first, later), VOCABULARY).facts) == 2
    assert "facts[1].from" in wrong(line(first, {**later, "from": "2010-04"}))


def test_a_corrected_fact_may_overlap_with_what_was_believed_before():
    believed = {"group": "person", "known_until": "2022-03-01", "values": {"born": "1962-05"}}
    corrected = {"group": "person", "known_since": "2022-03-01", "values": {"born": "1960-05"}}
    facts = read_facts(line(believed, corrected), VOCABULARY)

    def born(on: date | None) -> int:
        return spell_in(spells(facts, VOCABULARY, on), month_of(2021, 1)).values["born"]

    assert born(date(2022, 2, 28)) == month_of(1962, 5)
    assert born(date(2022, 3, 1)) == month_of(1960, 5)
    assert born(None) == month_of(1960, 5)


def test_outside_of_a_fact_its_columns_are_none():
    facts = read_facts(
        line({"group": "combat", "from": "2010-01", "to": "2011-01", "values": {"combat": "test"}}), VOCABULARY
    )
    found = spells(facts, VOCABULARY)
    assert [(spell.from_month, spell.values["combat"]) for spell in found] == [
        (FIRST, 0),
        (month_of(2010, 1), 2),
        (month_of(2011, 1), 0),
    ]
    assert set(found[1].sources) == {"combat"} and not found[0].sources


def test_a_contradiction_is_told_once_though_it_holds_in_many_spells():
    facts = read_facts(
        line(
            {"group": "person", "values": {"born": "1950-01"}},
            {"group": "death", "values": {"died": "1949-01"}},
            {"group": "combat", "from": "2010-01", "values": {"combat": "test"}},
        ),
        VOCABULARY,
    )
    reasons = [mistake.reason for mistake in contradictions(spells(facts, VOCABULARY), VOCABULARY)]
    assert reasons == ["去世年月:1949年1月早于出生的1950年1月。请核对出生和去世年月。"]


MONTHS = st.integers(month_of(1990, 1), month_of(1992, 12))
DAYS = st.dates(date(1990, 1, 1), date(1993, 1, 1))


@st.composite
def dated(draw: st.DrawFn, group: str, key: str) -> list[DatedFact]:
    """Facts of one group that follow each other, with gaps."""
    edges = sorted(draw(st.sets(MONTHS, max_size=6)))
    return [
        DatedFact(group, start, end, draw(st.none() | DAYS), None, "", {key: draw(st.integers(1, 2))})
        for start, end in zip(edges[::2], edges[1::2], strict=False)
    ]


@given(dated("combat", "combat"), dated("red_army", "red_army"), st.none() | DAYS, MONTHS)
def test_spells_cover_all_time_without_gap_and_say_what_the_facts_say(first, second, known_on, month):
    facts = Facts("P1", 350581000000, (*first, *second))
    found = spells(facts, VOCABULARY, known_on)
    assert (found[0].from_month, found[-1].to_month) == (FIRST, LAST)
    assert all(one.to_month == other.from_month for one, other in itertools.pairwise(found))
    assert all(spell.from_month < spell.to_month for spell in found)
    for key, given_facts in (("combat", first), ("red_army", second)):
        expected = [
            fact.values[key]
            for fact in given_facts
            if fact.is_known(known_on) and fact.from_month <= month < fact.to_month
        ]
        assert spell_in(found, month).values[key] == (expected[0] if expected else 0)


@given(dated("combat", "combat"), dated("red_army", "red_army"), st.randoms())
def test_the_order_of_facts_does_not_matter(first, second, random):
    mixed = [*first, *second]
    random.shuffle(mixed)
    one = spells(Facts("P1", 1, (*first, *second)), VOCABULARY)
    assert spells(Facts("P1", 1, tuple(mixed)), VOCABULARY) == one


@given(dated("combat", "combat"))
def test_neighbouring_spells_differ(facts):
    found = spells(Facts("P1", 1, tuple(facts)), VOCABULARY)
    assert all(one.sources != other.sources for one, other in itertools.pairwise(found))
