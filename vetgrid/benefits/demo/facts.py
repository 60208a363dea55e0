"""Facts that the registry has no field for: survivors' conditions, conscripts of these years, gaps in social insurance."""

import random
import uuid
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from vetgrid.benefits.models import Application, BenefitFact
from vetgrid.benefits.rulebook import parameters, rulebook
from vetgrid.benefits.series import numbers
from vetgrid.core.actor import Actor
from vetgrid.core.bulk import insert
from vetgrid.core.clock import CHINA
from vetgrid.core.ruling.months import iso, month_of, read_month
from vetgrid.core.ruling.scalar import decide
from vetgrid.registry.models import PersonClass, Service

CONSCRIPTS_A_YEAR = 118
INSURED = 99
INSURANCE_FEN = 186_300_000
_SURVIVOR_CLASSES = ("21", "22", "23")
_LAST_BILL_FEN = (1_000_000, 4_500_000)


def _fact(
    dice: random.Random, person: uuid.UUID, division: int, group: str, values: Mapping[str, Any], since: int, by: Actor
) -> BenefitFact:
    """A fact that was recorded in the month in which it begins (or when the bureau began)."""
    known = max(since, month_of(2018, 12))
    return BenefitFact(
        id=uuid.UUID(int=dice.getrandbits(128), version=4),
        division=division,
        person_id=person,
        group=group,
        values=dict(values),
        from_month=since,
        known_since=datetime.combine(date(known // 12, known % 12 + 1, 28), time(9), CHINA),
        source="archive",
        note="",
        recorded_by=by.id,
        recorded_by_name=by.name,
    )


def survivors(dice: random.Random, *, by: Actor) -> None:
    """Which relation a survivor has and why he qualifies."""
    rows = []
    for person, division in (
        PersonClass.objects.filter(code__in=_SURVIVOR_CLASSES, known_until=None)
        .order_by("id")
        .values_list("person_id", "division")
    ):
        relation = dice.choices(["parent", "spouse", "child"], [45, 45, 10])[0]
        why = (
            "is_disabled"
            if relation == "child"
            else dice.choice(["is_low_income", "is_low_income", "is_without_means"])
        )
        values = {"survivor_relation": relation, why: True}
        rows.append(_fact(dice, person, division, "survivor", values, month_of(2012, 1), by))
    insert(rows)


def conscripts(dice: random.Random, *, by: Actor) -> None:
    """Families of conscripts: the soldiers of these years, by the month in which they enlisted; the rest are still serving."""
    served = dict[int, list[tuple[uuid.UUID, int, int]]]()
    for person, division, enlisted in (
        Service.objects.filter(kind="conscript", enlisted_on__gte="2017", known_until=None, person__died_on=None)
        .order_by("id")
        .values_list("person_id", "division", "enlisted_on")
    ):
        month = read_month(str(enlisted)[:7]) if len(str(enlisted)) >= 7 else month_of(int(enlisted[:4]), 9)
        served.setdefault(month // 12, []).append((person, division, month))
    serving = list(
        PersonClass.objects.filter(code__in=["91", "92"], known_until=None)
        .order_by("id")
        .values_list("person_id", "division")
    )
    dice.shuffle(serving)
    rows = []
    for year in range(2017, 2024):
        chosen = served.get(year, [])[:CONSCRIPTS_A_YEAR]
        while len(chosen) < CONSCRIPTS_A_YEAR and serving:
            person, division = serving.pop()
            chosen.append((person, division, month_of(year, dice.choice([3, 9]))))
        for person, division, month in chosen:
            region = dice.choices(["ordinary", "border", "hardship", "plateau", "tibet"], [70, 14, 9, 4, 3])[0]
            values = {"conscript_since": iso(month), "conscript_region": region}
            values["conscript_education"] = dice.choices(["none", "student", "graduate"], [45, 35, 20])[0]
            rows.append(_fact(dice, person, division, "conscript", values, month, by))
    insert(rows)


def insured(dice: random.Random, *, county: int, by: Actor) -> dict[uuid.UUID, int]:
    """Whose social insurance was continued, with gaps in months; returns what the office billed for the last one, in fen.

    The office's last bill closes the account of the programme, as it did in the bureau's own books.
    """
    people = list(
        Service.objects.filter(
            discharge_kind="arranged", discharged_on__lt="2019-01", discharged_on__gte="1990", known_until=None
        )
        .filter(person__died_on=None, person__left_on=None, person__merged_into=None)
        .order_by("id")
        .values_list("person_id", "division", "enlisted_on", "discharged_on")
    )[:INSURED]
    book, values = rulebook(), parameters()
    rows, spent = [], 0
    for at, (person, division, enlisted, discharged) in enumerate(people):
        paid = month_of(dice.choice([2019, 2020, 2020, 2021]), dice.randint(3, 12))
        served = {"enlisted": read_month(str(enlisted)[:7]), "discharged": _month(str(discharged))}
        left = INSURED - at
        # Gaps are drawn around what is left for each of those who are still to come.
        fair = (INSURANCE_FEN - spent) // left
        gap = _gap(book, values, served, paid, fair * dice.randint(70, 130) // 100 if left > 8 else fair, county)
        facts = {"insurance_paid": paid, "pension_gap_months": gap, "medical_gap_months": gap}
        amount = _amount(book, values, served | facts, paid, county)
        written = {"insurance_paid": iso(paid), "pension_gap_months": gap, "medical_gap_months": gap}
        rows.append(_fact(dice, person, division, "insurance", written, month_of(2019, 2), by))
        if left > 1:
            spent += amount
    insert(rows)
    bill = INSURANCE_FEN - spent
    if not _LAST_BILL_FEN[0] <= bill <= _LAST_BILL_FEN[1]:
        raise RuntimeError(f"the last bill would be {bill} fen: choose another seed")
    _apply(rows, by=by, county=county)
    return {people[-1][0]: bill}


def _month(written: str) -> int:
    return read_month(written[:7]) if len(written) >= 7 else month_of(int(written[:4]), 1)


def _amount(book: Any, values: Any, facts: Mapping[str, int], month: int, county: int) -> int:
    encoded = book.vocabulary.blank() | facts
    encoded["discharge_kind"] = book.vocabulary["discharge_kind"].encode("arranged")
    return decide(book, values, encoded, month=month, place=county)["insurance_continuation"].amount_fen


def _gap(book: Any, values: Any, served: Mapping[str, int], paid: int, wanted: int, county: int) -> int:
    """How many months come nearest to an amount."""
    one = _amount(
        book, values, {**served, "insurance_paid": paid, "pension_gap_months": 1, "medical_gap_months": 1}, paid, county
    )
    return max(1, min(served["discharged"] - served["enlisted"], (wanted + one // 2) // one))


def _apply(rows: list[BenefitFact], *, by: Actor, county: int) -> None:
    """Each of them asked, and was granted."""
    granted = uuid.UUID(int=1)  # the office of that time, another than the one who recorded
    names = numbers(county, "application", 2019, len(rows))
    insert(
        Application(
            number=number,
            division=row.division,
            person_id=row.person_id,
            programme="insurance_continuation",
            from_month=read_month(row.values["insurance_paid"]),
            channel="counter",
            state="granted",
            asked_on=date(2019, 2, 25),
            made_by=by.id,
            made_by_name=by.name,
            made_at=row.known_since,
            decided_by=granted,
            decided_by_name="市退役军人事务局",
            decided_on=date(2019, 12, 20),
        )
        for number, row in zip(names, rows, strict=True)
    )
