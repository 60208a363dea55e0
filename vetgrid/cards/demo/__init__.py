"""The demo county's cards: 7,358 applications accepted, 7,386 cards signed for, 7,288 issued, each number from real rows; and what is open now."""

import random
from datetime import date

from vetgrid.cards.demo import finished, opened
from vetgrid.cards.demo.county import County, applicants, county_of
from vetgrid.cards.models import Series
from vetgrid.core.actor import Actor
from vetgrid.core.bulk import insert
from vetgrid.core.places import full_code

SEED = 581_006


def load(*, county: str, by: Actor, today: date) -> None:
    """First what is finished, in bulk; then the open ones with their owners and clocks."""
    dice = random.Random(SEED)  # noqa: S311  # the same county every time is what is wanted
    place = county_of(dice, full_code(county), by=by, today=today)
    people = applicants(place, finished.APPLICATIONS + opened.WAITING)
    rows = finished.make(place, people)
    opened.make(place, rows, people)
    for collected in rows.in_order():
        insert(collected)
    insert(
        Series(id=place.key(), division=place.code, key=key, last=last) for key, last in sorted(place.numbers.items())
    )


__all__ = ["County", "load"]
