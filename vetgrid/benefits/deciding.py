"""Many people from their facts at once: amounts before and after exclusions, and what displaced what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from vetgrid.benefits.facts import Facts, spell_in, spells
from vetgrid.core.ruling.columnar import determine, schema
from vetgrid.core.ruling.parameters import Parameters
from vetgrid.core.ruling.rulebook import Pair, Rulebook


@dataclass(frozen=True)
class Outcome:
    """One person's month in fen, by programme; `excluded` gives the pair and the programme that is paid instead."""

    amounts: Mapping[str, int]
    before: Mapping[str, int]
    excluded: Mapping[str, tuple[Pair, str]]


def many(
    book: Rulebook, parameters: Parameters, people: Sequence[Facts], month: int, known_on: date | None = None
) -> list[Outcome]:
    """Decides all of them for a month, in their order."""
    if not people:
        return []
    places = sorted({facts.place for facts in people})
    frame = _frame(book, people, places, month, known_on)
    ((_, final),) = determine(book, parameters, frame, months=[month], places=places)
    alone = {key: _alone(book, parameters, frame, month, places, key) for key in book.programmes}
    after = final.select(*book.programmes).rows(named=True)
    before = pl.DataFrame(alone).rows(named=True)
    return [Outcome(mine, raw, _excluded(book, mine, raw, month)) for mine, raw in zip(after, before, strict=True)]


def _frame(
    book: Rulebook, people: Sequence[Facts], places: Sequence[int], month: int, known_on: date | None
) -> pl.DataFrame:
    at = {place: index for index, place in enumerate(places)}
    rows = [spell_in(spells(facts, book.vocabulary, known_on), month).values for facts in people]
    types = schema(book.vocabulary)
    columns = {key: pl.Series([row[key] for row in rows], dtype=pl.Int64).cast(types[key]) for key in types}
    return pl.DataFrame(columns).with_columns(
        pl.Series("place", [at[facts.place] for facts in people], dtype=pl.UInt32),
        pl.lit(month, pl.Int32).alias("from_month"),
        pl.lit(month + 1, pl.Int32).alias("to_month"),
    )


def _alone(
    book: Rulebook, parameters: Parameters, frame: pl.DataFrame, month: int, places: Sequence[int], key: str
) -> pl.Series:
    """The amounts of one programme as if there were no other."""
    ((_, found),) = determine(book, parameters, frame, months=[month], places=places, programmes=[key])
    return found[key]


def _excluded(
    book: Rulebook, after: Mapping[str, int], before: Mapping[str, int], month: int
) -> dict[str, tuple[Pair, str]]:
    found = {}
    for key, mine in before.items():
        if mine <= 0 or after[key] == mine:
            continue
        for pair, other, wins_ties in book.losing_conditions(key, month):
            theirs = before[other]
            if theirs > 0 if pair.kind == "either_or" else theirs > mine or (wins_ties and theirs == mine):
                found[key] = (pair, other)
                break
    return found
