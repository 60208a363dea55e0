"""Numbers that run through a year and a county: 崇军〔2023〕12号."""

from django.db import connection

from vetgrid.core.ids import new_id
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.scope import lending

MARKS = {"merchant": "崇军", "complaint": "优诉"}


def yearly(division: int, kind: str, year: int) -> str:
    """The next number of the kind for the whole county; the row stays locked until commit."""
    county = ancestor(division, Level.COUNTY)
    with lending("offers", Places.only([county])), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO offers_allianceseries (id, division, key, last) VALUES (%s, %s, %s, 1)"
            " ON CONFLICT (division, key) DO UPDATE SET last = offers_allianceseries.last + 1 RETURNING last",
            [new_id(), county, f"{kind}-{year}"],
        )
        return text_of(kind, year, int(cursor.fetchone()[0]))


def text_of(kind: str, year: int, number: int) -> str:
    return f"{MARKS[kind]}〔{year}〕{number}号"
