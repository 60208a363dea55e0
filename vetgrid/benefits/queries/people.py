"""Which: one person's benefits this month and why, awards with their history, decisions, confirmations, facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from vetgrid.benefits.models import (
    Application,
    Award,
    AwardEvent,
    AwardPeriod,
    BenefitFact,
    Confirmation,
    DeathReport,
    Decision,
    Finding,
)
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.receipts import Known, determined, gathered
from vetgrid.benefits.sources import book
from vetgrid.core.actor import Actor
from vetgrid.core.errors import NotFound
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.reach import within
from vetgrid.core.ruling.scalar import Decision as Determined
from vetgrid.registry.models import Person

READ = BenefitsPermission.READ


def person(person_id: UUID, *, seen_by: Actor) -> Person:
    """The person within reach; NotFound otherwise."""
    found = within(Person.objects.filter(pk=person_id), seen_by.places(READ)).first()
    if found is None:
        raise NotFound("没有找到这份档案。它可能不在您的管辖范围内。请返回列表重新查找。")
    return found


@dataclass(frozen=True)
class Entitlement:
    """One programme this month: what the rules give, and whether it is received."""

    found: Determined
    award: Award | None

    @property
    def key(self) -> str:
        return self.found.programme.key

    @property
    def is_given(self) -> bool:
        return self.found.amount_fen > 0


def entitlements(who: Person, *, month: int, today: date, seen_by: Actor) -> list[Entitlement]:
    """Every programme worked out now, those that give something first; nothing is stored."""
    known = Known.today(today)
    one = gathered([who.id], known, places=Places.of([ancestor(who.division, Level.COUNTY)]))[who.id]
    _, found = determined(one, known, month)
    awards = {award.programme: award for award in awards_of(who, seen_by=seen_by) if award.state != "stopped"}
    lines = [Entitlement(decision, awards.get(key)) for key, decision in found.items()]
    return sorted(lines, key=lambda line: (not line.is_given, line.award is None, line.found.programme.order))


def awards_of(who: Person, *, seen_by: Actor) -> list[Award]:
    """The person's awards, open ones first."""
    rows = within(Award.objects.filter(person=who), seen_by.places(READ)).select_related("decision")
    return sorted(rows, key=lambda award: (award.state == "stopped", award.programme, -award.from_month))


@dataclass(frozen=True)
class History:
    """An award with everything that happened to it and the months in which it pays."""

    award: Award
    label: str
    events: Sequence[AwardEvent]
    periods: Sequence[AwardPeriod]


def histories(who: Person, *, seen_by: Actor) -> list[History]:
    awards = awards_of(who, seen_by=seen_by)
    events: dict[UUID, list[AwardEvent]] = {}
    for event in AwardEvent.objects.filter(award__in=awards).order_by("-number"):
        events.setdefault(event.award_id, []).append(event)
    periods: dict[UUID, list[AwardPeriod]] = {}
    for period in AwardPeriod.objects.filter(award__in=awards).order_by("from_month"):
        periods.setdefault(period.award_id, []).append(period)
    return [
        History(award, label_of(award.programme), events.get(award.id, []), periods.get(award.id, []))
        for award in awards
    ]


def label_of(programme: str) -> str:
    found = book().programmes.get(programme)
    return found.label if found else programme


@dataclass(frozen=True)
class Papers:
    """What lies in the person's file of benefits."""

    decisions: Sequence[Decision]
    applications: Sequence[Application]
    confirmations: Sequence[Confirmation]
    reports: Sequence[DeathReport]
    facts: Sequence[BenefitFact]
    findings: Sequence[Finding]


def papers_of(who: Person, *, seen_by: Actor) -> Papers:
    places = seen_by.places(READ)
    return Papers(
        list(within(Decision.objects.filter(person=who), places).order_by("-made_at")[:50]),
        list(within(Application.objects.filter(person=who), places).order_by("-asked_on", "-made_at")[:50]),
        list(within(Confirmation.objects.filter(person=who), places).order_by("-year")),
        list(within(DeathReport.objects.filter(person=who), places).order_by("-reported_at")),
        list(within(BenefitFact.objects.filter(person=who), places).order_by("group", "-known_since")),
        list(within(Finding.objects.filter(person=who, closed_on=None), places).exclude(kind="receiving")),
    )


def award(award_id: UUID, *, seen_by: Actor) -> Award:
    found = within(Award.objects.filter(pk=award_id), seen_by.places(READ)).select_related("person").first()
    if found is None:
        raise NotFound("没有找到这份待遇。它可能不在您的管辖范围内。请返回列表重新查找。")
    return found


def decision(decision_id: UUID, *, seen_by: Actor) -> Decision:
    rows = within(Decision.objects.filter(pk=decision_id), seen_by.places(READ))
    found = rows.select_related("person", "rule_version").first()
    if found is None:
        raise NotFound("没有找到这份决定。它可能不在您的管辖范围内。请返回列表重新查找。")
    return found


def fact(fact_id: UUID, *, seen_by: Actor) -> BenefitFact:
    found = within(BenefitFact.objects.filter(pk=fact_id), seen_by.places(READ)).select_related("person").first()
    if found is None:
        raise NotFound()
    return found


def death_report(report_id: UUID, *, seen_by: Actor) -> DeathReport:
    found = within(DeathReport.objects.filter(pk=report_id), seen_by.places(READ)).select_related("person").first()
    if found is None:
        raise NotFound()
    return found
