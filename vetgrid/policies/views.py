"""Console pages of the policy library: search, one policy, one clause, common questions."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from vetgrid.core.clock import today
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.policies import actions, queries
from vetgrid.policies.forms import DecisionForm, EndForm, ExplainForm, FaqForm, PolicyForm, ReplaceForm
from vetgrid.policies.models import Faq, Policy
from vetgrid.policies.permissions import PoliciesPermission
from vetgrid.web.answering import form_page

READ, EDIT, APPROVE = PoliciesPermission.READ, PoliciesPermission.EDIT, PoliciesPermission.APPROVE


@guarded(READ)
def policies(request: Any) -> HttpResponse:
    """One box for everything; without words the list of documents."""
    text, level = request.GET.get("text", "").strip()[:100], request.GET.get("level", "")
    level = level if level in Policy.Level.values else ""
    is_all = request.GET.get("all") == "1"
    rows = queries.policies(level=level, on=None if is_all else today(), seen_by=request.actor)
    context = {
        "text": text,
        "level": level,
        "is_all": is_all,
        "levels": Policy.Level.choices,
        "hits": queries.search(text, on=today(), seen_by=request.actor) if text else [],
        "faq": list(queries.faq(text=text, seen_by=request.actor)[:3]) if text else [],
        "page": page_of(rows, number=request.GET.get("page"), size="50"),
        "may_edit": request.actor.may(EDIT),
    }
    return render(request, "policies/policies.html", context)


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def new(request: Any) -> HttpResponse:
    def act(data: dict[str, Any]) -> str:
        return f"/policies/{actions.add_policy(**data, by=request.actor, today=today()).id}"

    form = PolicyForm(request.POST or None)
    return form_page(request, form, title="新增政策", back="/policies", act=act, done="已加入政策库。")


@guarded(READ)
def policy(request: Any, policy_id: UUID) -> HttpResponse:
    found = queries.policy(policy_id, seen_by=request.actor)
    context = {
        "policy": found,
        "clauses": queries.clauses_of(found, seen_by=request.actor),
        "is_in_force": found.effective_from <= today() and (not found.effective_to or found.effective_to >= today()),
        "may_edit": request.actor.may(EDIT, at=found.division),
    }
    return render(request, "policies/policy.html", context)


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def end(request: Any, policy_id: UUID) -> HttpResponse:
    found = queries.policy(policy_id, seen_by=request.actor)

    def act(data: dict[str, Any]) -> None:
        actions.end_policy(policy_id=found.id, **data, by=request.actor, today=today())

    form = EndForm(request.POST or None)
    return form_page(
        request, form, title=f"废止 · {found.title}", back=f"/policies/{found.id}", act=act, done="已登记废止。"
    )


@guarded(READ)
def clause(request: Any, clause_id: UUID) -> HttpResponse:
    found = queries.clause(clause_id, seen_by=request.actor)
    context = {
        "clause": found,
        "versions": queries.versions_of(found, seen_by=request.actor),
        "may_edit": request.actor.may(EDIT, at=found.division),
    }
    return render(request, "policies/clause.html", context)


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def explain(request: Any, clause_id: UUID) -> HttpResponse:
    found = queries.clause(clause_id, seen_by=request.actor)

    def act(data: dict[str, Any]) -> None:
        actions.explain_clause(clause_id=found.id, **data, by=request.actor, today=today())

    form = ExplainForm(request.POST or None, initial={"explanation": found.explanation})
    back = f"/policies/clauses/{found.id}"
    return form_page(request, form, title=f"白话解释 · {found.label}", back=back, act=act, done="已保存解释。")


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def replace(request: Any, clause_id: UUID) -> HttpResponse:
    found = queries.clause(clause_id, seen_by=request.actor)

    def act(data: dict[str, Any]) -> str:
        fresh = actions.replace_clause(clause_id=found.id, **data, by=request.actor, today=today())
        return f"/policies/clauses/{fresh.id}"

    form = ReplaceForm(request.POST or None, initial={"text": found.text})
    back = f"/policies/clauses/{found.id}"
    return form_page(request, form, title=f"修订 · {found.label}", back=back, act=act, done="已保存新版本。")


@guarded(READ)
def faq(request: Any) -> HttpResponse:
    text, state = request.GET.get("text", "").strip()[:100], request.GET.get("state", "approved")
    state = state if state in Faq.State.values else "approved"
    page = page_of(queries.faq(text=text, state=state, seen_by=request.actor), number=request.GET.get("page"))
    context = {"page": page, "text": text, "state": state, "states": Faq.State.choices}
    return render(request, "policies/faq.html", context)


@guarded(READ)
@require_http_methods(["GET", "POST"])
def propose(request: Any) -> HttpResponse:
    def act(data: dict[str, Any]) -> str:
        entry = actions.propose_faq(**data, clause_ids=[], by=request.actor, today=today())
        return f"/faq/{entry.id}"

    form = FaqForm(request.POST or None)
    return form_page(request, form, title="推荐常见问答", back="/faq", act=act, done="已推荐,由另一位人员审核后发布。")


@guarded(READ)
@require_http_methods(["GET", "POST"])
def faq_entry(request: Any, faq_id: UUID) -> HttpResponse:
    found = queries.faq_entry(faq_id, seen_by=request.actor)

    def act(data: dict[str, Any]) -> None:
        is_approved = "approve" in request.POST
        actions.decide_faq(faq_id=found.id, is_approved=is_approved, **data, by=request.actor, today=today())

    context = {
        "entry": found,
        "clauses": queries.clauses([UUID(key) for key in found.clauses], seen_by=request.actor),
        "may_decide": found.state == "proposed"
        and request.actor.may(APPROVE, at=found.division)
        and found.proposed_by != request.actor.id,
    }
    form = DecisionForm(request.POST or None)
    return form_page(
        request,
        form,
        title="常见问答",
        back=f"/faq/{found.id}",
        act=act,
        done="已审核。",
        template="policies/faq_entry.html",
        context=context,
    )
