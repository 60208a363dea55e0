"""Do: decide a programme for a person and month, with a receipt that stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.benefits.actions.persons import locked_person, programme_of
from vetgrid.benefits.gathering import Gathered
from vetgrid.benefits.models import Decision
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.receipts import Known, determined, digest_of, gathered, receipt_of
from vetgrid.benefits.rulebook import hold_still
from vetgrid.benefits.series import numbers
from vetgrid.core.actor import Actor, require
from vetgrid.core.bulk import insert
from vetgrid.core.clock import now
from vetgrid.core.errors import Invalid
from vetgrid.core.ids import new_id
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.ruling.months import month_on
from vetgrid.core.scope import lending


@dataclass(frozen=True)
class Asked:
    """One decision to make: the programme for this person in this month."""

    person_id: UUID
    division: int
    programme: str
    month: int
    is_start: bool = True
    """Whether the month is the one from which it is given."""


@transaction.atomic
def decide(
    *, person_id: UUID, programme: str, month: int, by: Actor, today: date, known_on: date | None = None
) -> Decision:
    """作出决定: as known on `known_on` (today when left out); the receipt can be made again to the byte ever after."""
    person = locked_person(person_id)
    require(by, BenefitsPermission.DECIDE, at=person.division)
    programme_of(programme)
    if known_on is not None and known_on > today:
        raise Invalid(fields={"known_on": "不能按将来的日期计算。"})
    if not 2011 * 12 <= month <= month_on(today) + 12:
        raise Invalid(fields={"month": "月份应在2011年以后、一年之内。"})
    asked = Asked(person.id, person.division, programme, month)
    return decide_many([asked], by=by, today=today, known_on=known_on)[0]


def decide_many(
    asked: Sequence[Asked], *, by: Actor, today: date, known_on: date | None = None, is_recorded: bool = True
) -> list[Decision]:
    """Many decisions of one county in one go, for actions and loaders that have checked the right to it themselves."""
    if not asked:
        return []
    county = ancestor(asked[0].division, Level.COUNTY)
    hold_still()
    day, moment, cut = known_on or today, now(), new_id()
    known = Known.on(day, at=moment, not_after=cut)
    people = gathered([one.person_id for one in asked], known, places=Places.of([county]))
    given = numbers(county, "decision", day.year, len(asked))
    with lending("benefits", Places.of([county])):
        made = [
            _decision(one, people[one.person_id], known, number, by=by, cut=cut, moment=moment)
            for one, number in zip(asked, given, strict=True)
        ]
        insert(made)
    if is_recorded:
        for decision in made:
            record(
                by,
                BenefitsPermission.DECIDE,
                division=decision.division,
                table="benefits_decision",
                row=decision.id,
                person=decision.person_id,
                detail={"programme": decision.programme, "fen": decision.amount_fen},
            )
    return made


def _decision(
    asked: Asked, one: Gathered, known: Known, number: str, *, by: Actor, cut: UUID, moment: datetime
) -> Decision:
    spell, every = determined(one, known, asked.month)
    found = every[asked.programme]
    starts = asked.month if asked.is_start and found.amount_fen > 0 else None
    receipt = receipt_of(one, spell, found, known, starts=starts)
    return Decision(
        id=new_id(),
        division=asked.division,
        number=number,
        person_id=asked.person_id,
        programme=asked.programme,
        month=asked.month,
        known_on=known.known_on,
        known_at=moment,
        cut=cut,
        rule_version=known.version,
        is_entitled=found.is_entitled,
        amount_fen=found.amount_fen,
        before_exclusion_fen=found.before_exclusion_fen,
        starts_month=starts,
        receipt=receipt,
        digest=digest_of(receipt),
        made_at=now(),
        made_by=by.id,
        made_by_name=by.name[:80],
    )
