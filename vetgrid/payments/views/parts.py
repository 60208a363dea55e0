"""Pages of parts of a run and of payees: findings, lines, files, ledgers, account notices, accounts."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.audit.trail import record
from vetgrid.core.clock import today
from vetgrid.core.errors import Invalid
from vetgrid.core.guard import guarded
from vetgrid.core.scope import knowing
from vetgrid.files.store import content
from vetgrid.orgs.names import names_of
from vetgrid.payments import actions, forms, gate
from vetgrid.payments.permissions import PaymentsPermission
from vetgrid.payments.queries import ledger as books
from vetgrid.payments.queries import running as queries
from vetgrid.payments.queries.books import wrong_in_the_books
from vetgrid.payments.views.runs import answered
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.web.answering import form_page

READ, RECONCILE = PaymentsPermission.READ, PaymentsPermission.RECONCILE


@guarded(PaymentsPermission.REVIEW)
@require_http_methods(["GET", "POST"])
def sign_off(request: Any, finding_id: UUID) -> HttpResponse:
    found = queries.finding(finding_id, seen_by=request.actor)
    form = forms.ReasonForm(request.POST or None)
    form.fields["reason"].label = "核实情况和理由"

    def act(data: dict[str, Any]) -> None:
        actions.sign_off(finding_id=finding_id, reason=data["reason"], by=request.actor, today=today())

    return form_page(
        request,
        form,
        title=f"签署 · {gate.label_of(found.check_key)}",
        back=f"/payments/runs/{found.run_id}?tab=findings",
        act=act,
        done="已签署。",
        button="签署放行",
        context={"note": found.sentence},
    )


@guarded(PaymentsPermission.PREPARE, PaymentsPermission.REVIEW)
@require_http_methods(["GET", "POST"])
def hold(request: Any, line_id: UUID) -> HttpResponse:
    found = queries.line(line_id, seen_by=request.actor)
    form = forms.ReasonForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        actions.hold_back(line_id=line_id, reason=data["reason"], by=request.actor, today=today())

    return form_page(
        request,
        form,
        title=f"暂缓 · 第{found.number}笔 {found.payee.name}",
        back=f"/payments/runs/{found.run_id}?tab=findings",
        act=act,
        done="已暂缓这一笔,下月核定时会再次列入。",
        button="暂缓",
        context={"note": "本次不记账、不付款;核定下月再来时补发。"},
    )


@guarded(READ)
def line(request: Any, line_id: UUID) -> HttpResponse:
    """What is behind a line: its claims, findings and the account as it was frozen."""
    found = queries.line(line_id, seen_by=request.actor)
    claims = list(queries.claims_of(found, seen_by=request.actor))
    context = {
        "line": found,
        "claims": claims,
        "labels": queries.purposes({claim.purpose for claim in claims}),
        "findings": list(queries.findings_of(found, seen_by=request.actor)),
        "run_number": queries.number_of(found),
        "is_clear": request.actor.may(RegistryPermission.SEE_BANK, at=found.division),
        "place": names_of([found.division]).get(found.division, ""),
    }
    return render(request, "payments/line.html", context)


@guarded(PaymentsPermission.RELEASE)
@require_POST
def write_again(request: Any, run_id: UUID) -> HttpResponse:
    form = forms.FormatForm(request.POST)
    if not form.is_valid():
        raise Invalid("请选择银行文件格式。")
    made = actions.write_again(
        run_id=run_id, format_key=form.cleaned_data["format_key"], by=request.actor, today=today()
    )
    return answered(request, f"银行文件{made.name}已备好,校验值没有变化。", run_id, "files")


@guarded(PaymentsPermission.RELEASE, RECONCILE)
def fetch(request: Any, pay_file_id: UUID) -> HttpResponse:
    """The bytes of a file to or from the bank; each sight of it is in the trail."""
    found = queries.pay_file(pay_file_id, seen_by=request.actor)
    with knowing("file", str(found.file)):
        row, body = content(found.file)
    record(
        request.actor,
        "payments.fetch",
        division=found.division,
        table="payments_payfile",
        row=found.id,
        detail={"digest": found.digest},
    )
    return HttpResponse(
        body,
        content_type=row.media_type,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}"},
    )


@guarded(READ)
def ledger(request: Any, person_id: UUID) -> HttpResponse:
    """A payee's ledger, with what the bank said of his accounts."""
    found = books.ledger_of(person_id, seen_by=request.actor)
    record(
        request.actor,
        "payments.read",
        division=found.person.division,
        table="registry_person",
        row=person_id,
        person=person_id,
    )
    context = {
        "ledger": found,
        "person": found.person,
        "place": names_of([found.person.division]).get(found.person.division, ""),
        "notices": queries.account_notices(person_id, seen_by=request.actor),
        "is_clear": request.actor.may(RegistryPermission.SEE_BANK, at=found.person.division),
        "may_report": request.actor.may(RECONCILE, at=found.person.division),
        "may_read_file": request.actor.may(RegistryPermission.READ, at=found.person.division),
    }
    return render(request, "payments/ledger.html", context)


@guarded(READ)
def person_panel(request: Any, person_id: UUID) -> HttpResponse:
    """What is owed and what was paid last, shown inside the person's file."""
    found = books.ledger_of(person_id, seen_by=request.actor)
    return render(request, "payments/person_panel.html", {"ledger": found, "person": found.person})


@guarded(RECONCILE)
@require_http_methods(["GET", "POST"])
def report_account(request: Any, person_id: UUID) -> HttpResponse:
    found = books.ledger_of(person_id, seen_by=request.actor)
    form = forms.AccountNoticeForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        actions.report_account(person_id=person_id, **data, by=request.actor, today=today())

    return form_page(
        request,
        form,
        title=f"登记账户通知 · {found.person.name}",
        back=f"/payments/people/{person_id}",
        act=act,
        done="已登记,核查时会拦下发往该账户的款项。",
        button="登记",
    )


@guarded(RECONCILE)
@require_http_methods(["GET", "POST"])
def lift(request: Any, account_notice_id: UUID) -> HttpResponse:
    found = queries.account_notice(account_notice_id, seen_by=request.actor)
    form = forms.ReasonForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        actions.lift_notice(account_notice_id=account_notice_id, reason=data["reason"], by=request.actor, today=today())

    return form_page(
        request,
        form,
        title="撤销账户通知",
        back=f"/payments/people/{found.payee_id}",
        act=act,
        done="已撤销。",
        button="撤销",
    )


@guarded(READ)
def accounts(request: Any) -> HttpResponse:
    """The trial balance and the standing check of the books."""
    rows = books.trial_balance(seen_by=request.actor)
    context = {
        "rows": rows,
        "debit": sum(row.debit_fen for row in rows),
        "credit": sum(row.credit_fen for row in rows),
        "wrong": wrong_in_the_books(seen_by=request.actor),
        "day": today(),
    }
    return render(request, "payments/accounts.html", context)
