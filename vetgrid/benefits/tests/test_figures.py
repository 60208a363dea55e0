"""The report's figures come from the ledger's payments and open to the rows that they add up."""

from datetime import date

import pytest
from psycopg import sql

from tests import builders as make
from vetgrid.benefits.actions import Wanted, apply
from vetgrid.benefits.tests.county import disabled, old_soldier
from vetgrid.core.figures import Period, declared
from vetgrid.core.scope import acting
from vetgrid.payments.history import post_history

pytestmark = pytest.mark.django_db
FIVE_YEARS = Period(date(2018, 12, 28), date(2023, 12, 28))


@pytest.fixture
def county():
    return make.staffed_county()


def posted(rows):
    """Past payments: (person, purpose, month, fen, paid on)."""
    values = sql.SQL(", ").join(
        sql.SQL("({}::uuid, {}, {}::date, {}::bigint, {}::date)").format(
            *(sql.Literal(str(value) if at in (0, 2, 4) else value) for at, value in enumerate(row))
        )
        for row in rows
    )
    select = sql.SQL("SELECT * FROM (VALUES {}) v(person_id, purpose, month, amount_fen, paid_on)").format(values)
    with acting(make.system()):
        return post_history(select, division=make.COUNTY, by=make.system(), today=date(2023, 12, 28))


def value_of(key, seen_by):
    figure = declared()[key]
    with acting(seen_by):
        rows = figure.rows(FIVE_YEARS, seen_by)
        return figure.value(rows), [[column.text(row) for column in figure.columns] for row in rows]


def test_what_was_paid_is_counted_in_yuan_and_social_insurance_apart(county):
    one, other = disabled(), old_soldier()
    posted(
        [
            (one.id, "disability_pension", date(2022, 8, 1), 769333, date(2022, 8, 25)),
            (other.id, "rural_over60", date(2022, 8, 1), 14667, date(2022, 8, 25)),
            (other.id, "rural_over60", date(2018, 8, 1), 99999, date(2018, 8, 25)),
            (one.id, "insurance_continuation", date(2020, 5, 1), 18_000_00, date(2020, 5, 10)),
            (other.id, "insurance_continuation", date(2020, 6, 1), 20_000_00, date(2020, 6, 10)),
            (other.id, "insurance_continuation", date(2020, 7, 1), 1_000_00, date(2020, 7, 10)),
        ]
    )
    boss = county["as_boss"]
    total, rows = value_of("benefits.paid_total", boss)
    assert total == 7840
    assert len(rows) == 2
    assert [rows[at][column] for at in (0, 1) for column in (1, 3, 4, 5) if "伤" in rows[at][1]] == [
        "伤**",
        "残疾抚恤金",
        "2022-08",
        "7,693.33",
    ]
    assert value_of("insurance.people", boss)[0] == 2
    amount, lines = value_of("insurance.amount", boss)
    assert (amount, len(lines)) == (39_000, 3)


def test_the_completion_rate_is_that_of_applications_decided(county):
    who, other = disabled(), old_soldier()
    with acting(make.system()):
        for person in (who, other):
            wanted = Wanted("insurance_continuation", 2023 * 12, "window")
            row = apply(person_id=person.id, wanted=wanted, by=make.system(), today=date(2023, 5, 1))
        type(row).objects.filter(pk=row.pk).update(state="granted")
    rate, rows = value_of("insurance.completion_rate", county["as_boss"])
    assert rate == 50
    assert len(rows) == 2


def test_a_village_sees_only_its_own_payments(county):
    one, other = disabled(), old_soldier(make.VILLAGE_B1, "外村人")
    posted(
        [
            (one.id, "disability_pension", date(2022, 8, 1), 769300, date(2022, 8, 25)),
            (other.id, "rural_over60", date(2022, 8, 1), 14600, date(2022, 8, 25)),
        ]
    )
    total, rows = value_of("benefits.paid_total", county["as_town_boss"])
    assert total == 7693
    assert len(rows) == 1
