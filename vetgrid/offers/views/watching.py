"""Pages of complaints and of what the rules found unusual."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.offers.actions import complaining
from vetgrid.offers.actions.watching import conclude
from vetgrid.offers.forms import CallBackForm, ConclusionForm, ReasonForm
from vetgrid.offers.permissions import OffersPermission
from vetgrid.offers.policy import rule_label, rules_on
from vetgrid.offers.queries import watching as queries
from vetgrid.offers.states import COMPLAINT
from vetgrid.orgs.names import names_of
from vetgrid.web.answering import form_page
from vetgrid.work.queries import names_of_staff, subject_items

READ, HANDLE = OffersPermission.READ, OffersPermission.HANDLE


@guarded(READ)
def complaints(request: Any) -> HttpResponse:
    state, text = request.GET.get("state", ""), request.GET.get("text", "")[:60]
    page = page_of(
        queries.complaints(state=state, text=text, seen_by=request.actor),
        number=request.GET.get("page"),
        size=request.GET.get("size"),
    )
    context = {
        "page": page,
        "state": state,
        "text": text,
        "states": COMPLAINT.states,
        "state_labels": dict(COMPLAINT.states),
        "kinds": {row.id: codes("offer_complaint").label(row.kind) for row in page.rows},
        "names": names_of(row.division for row in page.rows),
    }
    return render(request, "offers/complaints.html", context)


@guarded(READ)
def complaint(request: Any, complaint_id: UUID) -> HttpResponse:
    row = queries.complaint(complaint_id, seen_by=request.actor)
    items = subject_items(row.id, kind="offer_complaint")
    may = request.actor.may(HANDLE, at=row.division)
    context = {
        "row": row,
        "kind": codes("offer_complaint").label(row.kind),
        "state": COMPLAINT.label(row.state),
        "text": row.text.reveal() if row.text else "",
        "phone": row.phone.reveal() if row.phone and may else row.phone.masked((3, 4)) if row.phone else "",
        "steps": [(step, _label(step.move)) for step in row.steps.order_by("-at", "-id")],
        "moves": [
            move for move in COMPLAINT.possible(row.state) if request.actor.may(move.permission, at=row.division)
        ],
        "item": items[0] if items else None,
        "staff": names_of_staff({item.owner_id for item in items}),
    }
    return render(request, "offers/complaint.html", context)


def _label(key: str) -> str:
    return next((move.label for move in COMPLAINT.moves if move.key == key), "登记")


@guarded(HANDLE)
@require_http_methods(["GET", "POST"])
def move(request: Any, complaint_id: UUID, move_key: str) -> HttpResponse:
    row = queries.complaint(complaint_id, seen_by=request.actor)
    chosen = COMPLAINT.move(move_key)
    values = request.POST if request.method == "POST" else None
    form = CallBackForm(values) if move_key == "call_back" else ReasonForm(values)

    def act(data: dict[str, Any]) -> None:
        satisfied = {"1": True, "0": False}.get(data.get("is_satisfied", ""))
        complaining.move_complaint(
            complaint_id=row.id,
            key=move_key,
            note=data["note"],
            is_satisfied=satisfied,
            by=request.actor,
            today=today(),
        )

    return form_page(
        request,
        form,
        title=f"{chosen.label} · {row.number}",
        back=f"/offer-complaints/{row.id}",
        act=act,
        done=f"已办理“{chosen.label}”。",
        button=chosen.label,
        context={"note": chosen.note},
    )


@guarded(READ)
def findings(request: Any) -> HttpResponse:
    is_open = request.GET.get("state") != "closed"
    page = page_of(queries.findings(is_open=is_open, seen_by=request.actor), number=request.GET.get("page"))
    context = {
        "page": page,
        "is_open": is_open,
        "rules": rules_on(today()),
        "labels": {row.id: rule_label(row.rule) for row in page.rows},
        "names": names_of(row.division for row in page.rows),
    }
    return render(request, "offers/findings.html", context)


@guarded(READ)
@require_http_methods(["GET", "POST"])
def finding(request: Any, offer_finding_id: UUID) -> HttpResponse:
    row = queries.finding(offer_finding_id, seen_by=request.actor)

    def act(data: dict[str, Any]) -> None:
        conclude(finding_id=row.id, conclusion=data["conclusion"], by=request.actor, today=today())

    context = {
        "row": row,
        "rows": row.rows.order_by("id"),
        "rule": rule_label(row.rule),
        "place": names_of([row.division])[row.division],
        "may_conclude": row.closed_on is None and request.actor.may(HANDLE, at=row.division),
    }
    return form_page(
        request,
        ConclusionForm(request.POST or None),
        title=row.title,
        back=f"/offer-findings/{row.id}",
        act=act,
        done="已登记核查结论。",
        button="登记结论",
        template="offers/finding.html",
        context=context,
    )
