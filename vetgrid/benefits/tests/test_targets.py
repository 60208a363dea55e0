"""The shipped rules give the same to the fen, whether a person is decided alone, in the database, or among many in memory."""

from datetime import date

import polars as pl
import pytest
from django.db import connection
from psycopg import sql

from vetgrid.benefits.commands import load
from vetgrid.benefits.contradictions import contradictions
from vetgrid.benefits.facts import Spell
from vetgrid.benefits.generating import AROUND, lives, population
from vetgrid.config.instance import DATA
from vetgrid.core.places import full_code
from vetgrid.core.ruling import columnar, in_sql
from vetgrid.core.ruling.months import month_of
from vetgrid.core.ruling.parameters import Parameters
from vetgrid.core.ruling.scalar import decide

BOOK, SHIPPED = load(DATA / "benefits")
PLACES = [full_code("350581"), full_code("350502"), full_code("110105")]
MONTHS = [*range(month_of(2022, 7), month_of(2023, 9)), month_of(2024, 9), month_of(2024, 10), month_of(2025, 1)]


def placed(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns((pl.col("person_id") % len(PLACES)).cast(pl.UInt32).alias("place"))


def in_memory(frame: pl.DataFrame, parameters: Parameters, month: int) -> list[tuple[int, str, int]]:
    ((_, found),) = columnar.determine(BOOK, parameters, frame, months=[month], places=PLACES)
    long = found.select(*BOOK.programmes).with_columns(frame["person_id"]).unpivot(index="person_id")
    return sorted(long.filter(pl.col("value") > 0).iter_rows())


def alone(frame: pl.DataFrame, parameters: Parameters, month: int) -> list[tuple[int, str, int]]:
    found = []
    for row in frame.filter((pl.col("from_month") <= month) & (pl.col("to_month") > month)).iter_rows(named=True):
        facts = {key: int(row[key]) for key in BOOK.vocabulary}
        decisions = decide(BOOK, parameters, facts, month=month, place=PLACES[row["place"]])
        found += [(row["person_id"], key, one.amount_fen) for key, one in decisions.items() if one.amount_fen]
    return sorted(found)


def store(frame: pl.DataFrame) -> None:
    numbers = frame.with_columns(pl.col(pl.Boolean).cast(pl.Int8))
    columns = sql.SQL(", ").join(sql.SQL("{} bigint").format(sql.Identifier(name)) for name in numbers.columns)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE TEMPORARY TABLE lives ({}) ON COMMIT DROP").format(columns).as_string())
        with cursor.copy("COPY lives FROM STDIN (FORMAT csv)") as copy:
            copy.write(numbers.write_csv(include_header=False).encode())


def in_the_database(parameters: Parameters, *months: int) -> list[tuple[int, str, int, int]]:
    """Rows (person, programme, month, fen) of one statement for all the months."""
    question = in_sql.determination(BOOK, parameters, source=sql.Identifier("lives"), months=months, places=PLACES)
    with connection.cursor() as cursor:
        cursor.execute(question.as_string(connection.connection))
        return sorted(cursor.fetchall())


def in_a_month(parameters: Parameters, month: int) -> list[tuple[int, str, int]]:
    return [(person, programme, fen) for person, programme, _, fen in in_the_database(parameters, month)]


@pytest.mark.django_db
@pytest.mark.parametrize("parameters", [SHIPPED, SHIPPED.known_on(date(2023, 9, 30))], ids=["now", "known before"])
def test_three_targets_agree_in_every_month_of_some_lives(parameters):
    frame = placed(lives(BOOK.vocabulary, 90, seed=7))
    store(frame)
    for month in MONTHS:
        expected = alone(frame, parameters, month)
        assert in_memory(frame, parameters, month) == expected
        assert in_a_month(parameters, month) == expected


@pytest.mark.slow
@pytest.mark.django_db
def test_many_months_in_one_statement_give_what_each_gives_alone():
    store(placed(lives(BOOK.vocabulary, 600, seed=41)))
    for first in range(min(MONTHS), max(MONTHS), 12):
        months = range(first, first + 12)
        apart = [row for month in months for row in in_the_database(SHIPPED, month)]
        assert in_the_database(SHIPPED, *months) == sorted(apart)
    assert in_the_database(SHIPPED, *MONTHS) == sorted(
        row for month in MONTHS for row in in_the_database(SHIPPED, month)
    )


@pytest.mark.slow
@pytest.mark.django_db
def test_three_targets_agree_on_twenty_thousand_lives():
    frame = placed(lives(BOOK.vocabulary, 20_000, seed=2023))
    store(frame)
    paid: set[str] = set()
    for at, month in enumerate(MONTHS):
        expected = in_memory(frame, SHIPPED, month)
        assert in_a_month(SHIPPED, month) == expected
        mine = frame.filter(pl.col("person_id") % len(MONTHS) == at)
        assert alone(mine, SHIPPED, month) == in_memory(mine, SHIPPED, month)
        paid |= {key for _, key, _ in expected}
    assert paid == set(BOOK.programmes)


def test_generated_people_are_the_same_for_the_same_seed_and_contradict_nothing():
    frame = population(BOOK.vocabulary, 3_000, seed=11)
    assert frame.equals(population(BOOK.vocabulary, 3_000, seed=11))
    assert not frame.equals(population(BOOK.vocabulary, 3_000, seed=12))
    for row in frame.iter_rows(named=True):
        values = {key: int(row[key]) for key in BOOK.vocabulary}
        spell = Spell(row["from_month"], row["to_month"], values, {})
        assert contradictions([spell], BOOK.vocabulary) == []


def test_generated_people_stand_at_every_boundary():
    frame = population(BOOK.vocabulary, 20_000, seed=3)
    for key, fact in BOOK.vocabulary.items():
        values = set(frame[key].unique().to_list())
        if fact.size is not None:
            assert values == set(range(fact.size)), key
    months = {AROUND - 18 * 12, AROUND - 60 * 12}
    assert months <= set(frame["born"].to_list())
