"""Do: take an application down, tick its papers, submit, grant or refuse it, withdraw it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.benefits import rules
from vetgrid.benefits.actions.awarding import Cause, begin
from vetgrid.benefits.actions.closing import close_finding
from vetgrid.benefits.actions.deciding import Asked, decide_many
from vetgrid.benefits.actions.persons import locked_person, programme_of
from vetgrid.benefits.handling import starts_on_approval
from vetgrid.benefits.kinds import APPLICATION as ITEM
from vetgrid.benefits.models import Application, Award
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.series import next_number
from vetgrid.benefits.states import APPLICATION
from vetgrid.benefits.telling import Task, answering, hand_to_contact, letter, stations
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict, Invalid, NotAllowed, NotFound
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.ruling.months import label, month_on
from vetgrid.core.ruling.rulebook import Programme
from vetgrid.core.scope import lending
from vetgrid.notices.actions import tell
from vetgrid.registry.models import Person
from vetgrid.work.actions import close_item
from vetgrid.work.models import WorkItem


@dataclass(frozen=True)
class Wanted:
    """What is applied for: the programme, from which month, through which channel, with which papers at hand."""

    programme: str
    from_month: int
    channel: str
    papers: tuple[str, ...] = ()
    note: str = ""


@transaction.atomic
def apply(*, person_id: UUID, wanted: Wanted, by: Actor, today: date, finding_id: UUID | None = None) -> Application:
    """登记申请: one open application a person and programme. It waits for papers, or goes on by itself when all are there."""
    person = locked_person(person_id)
    require(by, BenefitsPermission.APPLY, at=person.division)
    programme = programme_of(wanted.programme)
    if wanted.channel not in codes("application_channel"):
        raise Invalid(fields={"channel": "请选择申请渠道。"})
    if not 2011 * 12 + 7 <= wanted.from_month <= month_on(today) + 12:
        raise Invalid(fields={"from_month": "起始月份应在2011年8月以后、一年之内。"})
    if Award.objects.filter(person=person, programme=programme.key).exclude(state="stopped").exists():
        raise Conflict(f"这个人已在享受“{programme.label}”,不需要再申请。")
    if Application.objects.filter(person=person, programme=programme.key, state__in=("draft", "submitted")).exists():
        raise Conflict(f"“{programme.label}”已有一份申请在办理,请打开那一份继续。")
    number = next_number(person.division, "application", today.year)
    application = prefilled(person, programme, wanted, number=number, by=by, today=today, finding_id=finding_id)
    application.save(force_insert=True)
    _open_work(application, person, by=by, today=today)
    _record(application, "apply", by=by)
    return application


def prefilled(
    person: Person,
    programme: Programme,
    wanted: Wanted,
    *,
    number: str,
    by: Actor,
    today: date,
    finding_id: UUID | None,
) -> Application:
    """The row of an application, not saved yet."""
    papers = [{"paper": paper, "is_there": paper in wanted.papers} for paper in programme.papers]
    return Application(
        division=person.division,
        number=number,
        person=person,
        programme=programme.key,
        from_month=wanted.from_month,
        channel=wanted.channel,
        papers=papers,
        state=APPLICATION.start,
        finding_id=finding_id,
        note=wanted.note.strip()[:500],
        asked_on=today,
        made_by=by.id,
        made_by_name=by.name[:80],
        made_at=now(),
    )


@transaction.atomic
def tick_papers(
    *, application_id: UUID, papers: Sequence[str], by: Actor, today: date, version: int | None = None
) -> Application:
    """登记材料: which papers are there now."""
    application = _locked(application_id, "papers", by=by, version=version)
    application.papers = [  # what the person sent himself is there, whatever is ticked
        {**entry, "is_there": entry["paper"] in papers or bool(entry.get("files"))} for entry in application.papers
    ]
    _save(application, "papers")
    _record(application, "papers", by=by)
    return application


@transaction.atomic
def submit(*, application_id: UUID, by: Actor, today: date, version: int | None = None) -> Application:
    """提交认定: only when every paper is there."""
    application = _locked(application_id, "submit", by=by, version=version)
    missing = missing_papers(application.papers)
    if missing:
        raise Invalid(fields={"papers": f"还缺材料:{'、'.join(missing)}。收到后请先勾选。"})
    application.state = APPLICATION.after(application.state, "submit")
    _save(application, "state")
    _record(application, "submit", by=by)
    return application


@transaction.atomic
def grant(*, application_id: UUID, note: str = "", by: Actor, today: date, version: int | None = None) -> Application:
    """认定: makes the decision, starts the award, closes finding and item. By another person than the one who took it down."""
    application = _locked(application_id, "grant", by=by, version=version)
    if application.made_by == by.id:
        raise NotAllowed("自己登记的申请须由另一位有认定权限的人员认定。")
    programme = programme_of(application.programme)
    person = locked_person(application.person_id)
    on_approval = programme.frequency == "monthly" and starts_on_approval(programme.key, on=today)
    month = rules.start_month(on_approval=on_approval, approved_on=today, asked=application.from_month)
    decision = decide_many([Asked(person.id, person.division, programme.key, month)], by=by, today=today)[0]
    if decision.amount_fen <= 0:
        reasons = "".join(unmet(decision.receipt)) or "按现有事实和标准,这个月没有应发金额。"
        raise Conflict(f"按规则不符合条件,不能认定:{reasons}请补充事实后再试,或不予认定。")
    begin(
        person_id=person.id,
        division=person.division,
        programme=programme.key,
        month=month,
        to_month=month + 1 if programme.frequency == "once" else None,
        decision=decision,
        cause=Cause(note.strip() or f"申请{application.number}经认定", programme.article),
        by=by,
        today=today,
    )
    _decided(application, "grant", decision_id=decision.id, reason=note, by=by, today=today)
    values = {"programme": programme.label, "month": label(month), "amount": f"{decision.amount_fen / 100:,.2f}"}
    tell(letter(person, "benefit_granted", values), today=today)
    return application


@transaction.atomic
def refuse(*, application_id: UUID, reason: str, by: Actor, today: date, version: int | None = None) -> Application:
    """不予认定: with a written reason and a decision whose receipt says what was looked at."""
    application = _locked(application_id, "refuse", by=by, version=version)
    if application.made_by == by.id:
        raise NotAllowed("自己登记的申请须由另一位有认定权限的人员认定。")
    if not reason.strip():
        raise Invalid(fields={"reason": "请写明不予认定的理由,申请人会收到。"})
    person = locked_person(application.person_id)
    month = (
        max(application.from_month, month_on(today))
        if application.from_month <= month_on(today)
        else application.from_month
    )
    asked = Asked(person.id, person.division, application.programme, month, is_start=False)
    decision = decide_many([asked], by=by, today=today)[0]
    _decided(application, "refuse", decision_id=decision.id, reason=reason, by=by, today=today)
    values = {"programme": programme_of(application.programme).label, "reason": reason.strip()}
    tell(letter(person, "benefit_refused", values), today=today)
    return application


@transaction.atomic
def withdraw(*, application_id: UUID, reason: str, by: Actor, today: date, version: int | None = None) -> Application:
    """撤回: with the reason."""
    application = _locked(application_id, "withdraw", by=by, version=version)
    if not reason.strip():
        raise Invalid(fields={"reason": "请写明撤回的原因。"})
    application.reason = reason.strip()[:500]
    application.state = APPLICATION.after(application.state, "withdraw")
    _save(application, "state", "reason")
    _close_work(application, "已撤回", by=by, today=today)
    _record(application, "withdraw", by=by, reason=reason)
    return application


def missing_papers(papers: Sequence[Mapping[str, object]]) -> list[str]:
    return [str(entry["paper"]) for entry in papers if not entry["is_there"]]


def unmet(receipt: str) -> list[str]:
    """The sentences of a receipt that say why nothing is given."""
    return list(json.loads(receipt)["unmet"])


def _locked(application_id: UUID, move: str, *, by: Actor, version: int | None) -> Application:
    division = Application.objects.filter(pk=application_id).values_list("division", flat=True).first()
    if division is None:
        raise NotFound("没有找到这份申请。它可能不在您的管辖范围内。请返回列表重新查找。")
    require(by, APPLICATION.move(move).permission, at=division)
    application = Application.objects.select_for_update().get(pk=application_id)
    if version is not None and version != application.version:
        raise Conflict("这份申请刚被他人办理过,您的操作没有保存。请刷新页面,看过最新情况再办理。")
    APPLICATION.after(application.state, move)
    return application


def _decided(application: Application, move: str, *, decision_id: UUID, reason: str, by: Actor, today: date) -> None:
    application.state = APPLICATION.after(application.state, move)
    application.decision_id, application.reason = decision_id, reason.strip()[:500]
    application.decided_by, application.decided_by_name, application.decided_on = by.id, by.name[:80], today
    _save(application, "state", "decision", "reason", "decided_by", "decided_by_name", "decided_on")
    _close_work(application, APPLICATION.label(application.state), by=by, today=today)
    _record(application, move, by=by, reason=reason)


def _save(application: Application, *names: str) -> None:
    application.version += 1
    application.save(update_fields=[*names, "version"])


def _open_work(application: Application, person: Person, *, by: Actor, today: date) -> None:
    at = stations(Places.of([ancestor(person.division, Level.COUNTY)]))
    station = answering(person.division, at)
    if station is None:
        return
    task = Task(
        ITEM.key, application.id, f"{person.name}申请{programme_of(application.programme).label}", "收齐材料并提交认定"
    )
    hand_to_contact(task, division=person.division, station=station, contact=(by.staff_id, None), by=by, today=today)


def _close_work(application: Application, outcome: str, *, by: Actor, today: date) -> None:
    """The application's own item, and the finding behind it with its item."""
    with lending("work", Places.of([ancestor(application.division, Level.COUNTY)])):
        items = list(WorkItem.objects.filter(kind=ITEM.key, subject_id=application.id, closed_on=None))
    for item in items:
        close_item(item, outcome=outcome, by=by, today=today)
    if application.finding_id and application.state in ("granted", "refused"):
        close_finding(application.finding_id, outcome=outcome, by=by, today=today)


def _record(application: Application, verb: str, *, by: Actor, reason: str = "") -> None:
    record(
        by,
        f"benefits.{verb}",
        division=application.division,
        table="benefits_application",
        row=application.id,
        person=application.person_id,
        reason=reason,
        detail={"programme": application.programme, "state": application.state},
    )
