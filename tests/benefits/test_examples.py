"""The worked examples: a person or a family, a month and the amounts that the source gives, worked out by hand."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from vetgrid.benefits.commands import load
from vetgrid.benefits.contradictions import contradictions
from vetgrid.benefits.facts import WrongFacts, read_facts, spell_in, spells
from vetgrid.config.instance import DATA
from vetgrid.core.ruling.months import read_month
from vetgrid.core.ruling.parameters import Parameters, read_value
from vetgrid.core.ruling.rulebook import Rulebook
from vetgrid.core.ruling.scalar import Decision, decide

FOLDER = Path(__file__).parent / "examples"
EXAMPLES = [
    (path.stem, example)
    for path in sorted(FOLDER.glob("*.yaml"))
    for example in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
]


@cache
def rules() -> tuple[Rulebook, Parameters]:
    return load(DATA / "benefits")


def parameters_of(example: Mapping[str, Any]) -> Parameters:
    """Those that ship, with the example's own rows, as known on the example's day."""
    book, shipped = rules()
    extra = [read_value(row, book.tables, key="example") for row in example.get("parameters", ())]
    found = Parameters(book.tables, (*shipped.rows, *extra)) if extra else shipped
    return found.known_on(date.fromisoformat(example["known_on"])) if "known_on" in example else found


def decisions(example: Mapping[str, Any], facts: list[dict[str, Any]]) -> dict[str, Decision]:
    book, _ = rules()
    line = json.dumps({"person": "P1", "place": example["place"], "facts": facts})
    known_on = date.fromisoformat(example["known_on"]) if "known_on" in example else None
    read = read_facts(line, book.vocabulary)
    life = spells(read, book.vocabulary, known_on)
    if wrong := contradictions(life, book.vocabulary):
        raise WrongFacts("P1", wrong)
    month = read_month(example["month"])
    return decide(book, parameters_of(example), spell_in(life, month).values, month=month, place=read.place)


def members(example: Mapping[str, Any]) -> Iterator[tuple[list[dict[str, Any]], dict[str, int]]]:
    for member in example.get("family", {"": example}).values():
        yield member["facts"], member["expect"]


def amounts(found: Mapping[str, Decision]) -> dict[str, int]:
    return {key: decision.amount_fen for key, decision in found.items() if decision.amount_fen}


@pytest.mark.parametrize("example", [pytest.param(one, id=f"{stem}: {one['name']}") for stem, one in EXAMPLES])
def test_the_rules_give_what_the_source_gives(example: Mapping[str, Any]) -> None:
    if "error" in example:
        with pytest.raises(WrongFacts) as wrong:
            decisions(example, example["facts"])
        told = {mistake.field: mistake.reason for mistake in wrong.value.mistakes}
        assert example["error"]["reason"] in told[example["error"]["field"]]
        return
    for facts, expected in members(example):
        found = decisions(example, facts)
        assert amounts(found) == expected, example["working"]
        for key, sentence in example.get("unmet", {}).items():
            assert sentence in "".join(found[key].unmet)
        for key, winner in example.get("excluded", {}).items():
            pair = found[key].excluded_by
            assert pair is not None and winner in (pair.first, pair.second)


def test_there_are_enough_examples_for_every_programme() -> None:
    paid = {key for _, one in EXAMPLES if "error" not in one for _, expected in members(one) for key in expected}
    assert len(EXAMPLES) >= 150
    assert paid == set(rules()[0].programmes)


def test_every_example_names_its_source_and_its_working() -> None:
    assert all(one["source"] and one["working"] for _, one in EXAMPLES)
    assert len({one["name"] for _, one in EXAMPLES}) == len(EXAMPLES)
