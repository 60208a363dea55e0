"""Console pages: coverage of the mini-program, requests to bind, bindings, and who may act for whom."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.citizens import actions, queries
from vetgrid.citizens.forms import AuthorityForm, BindingForm, ReasonForm
from vetgrid.citizens.models import BindingRequest
from vetgrid.citizens.permissions import CitizensPermission
from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.crypto import Sealed
from vetgrid.core.errors import Refused
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.orgs.names import names_of
from vetgrid.registry.queries import exact_matches, person
from vetgrid.web.answering import form_page

READ, BIND = CitizensPermission.READ, CitizensPermission.BIND
_REASONS = {
    "unknown": "档案里没有这个证件号,或有多份",
    "name": "姓名与档案不一致",
    "fact": "第二项信息不一致",
    "bound": "这份档案已绑定另一个账号",
    "locked": "这个证件号当天尝试次数过多",
}
_STATES = [("open", "待核实"), ("approved", "已绑定"), ("refused", "未通过")]


@guarded(READ)
def board(request: Any) -> HttpResponse:
    """小程序覆盖: living veterans and bound accounts of the viewer's places, and the bindings themselves."""
    text = request.GET.get("text", "").strip()[:40]
    page = page_of(queries.bindings(text=text, seen_by=request.actor), number=request.GET.get("page"))
    context = {
        "text": text,
        "page": page,
        "lines": queries.board(seen_by=request.actor),
        "names": names_of({row.division for row in page.rows}),
        "waiting": queries.requests(seen_by=request.actor).count(),
        "may_bind": request.actor.may(BIND),
    }
    return render(request, "citizens/board.html", context)


@guarded(BIND)
def requests(request: Any) -> HttpResponse:
    state = request.GET.get("state", "open")
    state = state if state in dict(_STATES) else "open"
    page = page_of(queries.requests(state=state, seen_by=request.actor), number=request.GET.get("page"))
    context = {
        "page": page,
        "state": state,
        "states": _STATES,
        "names": names_of({row.division for row in page.rows}),
        "reasons": _REASONS,
    }
    return render(request, "citizens/requests.html", context)


@guarded(BIND)
@require_http_methods(["GET", "POST"])
def decide(request: Any, request_id: UUID) -> HttpResponse:
    row = queries.request(request_id, seen_by=request.actor)
    form = BindingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            approve = "approve" in request.POST
            actions.decide_binding(
                request_id=row.id, approve=approve, **form.cleaned_data, by=request.actor, today=today()
            )
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, "已绑定,并通知申请人。" if approve else "已退回,并通知申请人。")
            return redirect("/bindings")
    return render(request, "citizens/request.html", _shown(request, row, form), status=422 if form.errors else 200)


def _shown(request: Any, row: BindingRequest, form: BindingForm) -> dict[str, Any]:
    number = row.id_number
    known = row.person or next(iter(exact_matches(_text(number), seen_by=request.actor)), None)
    return {
        "row": row,
        "form": form,
        "reason": _REASONS.get(row.reason, ""),
        "known": known,
        "number": number.masked((6, 4)) if isinstance(number, Sealed) else "",
        "phone": row.phone.masked((3, 4)) if isinstance(row.phone, Sealed) else "微信账号",
        "fact": _text(row.second_fact),
        "proof": codes("proof_kind").label(row.proof_kind),
        "place": names_of([row.division]).get(row.division, ""),
    }


def _text(value: Any) -> str:
    return value.reveal() if isinstance(value, Sealed) else ""


@guarded(BIND)
@require_http_methods(["GET", "POST"])
def end(request: Any, binding_id: UUID) -> HttpResponse:
    row = queries.binding(binding_id, seen_by=request.actor)

    def act(data: dict[str, Any]) -> None:
        actions.end_binding(binding_id=row.id, **data, by=request.actor, today=today())

    form = ReasonForm(request.POST or None)
    return form_page(
        request,
        form,
        title=f"解除绑定 · {row.person.name}",
        back="/mini-program",
        act=act,
        done="已解除绑定,该账号的登录已全部退出。",
        button="解除绑定",
    )


@guarded(READ)
def authorities(request: Any) -> HttpResponse:
    is_all = request.GET.get("all") == "1"
    rows = queries.authorities(is_in_force=not is_all, today=today(), seen_by=request.actor)
    page = page_of(rows, number=request.GET.get("page"))
    context = {
        "page": page,
        "is_all": is_all,
        "names": names_of({row.division for row in page.rows}),
        "relations": {row.id: codes("appeal_relation").label(row.relation) for row in page.rows},
        "may_bind": request.actor.may(BIND),
    }
    return render(request, "citizens/authorities.html", context)


@guarded(BIND)
@require_http_methods(["GET", "POST"])
def authorise(request: Any, person_id: UUID) -> HttpResponse:
    found = person(person_id, seen_by=request.actor)

    def act(data: dict[str, Any]) -> None:
        proof = {"proof_kind": data.pop("proof_kind"), "proof_note": data.pop("proof_note")}
        actions.record_authority(
            actions.Entrusting(**data), person_id=found.id, **proof, by=request.actor, today=today()
        )

    form = AuthorityForm(request.POST or None)
    return form_page(
        request,
        form,
        title=f"登记代办授权 · {found.name}",
        back=f"/people/{found.id}",
        act=act,
        done="已登记。代办人用登记的手机号登录小程序即可代办。",
        button="登记授权",
    )


@guarded(BIND)
@require_POST
def revoke(request: Any, authority_id: UUID) -> HttpResponse:
    row = queries.authority(authority_id, seen_by=request.actor)
    actions.revoke_authority(authority_id=row.id, by=request.actor, today=today())
    messages.success(request, "已收回授权。")
    return redirect("/authorities")
