"""The demo county: an empty database filled by every domain in turn, all or nothing."""

import random
import time
from datetime import date

from django.db import connection, transaction

from vetgrid.accounts import demo as accounts
from vetgrid.appeals import demo as appeals
from vetgrid.benefits import demo as benefits
from vetgrid.cards import demo as cards
from vetgrid.citizens import demo as citizens
from vetgrid.core.places import full_code
from vetgrid.core.scope import acting, system_actor
from vetgrid.employment import demo as employment
from vetgrid.grid import demo as grid
from vetgrid.notices import demo as notices
from vetgrid.offers import demo as offers
from vetgrid.orgs import demo as orgs
from vetgrid.orgs.models import Station
from vetgrid.policies import demo as policies
from vetgrid.registry import demo as registry
from vetgrid.visits import demo as visits

SEED = 20231228
DAY = date(2023, 12, 28)


def is_loaded() -> bool:
    with acting(system_actor("演示县")):
        return Station.objects.exists()


def load(*, county: str = "350581") -> float:
    """Loads everything in one transaction; returns the seconds it took."""
    began = time.monotonic()
    by = system_actor("演示数据")
    dice = random.Random(SEED)  # noqa: S311  # the same county every time is what is wanted
    with acting(by), transaction.atomic():
        orgs.load(dice, county=county, by=by, today=DAY)
        veterans = registry.load(dice, by=by, today=DAY)
        grid.load(dice, veterans=veterans, today=DAY)
        policies.load(division=full_code(county), by=by, today=DAY)
        appeals.load(county=county, by=by, today=DAY)
        benefits.load(county=county, by=by, today=DAY)
        later = random.Random(SEED + 5)  # noqa: S311  # dice of their own, so that what came before stays as it was
        citizens.load(later, county=county, by=by, today=DAY)
        visits.load(later, by=by, today=DAY)
        employment.load(later, county=county, today=DAY)
        notices.load(county=county, today=DAY)
        cards.load(county=county, by=by, today=DAY)
        offers.load(county=county, by=by, today=DAY)
        accounts.load(by=by, today=DAY)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return time.monotonic() - began
