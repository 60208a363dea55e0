"""The demo county's list, alliance and redemptions of 2023; what is open is made by the real actions and the real clockwork."""

import random
from datetime import date

from vetgrid.core.actor import Actor
from vetgrid.core.places import full_code
from vetgrid.offers.actions import watching
from vetgrid.offers.actions.joining import remind_of_renewals
from vetgrid.offers.demo.merchants import applicants, members
from vetgrid.offers.demo.uses import complain, redemptions
from vetgrid.offers.loading import load_catalogue

SEED = 581_005


def load(*, county: str, by: Actor, today: date) -> None:
    dice = random.Random(SEED)  # noqa: S311  # the same county every time is what is wanted
    load_catalogue(division=full_code(county))
    alliance = members(dice, county=full_code(county), by=by, today=today)
    redemptions(dice, alliance, today=today)
    applicants(dice, by=by, today=today)
    complain(dice, by=by, today=today)
    remind_of_renewals(by=by, today=today)
    watching.look(by=by, today=today)
