"""Numbers that run through a year and a county: 退待决〔2023〕12号."""

from django.db import connection

from vetgrid.core.ids import new_id
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.scope import lending

MARKS = {"decision": "退待决", "application": "退待申"}


def numbers(division: int, kind: str, year: int, count: int) -> list[str]:
    """The next numbers of a series, for the whole county; the row stays locked until commit."""
    county = ancestor(division, Level.COUNTY)
    with lending("benefits", Places.only([county])), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO benefits_series (id, division, key, last) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (division, key) DO UPDATE SET last = benefits_series.last + %s RETURNING last",
            [new_id(), county, f"{kind}-{year}", count, count],
        )
        last = int((cursor.fetchone() or (0,))[0])
    return [f"{MARKS[kind]}〔{year}〕{at}号" for at in range(last - count + 1, last + 1)]


def next_number(division: int, kind: str, year: int) -> str:
    return numbers(division, kind, year, 1)[0]
