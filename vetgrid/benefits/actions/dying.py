"""Do: report a death, and stop pay only when two different sources agree; a mistaken report is taken back with its reason."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.benefits import rules
from vetgrid.benefits.actions.awarding import Cause, add_event, begin
from vetgrid.benefits.actions.facts import Stated, add
from vetgrid.benefits.actions.persons import locked_person
from vetgrid.benefits.events import FactsKnown
from vetgrid.benefits.handling import policy
from vetgrid.benefits.kinds import DEATH
from vetgrid.benefits.models import Award, BenefitFact, DeathReport
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.telling import Task, answering, contacts_of, hand_to_contact, stations
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.events import announce
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.ruling.months import iso, month_on
from vetgrid.core.scope import lending
from vetgrid.registry.models import Person
from vetgrid.work.actions import close_item
from vetgrid.work.models import WorkItem


@dataclass(frozen=True)
class Told:
    """What one source says: when, and if known why (a code of the fact `death_kind`)."""

    source: str
    died_on: date
    note: str = ""
    kind: str = ""


@transaction.atomic
def report_death(*, person_id: UUID, told: Told, by: Actor, today: date) -> DeathReport:
    """登记死亡信息: one source opens an item and warns the gate; the second one that agrees ends the awards."""
    person = locked_person(person_id)
    require(by, BenefitsPermission.CONFIRM, at=person.division)
    wrong = {}
    if told.source not in codes("death_source"):
        wrong["source"] = "请选择信息来源。"
    if told.source == "registry":
        wrong["source"] = "档案的去世登记由系统自动带入,请选择另一个来源。"
    if told.died_on > today:
        wrong["died_on"] = "去世日期不能在今天以后。"
    if wrong:
        raise Invalid(fields=wrong)
    return take_down(person, told, by=by, today=today)


def take_down(person: Person, told: Told, *, by: Actor, today: date) -> DeathReport:
    """For actions and reactions that have checked the right. A source that says it again changes nothing."""
    with lending("benefits", Places.only([person.division])):
        known = DeathReport.objects.filter(person=person, source=told.source, outcome="").first()
        if known is not None:
            return known
        report = DeathReport(
            division=person.division,
            person=person,
            source=told.source,
            died_on=told.died_on,
            reported_on=today,
            note=told.note.strip()[:200],
            reported_by=by.id,
            reported_by_name=by.name[:80],
            reported_at=now(),
        )
        report.save(force_insert=True)
        record(
            by,
            "benefits.report_death",
            division=person.division,
            table="benefits_deathreport",
            row=report.id,
            person=person.id,
            detail={"source": told.source},
        )
        reports = list(DeathReport.objects.filter(person=person, outcome="").values_list("source", "died_on"))
        died_on = rules.agreeing(reports, days=int(policy("death_agreement", on=today)["days"]))
        if died_on is None:
            _open_work(person, report, by=by, today=today)
        else:
            _confirmed(person, died_on, told.kind, by=by, today=today)
    report.refresh_from_db()
    return report


def _confirmed(person: Person, died_on: date, kind: str, *, by: Actor, today: date) -> None:
    """Two sources agree: the fact is written, awards end after the month of death, the items close."""
    sources = "、".join(
        codes("death_source").label(source)
        for source in DeathReport.objects.filter(person=person, outcome="").values_list("source", flat=True)
    )
    DeathReport.objects.filter(person=person, outcome="").update(outcome="confirmed")
    values = {"died": iso(month_on(died_on))} | ({"death_kind": kind} if kind else {})
    stated = Stated("death", {}, month_on(died_on), None, "staff_check", f"两个来源一致:{sources}")
    add(person, stated, values, by=by)
    cause = Cause(f"已于{died_on:%Y年%-m月%-d日}去世,两个来源一致:{sources}", "抚恤补助随人停发", "death")
    for award in Award.objects.filter(person=person).exclude(state="stopped"):
        month = max(rules.stop_month_of_death(died_on), award.from_month)
        add_event(award, "stop", month, cause, by=by, today=today)
    _close_work(person, "两个来源一致,已停发", by=by, today=today)
    announce(FactsKnown(person.id, person.division), by=by, today=today)


@transaction.atomic
def take_back(*, report_id: UUID, reason: str, by: Actor, today: date) -> DeathReport:
    """误报: the report was mistaken (the person lives); nothing was stopped by it."""
    found = DeathReport.objects.filter(pk=report_id).first()
    if found is None:
        raise NotFound()
    person = locked_person(found.person_id)
    require(by, BenefitsPermission.CONFIRM, at=person.division)
    report = DeathReport.objects.select_for_update().get(pk=report_id)
    if report.outcome:
        raise Conflict("这条信息已经处理过了,请刷新页面。已确认的去世请由认定人员更正。")
    if not reason.strip():
        raise Invalid(fields={"reason": "请写明怎样确认本人在世。"})
    report.outcome, report.outcome_note = "mistaken", reason.strip()[:200]
    report.save(update_fields=["outcome", "outcome_note"])
    if not DeathReport.objects.filter(person=person, outcome="").exists():
        _close_work(person, "误报,本人在世", by=by, today=today)
    record(
        by,
        "benefits.take_back_death",
        division=person.division,
        table="benefits_deathreport",
        row=report.id,
        person=person.id,
        reason=reason,
    )
    return report


@transaction.atomic
def undo_death(*, person_id: UUID, reason: str, by: Actor, today: date) -> int:
    """更正去世: two sources were wrong together. The fact ends, stopped awards start again where they stopped. Returns how many."""
    person = locked_person(person_id)
    require(by, BenefitsPermission.DECIDE, at=person.division)
    if not reason.strip():
        raise Invalid(fields={"reason": "请写明更正的理由。"})
    fact = BenefitFact.objects.filter(person=person, group="death", known_until=None).first()
    if fact is None:
        raise Conflict("没有登记过去世,不需要更正。")
    BenefitFact.objects.filter(pk=fact.pk).update(known_until=now())
    DeathReport.objects.filter(person=person, outcome="confirmed").update(
        outcome="mistaken", outcome_note=reason.strip()[:200]
    )
    again = 0
    for award in Award.objects.filter(person=person, state="stopped").order_by("from_month"):
        last = award.events.order_by("-number").first()
        if last is None or last.source != "death" or award.to_month is None:
            continue
        begin(
            person_id=person.id,
            division=person.division,
            programme=award.programme,
            month=award.to_month,
            decision=award.decision,
            cause=Cause(f"去世登记有误,恢复发放:{reason.strip()}"),
            by=by,
            today=today,
        )
        again += 1
    announce(FactsKnown(person.id, person.division), by=by, today=today)
    return again


def _open_work(person: Person, report: DeathReport, *, by: Actor, today: date) -> None:
    county = Places.of([ancestor(person.division, Level.COUNTY)])
    station = answering(person.division, stations(county))
    if station is None:
        return
    contact = contacts_of([person.id], places=county).get(person.id, (None, None))
    label = codes("death_source").label(report.source)
    task = Task(
        DEATH.key, report.id, f"核实{person.name}的死亡信息({label})", "上门或查证,登记第二个来源或误报", days=3
    )
    hand_to_contact(task, division=person.division, station=station, contact=contact, by=by, today=today)


def _close_work(person: Person, outcome: str, *, by: Actor, today: date) -> None:
    reports = DeathReport.objects.filter(person=person).values_list("id", flat=True)
    with lending("work", Places.of([ancestor(person.division, Level.COUNTY)])):
        items = list(WorkItem.objects.filter(kind=DEATH.key, subject_id__in=list(reports), closed_on=None))
    for item in items:
        close_item(item, outcome=outcome, by=by, today=today)
