"""Numbers that run through a year and a county: 退诉〔2023〕12号."""

from django.db import connection

from vetgrid.core.ids import new_id
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.scope import lending

MARKS = {
    "appeal": "退诉",
    "accusation": "退举",
    "consultation": "退询",
    "mediation": "退调",
    "aid": "退援",
}


def next_number(division: int, key: str, pattern: str) -> str:
    """The next number of the series, for the whole county; `{}` in the pattern takes it. The row stays locked until commit."""
    county = ancestor(division, Level.COUNTY)
    with lending("appeals", Places.only([county])), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO appeals_series (id, division, key, last) VALUES (%s, %s, %s, 1)"
            " ON CONFLICT (division, key) DO UPDATE SET last = appeals_series.last + 1 RETURNING last",
            [new_id(), county, key],
        )
        return pattern.format(cursor.fetchone()[0])


def yearly(division: int, kind: str, year: int) -> str:
    """A number of one of our own kinds."""
    return next_number(division, f"{kind}-{year}", f"{MARKS[kind]}〔{year}〕{{}}号")
