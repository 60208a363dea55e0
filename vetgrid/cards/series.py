"""Numbers that run through a year and a county: 优申〔2023〕12号 for applications, plain letters and digits for what is scanned."""

from django.db import connection

from vetgrid.core.ids import new_id
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.scope import lending


def _next(division: int, key: str, count: int = 1) -> int:
    """The first of the next `count` numbers of the series, for the whole county; the row stays locked until commit."""
    county = ancestor(division, Level.COUNTY)
    with lending("cards", Places.only([county])), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cards_series (id, division, key, last) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (division, key) DO UPDATE SET last = cards_series.last + %s RETURNING last",
            [new_id(), county, key, count, count],
        )
        return int(cursor.fetchone()[0]) - count + 1


def application_number(division: int, year: int) -> str:
    return application_text(year, _next(division, f"application-{year}"))


def application_text(year: int, at: int) -> str:
    return f"优申〔{year}〕{at}号"


def letter_number(division: int, mark: str, kind: str, year: int) -> str:
    return f"{mark}〔{year}〕{_next(division, f'letter-{kind}-{year}')}号"


def card_codes(division: int, year: int, count: int) -> list[str]:
    """Codes for the envelopes: county, year, running number."""
    first = _next(division, f"card-{year}", count)
    return [card_code(division, year, first + at) for at in range(count)]


def card_code(division: int, year: int, at: int) -> str:
    return f"C{division // 1_000_000}{year % 100:02d}{at:06d}"


def batch_number(division: int, year: int) -> str:
    return batch_text(division, year, _next(division, f"batch-{year}"))


def batch_text(division: int, year: int, at: int) -> str:
    return f"P{division // 1_000_000}{year % 100:02d}{at:05d}"
