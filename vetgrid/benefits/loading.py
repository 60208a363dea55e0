"""Loads what was so before this platform began: deaths and moves of the registry, awards, confirmations; many rows at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import connection

from vetgrid.benefits import rules
from vetgrid.benefits.determining import determine_into, fresh_table, of_places
from vetgrid.benefits.models import OPEN, Award, AwardEvent, AwardPeriod, BenefitFact, Confirmation, DeathReport
from vetgrid.benefits.spelling import refresh_places
from vetgrid.core.actor import Actor
from vetgrid.core.bulk import insert
from vetgrid.core.clock import CHINA, now
from vetgrid.core.dates import PartialDate
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.reach import within
from vetgrid.core.ruling.months import first_day, iso, month_on
from vetgrid.core.scope import lending
from vetgrid.registry.models import Person


@dataclass(frozen=True)
class Known:
    """A fact that is loaded: a group's values from a month on, known since a day."""

    person_id: UUID
    division: int
    group: str
    values: dict[str, object]
    from_month: int
    to_month: int | None
    known_on: date
    note: str = ""


def load_facts(facts: Iterable[Known], *, by: Actor, source: str = "archive") -> int:
    """Benefit facts as they are; the values must fit the vocabulary."""
    rows = [
        BenefitFact(
            division=fact.division,
            person_id=fact.person_id,
            group=fact.group,
            values=fact.values,
            from_month=fact.from_month,
            to_month=fact.to_month,
            known_since=_moment(fact.known_on),
            source=source,
            note=fact.note,
            recorded_by=by.id,
            recorded_by_name=by.name[:80],
        )
        for fact in facts
    ]
    return insert(rows)


def load_deaths_and_moves(*, division: int, by: Actor, today: date) -> int:
    """Deaths and moves that the registry holds already count as believed: two reports and a fact each. Returns how many facts."""
    places = Places.of([division])
    facts: list[Known] = []
    reports: list[DeathReport] = []
    with lending("registry", places), lending("benefits", places):
        told = set(BenefitFact.objects.filter(group__in=("death", "residence")).values_list("person_id", flat=True))
        gone = within(Person.objects.exclude(died_on=None, left_on=None), places)
        for who in gone.only("id", "division", "died_on", "left_on").iterator():
            if who.id in told:
                continue
            if who.died_on:
                on = min(PartialDate(str(who.died_on)).latest, today)
                values: dict[str, object] = {"died": iso(month_on(on))}
                facts.append(Known(who.id, who.division, "death", values, month_on(on), None, on, "档案已登记去世"))
                reports += [_report(who, source, on, by=by) for source in ("registry", "civil_affairs")]
            elif who.left_on:
                moved: dict[str, object] = {"moved_out": iso(month_on(who.left_on))}
                facts.append(Known(who.id, who.division, "residence", moved, 0, None, who.left_on, "档案已登记迁出"))
        insert(reports)
        return load_facts(facts, by=by)


def _report(who: Person, source: str, on: date, *, by: Actor) -> DeathReport:
    return DeathReport(
        division=who.division,
        person_id=who.id,
        source=source,
        died_on=on,
        reported_on=on,
        outcome="confirmed",
        reported_by=by.id,
        reported_by_name=by.name[:80],
        reported_at=_moment(on),
    )


@dataclass(frozen=True)
class Given:
    """An award that is loaded: `to_month` is the first month that it no longer pays (None: still paid)."""

    person_id: UUID
    division: int
    programme: str
    from_month: int
    to_month: int | None = None
    decision_id: UUID | None = None
    reason: str = "原已享受"


def load_awards(given: Iterable[Given], *, by: Actor, today: date) -> int:
    """Awards with their events and periods, in one statement a table; returns how many."""
    awards, events, periods = [], [], []
    for one in given:
        award = Award(
            division=one.division,
            person_id=one.person_id,
            programme=one.programme,
            from_month=one.from_month,
            to_month=one.to_month,
            state="active" if one.to_month is None else "stopped",
            decision_id=one.decision_id,
        )
        awards.append(award)
        changes = [("start", one.from_month, one.reason)]
        if one.to_month is not None:
            changes.append(("stop", one.to_month, "不再符合条件"))
        for number, (kind, month, reason) in enumerate(changes, start=1):
            events.append(_event(award, number, kind, month, reason, by=by, today=today))
        for start, end in rules.payable([rules.Change(kind, month) for kind, month, _ in changes]):
            periods.append(AwardPeriod(division=one.division, award=award, from_month=start, to_month=min(end, OPEN)))
    insert(awards)
    insert(events)
    insert(periods)
    return len(awards)


def _event(award: Award, number: int, kind: str, month: int, reason: str, *, by: Actor, today: date) -> AwardEvent:
    on = min(first_day(month), today)
    return AwardEvent(
        division=award.division,
        award=award,
        number=number,
        kind=kind,
        month=month,
        on=on,
        reason=reason,
        by=by.id,
        by_name=by.name[:80],
        at=_moment(on),
    )


@dataclass(frozen=True)
class Entitled:
    """Somebody's unbroken months of one programme within the months asked: from the first up to before `to_month`."""

    person_id: UUID
    division: int
    programme: str
    from_month: int
    to_month: int
    amount_fen: int


def entitled(*, division: int, first: int, last: int) -> list[Entitled]:
    """Who is given what, from when to when, by today's facts: what a county's past is made of. Spells must be up to date.

    Monthly programmes give periods without a gap; those that come once or yearly give a line for each month.
    """
    places = Places.of([division])
    with lending("benefits", places), lending("registry", places), connection.cursor() as cursor:
        fresh_table("load_amounts")
        county = ancestor(division, Level.COUNTY)
        determine_into("load_amounts", range(first, last + 1), source=of_places(division), county=county)
        cursor.execute(
            "SELECT g.person_id, p.division, g.programme, min(g.month), max(g.month) + 1, sum(g.amount_fen)::bigint FROM ("
            " SELECT *, month - row_number() OVER (PARTITION BY person_id, programme ORDER BY month) AS run FROM load_amounts) g"
            " JOIN registry_person p ON p.id = g.person_id GROUP BY 1, 2, 3, g.run ORDER BY 2, 1, 3, 4"
        )
        return [Entitled(*row) for row in cursor.fetchall()]


def load_confirmations(people: Iterable[tuple[UUID, int, date, str]], *, by: Actor) -> int:
    """(person, division, day, way) of yearly confirmations; one a person and year."""
    rows = {
        (person, on.year): Confirmation(
            division=division,
            person_id=person,
            year=on.year,
            way=way,
            confirmed_on=on,
            confirmed_by=by.id,
            confirmed_by_name=by.name[:80],
        )
        for person, division, on, way in people
    }
    return insert(rows.values())


def spells_of(division: int) -> int:
    """All spells of a division, after facts were loaded; returns how many."""
    return refresh_places(Places.of([division]))


def _moment(on: date) -> datetime:
    return min(datetime.combine(on, time(9), CHINA), now())
