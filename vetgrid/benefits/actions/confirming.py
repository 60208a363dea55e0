"""Do: confirm once a year that somebody lives and still qualifies; let pay lapse where nobody did."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.benefits.actions.awarding import Cause, add_event
from vetgrid.benefits.actions.persons import locked_person, programme_of
from vetgrid.benefits.handling import deadline
from vetgrid.benefits.models import Award, AwardEvent, Confirmation
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.telling import letter
from vetgrid.core.actor import Actor, require
from vetgrid.core.bulk import insert
from vetgrid.core.errors import Conflict, Invalid
from vetgrid.core.places import Places
from vetgrid.core.reach import within
from vetgrid.core.ruling.months import month_on
from vetgrid.core.scope import lending
from vetgrid.notices.actions import tell
from vetgrid.registry.models import Person


@transaction.atomic
def confirm(*, person_id: UUID, way: str, confirmed_on: date, note: str = "", by: Actor, today: date) -> Confirmation:
    """年度确认: once a year; awards that lapsed go on, and what was held back is paid with the next run."""
    person = locked_person(person_id)
    require(by, BenefitsPermission.CONFIRM, at=person.division)
    if way not in Confirmation.Way.values:
        raise Invalid(fields={"way": "请选择确认方式。"})
    if confirmed_on > today or confirmed_on.year < today.year - 1:
        raise Invalid(fields={"confirmed_on": "确认日期应在今年或去年,不能在今天以后。"})
    if Confirmation.objects.filter(person=person, year=confirmed_on.year).exists():
        raise Conflict(f"{confirmed_on.year}年已经确认过,不需要再办。")
    done = Confirmation(
        division=person.division,
        person=person,
        year=confirmed_on.year,
        way=way,
        confirmed_on=confirmed_on,
        note=note.strip()[:200],
        confirmed_by=by.id,
        confirmed_by_name=by.name[:80],
    )
    done.save(force_insert=True)
    cause = Cause(f"{done.year}年度已由{done.get_way_display()}确认", deadline(done.year).article, source=way)
    for award in Award.objects.filter(person=person, state="suspended").select_for_update():
        if lapsed_in(award, done.year):
            add_event(award, "confirmed", month_on(confirmed_on), cause, by=by, today=today)
    record(
        by,
        BenefitsPermission.CONFIRM,
        division=person.division,
        table="benefits_confirmation",
        row=done.id,
        person=person.id,
        detail={"year": done.year, "way": way},
    )
    return done


def lapsed_in(award: Award, year: int) -> bool:
    """Whether the award still waits for a confirmation that this year's (or a later year's) one makes good."""
    last = AwardEvent.objects.filter(award=award, kind__in=("lapsed", "confirmed")).order_by("-number").first()
    return last is not None and last.kind == "lapsed" and last.on.year <= year + 1


@dataclass(frozen=True)
class Match:
    """This person was seen alive on this day: by a data match, or by a visit noted in the registry's file."""

    person_id: UUID
    division: int
    seen_on: date
    way: str = "match"


def confirm_by_match(matches: Iterable[Match], *, by: Actor, today: date) -> int:
    """数据比对: many at once; those who are confirmed already stay as they are. Returns how many are new."""
    wanted = {(one.person_id, one.seen_on.year): one for one in matches if one.seen_on <= today}
    for division in {one.division for one in wanted.values()}:
        require(by, BenefitsPermission.CONFIRM, at=division)
    years = {year for _, year in wanted}
    known = set(Confirmation.objects.filter(year__in=years).values_list("person_id", "year"))
    rows = [
        Confirmation(
            division=one.division,
            person_id=one.person_id,
            year=year,
            way=one.way,
            confirmed_on=one.seen_on,
            confirmed_by=by.id,
            confirmed_by_name=by.name[:80],
        )
        for (person, year), one in wanted.items()
        if (person, year) not in known
    ]
    with transaction.atomic():
        insert(rows)
        for row in rows:
            for award in Award.objects.filter(person_id=row.person_id, state="suspended"):
                if lapsed_in(award, row.year):
                    label = row.get_way_display()
                    cause = Cause(f"{row.year}年度已确认({label})", deadline(row.year).article, source=row.way)
                    add_event(award, "confirmed", month_on(row.confirmed_on), cause, by=by, today=today)
    return len(rows)


def lapse(*, places: Places, by: Actor, today: date) -> int:
    """逾期: after the days of grace, awards of those who were not confirmed stop paying from this month on. Returns how many.

    Only monthly awards that paid during the year; pay resumes with the confirmation, arrears included.
    """
    year = today.year if today >= deadline(today.year).lapses_on else today.year - 1
    limit = deadline(year)
    with lending("benefits", places), lending("registry", places):
        awards = within(Award.objects.filter(state="active", from_month__lte=month_on(limit.due_on)), places)
        awards = awards.exclude(person__benefit_confirmations__year__gte=year)
        chosen = [
            award
            for award in awards.select_for_update(of=("self",)).select_related("person")
            if programme_of(award.programme).frequency == "monthly" and award.to_month is None
        ]
        told: set[UUID] = set()
        for award in chosen:
            cause = Cause(f"{year}年度到期没有确认,宽限期已过,暂停发放。确认后补发。", limit.article)
            add_event(award, "lapsed", month_on(today), cause, by=by, today=today)
            if award.person_id not in told:
                told.add(award.person_id)
                _tell_lapsed(award.person, year, today=today)
    return len(chosen)


def _tell_lapsed(person: Person, year: int, *, today: date) -> None:
    tell(letter(person, "benefit_lapsed", {"year": str(year)}, dedupe=f"lapsed-{person.id}-{year}"), today=today)


def confirm_from_files(*, places: Places, by: Actor, today: date) -> int:
    """Who was visited for the registry's yearly look at his file is confirmed here too; returns how many are new."""
    with lending("registry", places), lending("benefits", places):
        seen = within(Person.objects.filter(confirmed_on__year=today.year, awards__isnull=False), places)
        seen = seen.exclude(benefit_confirmations__year=today.year).distinct()
        matches = [
            Match(person, division, on, "visit")
            for person, division, on in seen.values_list("id", "division", "confirmed_on")
            if on is not None
        ]
        return confirm_by_match(matches, by=by, today=today)
