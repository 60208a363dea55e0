"""A person's page of benefits, and the forms behind its buttons."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from vetgrid.benefits import actions
from vetgrid.benefits.forms.people import (
    ApplyForm,
    ChangeForm,
    ConfirmForm,
    DeathForm,
    DecideForm,
    FactForm,
    MoveInForm,
    MoveOutForm,
    ReasonForm,
)
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.queries import people as queries
from vetgrid.benefits.sources import book
from vetgrid.benefits.states import APPLICATION, AWARD
from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict, NotFound
from vetgrid.core.guard import guarded
from vetgrid.core.ruling.months import label, month_on
from vetgrid.payments.permissions import PaymentsPermission
from vetgrid.payments.queries import ledger_of
from vetgrid.web.answering import form_page

READ, APPLY, DECIDE = BenefitsPermission.READ, BenefitsPermission.APPLY, BenefitsPermission.DECIDE
CONFIRM = BenefitsPermission.CONFIRM
OWN_GROUPS = ("death", "suspension", "person")
"""Groups that are not typed here: the registry's own, and those that an act of their own writes."""


@guarded(READ)
def benefits(request: Any, person_id: UUID) -> HttpResponse:
    who = queries.person(person_id, seen_by=request.actor)
    month = month_on(today())
    lines = queries.entitlements(who, month=month, today=today(), seen_by=request.actor)
    may_see_ledger = request.actor.may(PaymentsPermission.READ, at=who.division)
    ledger = ledger_of(who.id, seen_by=request.actor) if may_see_ledger else None
    papers = queries.papers_of(who, seen_by=request.actor)
    vocabulary = book().vocabulary
    context = {
        "person": who,
        "month": label(month),
        "given": [line for line in lines if line.is_given or line.award],
        "others": [line for line in lines if not line.is_given and not line.award],
        "total": sum(line.found.amount_fen for line in lines if line.award and line.award.state == "active"),
        "histories": queries.histories(who, seen_by=request.actor),
        "papers": papers,
        "facts": [
            (
                fact,
                vocabulary.groups.get(fact.group, fact.group),
                _shown(fact.values),
                codes("source").label(fact.source),
            )
            for fact in papers.facts
        ],
        "deaths": [(report, codes("death_source").label(report.source)) for report in papers.reports],
        "ledger": ledger,
        "entries": list(reversed(ledger.entries))[:12] if ledger else [],
        "application_flow": APPLICATION,
        "award_flow": AWARD,
        "groups": [(key, text) for key, text in vocabulary.groups.items() if key not in OWN_GROUPS],
        "may": {
            "apply": request.actor.may(APPLY, at=who.division),
            "decide": request.actor.may(DECIDE, at=who.division),
            "confirm": request.actor.may(CONFIRM, at=who.division),
        },
    }
    return render(request, "benefits/person.html", context)


def _shown(values: dict[str, Any]) -> str:
    vocabulary = book().vocabulary
    parts = []
    for key, value in values.items():
        if key in vocabulary:
            fact = vocabulary[key]
            parts.append(f"{fact.label}:{fact.text(fact.encode(value))}")
    return ";".join(parts)


@guarded(READ)
def panel(request: Any, person_id: UUID) -> HttpResponse:
    """What the person receives, shown inside the file."""
    who = queries.person(person_id, seen_by=request.actor)
    awards = [
        (award, queries.label_of(award.programme), AWARD.label(award.state))
        for award in queries.awards_of(who, seen_by=request.actor)
        if award.state != "stopped"
    ]
    papers = queries.papers_of(who, seen_by=request.actor)
    return render(request, "benefits/person_panel.html", {"person": who, "awards": awards, "findings": papers.findings})


@guarded(APPLY)
@require_http_methods(["GET", "POST"])
def apply(request: Any, person_id: UUID) -> HttpResponse:
    who = queries.person(person_id, seen_by=request.actor)
    asked = {"programme": request.GET.get("programme", ""), "from_month": month_on(today())}
    form = ApplyForm(request.POST or None, initial=asked)

    def act(data: dict[str, Any]) -> str:
        wanted = actions.Wanted(data["programme"], data["from_month"], data["channel"], (), data["note"])
        row = actions.apply(person_id=who.id, wanted=wanted, by=request.actor, today=today())
        return f"/benefits/applications/{row.id}"

    return form_page(
        request, form, title=f"登记申请 · {who.name}", back=_page(who.id), act=act, done="已登记,请勾选收到的材料。"
    )


@guarded(DECIDE)
@require_http_methods(["GET", "POST"])
def decide(request: Any, person_id: UUID) -> HttpResponse:
    who = queries.person(person_id, seen_by=request.actor)
    asked = {"programme": request.GET.get("programme", ""), "month": month_on(today())}
    form = DecideForm(request.POST or None, initial=asked)

    def act(data: dict[str, Any]) -> str:
        row = actions.decide(person_id=who.id, by=request.actor, today=today(), **data)
        return f"/benefits/decisions/{row.id}"

    note = "作出一份留存的决定书:逐步计算、事实来源和标准都在上面,以后可以原样重算。不改变待遇的发放。"
    return form_page(
        request,
        form,
        title=f"作出决定 · {who.name}",
        back=_page(who.id),
        act=act,
        done="已作出决定。",
        button="作出决定",
        context={"note": note},
    )


@guarded(APPLY)
@require_http_methods(["GET", "POST"])
def record_fact(request: Any, person_id: UUID, group: str) -> HttpResponse:
    who = queries.person(person_id, seen_by=request.actor)
    if group not in book().vocabulary.groups or group in OWN_GROUPS:
        raise NotFound("没有这种事实。请返回人员待遇页面重新选择。")
    form = FactForm(request.POST or None, group=group)
    return _fact_page(request, form, who.id, who.name, group, None)


@guarded(APPLY)
@require_http_methods(["GET", "POST"])
def correct_fact(request: Any, benefit_fact_id: UUID) -> HttpResponse:
    row = queries.fact(benefit_fact_id, seen_by=request.actor)
    if row.group in OWN_GROUPS:
        raise Conflict("去世和中止情形不能直接更正,请用专门的办理入口。")
    values = {key: {True: "true", False: "false"}.get(value, value) for key, value in row.values.items()}
    for key, value in values.items():
        if key in book().vocabulary and book().vocabulary[key].unit == "fen":
            values[key] = f"{int(value) / 100:.2f}"
    initial = values | {
        "from_month": row.from_month or None,
        "to_month": row.to_month,
        "source": row.source,
        "note": row.note,
    }
    form = FactForm(request.POST or None, group=row.group, initial=initial)
    return _fact_page(request, form, row.person_id, row.person.name, row.group, row.id)


def _fact_page(
    request: Any, form: FactForm, person_id: UUID, name: str, group: str, corrects: UUID | None
) -> HttpResponse:
    def act(data: dict[str, Any]) -> None:
        stated = actions.Stated(
            group, form.values(), data["from_month"], data["to_month"], data["source"], data["note"]
        )
        actions.record_fact(person_id=person_id, stated=stated, by=request.actor, today=today(), corrects=corrects)

    title = f"{'更正' if corrects else '登记'}{book().vocabulary.groups[group]} · {name}"
    return form_page(
        request, form, title=title, back=_page(person_id), act=act, done="已保存。原来的记录保留在历史里。"
    )


@guarded(APPLY)
@require_http_methods(["GET", "POST"])
def withdraw_fact(request: Any, benefit_fact_id: UUID) -> HttpResponse:
    row = queries.fact(benefit_fact_id, seen_by=request.actor)
    form = ReasonForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        actions.withdraw_fact(
            person_id=row.person_id, fact_id=row.id, reason=data["reason"], by=request.actor, today=today()
        )

    title = f"撤销{book().vocabulary.groups.get(row.group, '')} · {row.person.name}"
    return form_page(request, form, title=title, back=_page(row.person_id), act=act, done="已撤销。", button="撤销")


@guarded(CONFIRM)
@require_http_methods(["GET", "POST"])
def confirm(request: Any, person_id: UUID) -> HttpResponse:
    who = queries.person(person_id, seen_by=request.actor)
    form = ConfirmForm(request.POST or None, initial={"way": "visit", "confirmed_on": today()})

    def act(data: dict[str, Any]) -> None:
        actions.confirm(person_id=who.id, by=request.actor, today=today(), **data)

    note = "见面、视频或可靠的数据比对,确认本人在世并仍符合条件。逾期暂停的待遇,确认后恢复并补发。"
    return form_page(
        request,
        form,
        title=f"年度确认 · {who.name}",
        back=_page(who.id),
        act=act,
        done="已确认。",
        button="确认",
        context={"note": note},
    )


@guarded(CONFIRM)
@require_http_methods(["GET", "POST"])
def report_death(request: Any, person_id: UUID) -> HttpResponse:
    who = queries.person(person_id, seen_by=request.actor)
    form = DeathForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        told = actions.Told(data["source"], data["died_on"], data["note"], data["kind"])
        actions.report_death(person_id=who.id, told=told, by=request.actor, today=today())

    note = "一个来源不会停发待遇,只会提醒核实;两个不同来源一致时,从去世次月起停发。"
    return form_page(
        request,
        form,
        title=f"登记死亡信息 · {who.name}",
        back=_page(who.id),
        act=act,
        done="已登记。",
        button="登记",
        context={"note": note},
    )


@guarded(CONFIRM)
@require_http_methods(["GET", "POST"])
def death(request: Any, death_report_id: UUID) -> HttpResponse:
    """A report of one source: take it back as mistaken, or go to the person's page and record a second source."""
    row = queries.death_report(death_report_id, seen_by=request.actor)

    def act(reason: str) -> None:
        actions.take_back(report_id=row.id, reason=reason, by=request.actor, today=today())

    note = f"{codes('death_source').label(row.source)}:{row.died_on}去世。如属实,请到人员待遇页面登记第二个来源;如是误报,在这里写明怎样确认本人在世。"
    words = _Words(f"死亡信息误报 · {row.person.name}", "已登记误报。", "登记误报", note)
    return _with_reason(request, row.person_id, words, act)


@guarded(DECIDE)
@require_http_methods(["GET", "POST"])
def undo_death(request: Any, person_id: UUID) -> HttpResponse:
    who = queries.person(person_id, seen_by=request.actor)

    def act(reason: str) -> None:
        actions.undo_death(person_id=who.id, reason=reason, by=request.actor, today=today())

    return _with_reason(request, who.id, _Words(f"更正去世 · {who.name}", "已更正,停发的待遇接续发放。"), act)


@dataclass(frozen=True)
class _Words:
    """What a form says around its one field."""

    title: str
    done: str
    button: str = "保存"
    note: str = ""


def _with_reason(request: Any, person_id: UUID, words: _Words, act: Callable[[str], object]) -> HttpResponse:
    """A form that asks for nothing but the reason, and goes back to the person's page."""

    def with_reason(data: dict[str, Any]) -> None:
        act(data["reason"])

    return form_page(
        request,
        ReasonForm(request.POST or None),
        title=words.title,
        back=_page(person_id),
        act=with_reason,
        done=words.done,
        button=words.button,
        context={"note": words.note},
    )


@guarded(DECIDE)
@require_http_methods(["GET", "POST"])
def move_in(request: Any, person_id: UUID) -> HttpResponse:
    """What another county paid goes on here, from the month after."""
    who = queries.person(person_id, seen_by=request.actor)

    def act(data: dict[str, Any]) -> None:
        names = ("programme", "moved_on", "from_place", "paid_until", "document")
        transfer = actions.Transfer(paid_fen=int(data["paid_yuan"] * 100), **{name: data[name] for name in names})
        actions.move_in(person_id=who.id, transfer=transfer, by=request.actor, today=today())

    note = (
        "迁移当年由原地发到12月,次年1月起由本地发放;原地已发到以后月份的,本地从下一个月起。原地欠发的月份会列为事项。"
    )
    return form_page(
        request,
        MoveInForm(request.POST or None),
        title=f"迁入接续 · {who.name}",
        back=_page(who.id),
        act=act,
        done="已接续。",
        button="接续",
        context={"note": note},
    )


@guarded(DECIDE)
@require_http_methods(["GET", "POST"])
def award_move(request: Any, award_id: UUID, award_verb: str) -> HttpResponse:
    row = queries.award(award_id, seen_by=request.actor)
    move = AWARD.move(award_verb)
    call = {"award_id": row.id, "by": request.actor, "today": today()}
    if award_verb not in ("suspend", "resume", "stop", "move_out"):
        raise Conflict("没有这样的办理动作。请返回人员待遇页面重新选择。")
    if award_verb == "move_out":
        form: Any = MoveOutForm(request.POST or None)
    else:
        form = ChangeForm(request.POST or None, initial={"month": month_on(today()) + 1})

    def act(data: dict[str, Any]) -> None:
        if award_verb == "move_out":
            cause = actions.Cause(f"户籍迁出:{data['reason']}", "迁移当年由迁出地发放")
            actions.move_out(moved_on=data["moved_on"], cause=cause, **call)
        else:
            cause = actions.Cause(data["reason"], data["article"])
            actions.change(move=award_verb, month=data["month"], cause=cause, **call)

    return form_page(
        request,
        form,
        title=f"{move.label}{queries.label_of(row.programme)} · {row.person.name}",
        back=_page(row.person_id),
        act=act,
        done=f"已办理“{move.label}”。",
        button=move.label,
        context={"note": move.note},
    )


def _page(person_id: UUID) -> str:
    return f"/people/{person_id}/benefits"
