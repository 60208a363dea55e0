"""The demo county's benefits of five years: facts, awards as the rules give them, what was paid, and a run that waits for review.

Amounts are not written down anywhere here: the rules decide them in the database. Only two kinds of bills come from others and are
posted as they came: those of the hospital for check-ups and those of the insurance office.
"""

import random
from datetime import date

from vetgrid.benefits.actions.parameters import load_shipped
from vetgrid.benefits.actions.sweeping import sweep
from vetgrid.benefits.demo.awards import award, confirm, decide_some
from vetgrid.benefits.demo.facts import conscripts, insured, survivors
from vetgrid.benefits.demo.money import accounts, bill_check_ups, pay_history, post
from vetgrid.benefits.loading import load_deaths_and_moves
from vetgrid.benefits.paying import draft_month
from vetgrid.benefits.spelling import refresh_places
from vetgrid.core.actor import Actor
from vetgrid.core.places import Places, full_code
from vetgrid.core.ruling.months import month_of

SEED = 581_004
FIRST, LAST = month_of(2018, 12), month_of(2023, 11)


def load(*, county: str, by: Actor, today: date) -> None:
    """Everything in order: values and facts, spells, awards and their payments, then what the sweep finds today."""
    dice = random.Random(SEED)  # noqa: S311  # the same county every time is what is wanted
    code = full_code(county)
    places = Places.of([code])
    load_shipped()
    survivors(dice, by=by)
    conscripts(dice, by=by)
    bills = insured(dice, county=code, by=by)
    accounts(dice, by=by)
    load_deaths_and_moves(division=code, by=by, today=today)
    refresh_places(places)
    award(county=code, first=FIRST, last=LAST, by=by)
    pay_history(first=FIRST, last=LAST)
    bill_check_ups(dice, insurance=bills)
    post(division=code, by=by, today=today)
    confirm(dice, by=by, today=today)
    decide_some(by=by, today=today)
    sweep(division=code, month=month_of(today.year, today.month), by=by, today=today)
    draft_month(division=code, month=LAST + 1, by=by, today=today)
