"""The queue of changes and moves that wait for a decision."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.core.actor import require
from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.crypto import mask
from vetgrid.core.errors import NotFound, Refused
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.files.views import picture_of
from vetgrid.orgs.names import names_of
from vetgrid.registry import actions, queries
from vetgrid.registry.actions.requests import DEATH, values_of
from vetgrid.registry.catalogue import Field, masks, section
from vetgrid.registry.forms import DecisionForm
from vetgrid.registry.models import ChangeRequest
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.registry.reading import parse, show

_STATES = [("open", "待审核"), ("approved", "已同意"), ("rejected", "未同意"), ("withdrawn", "已撤回")]


@guarded(RegistryPermission.READ)
def requests(request: Any) -> HttpResponse:
    state = request.GET.get("state", "open")
    kind = request.GET.get("kind", "change")
    find = queries.move_requests if kind == "move" else queries.change_requests
    page = page_of(
        find(state=state if state in dict(_STATES) else "open", seen_by=request.actor), number=request.GET.get("page")
    )
    places = {row.division for row in page.rows} | {getattr(row, "to_division", 0) for row in page.rows}
    context = {
        "page": page,
        "kind": kind,
        "state": state,
        "states": _STATES,
        "names": names_of(places),
        "sections": {row.id: section_label(row) for row in page.rows if isinstance(row, ChangeRequest)},
    }
    return render(request, "registry/requests.html", context)


def section_label(row: ChangeRequest) -> str:
    return "去世" if row.section == DEATH else section(row.section).label


@guarded(RegistryPermission.READ)
@require_http_methods(["GET", "POST"])
def change(request: Any, request_id: UUID) -> HttpResponse:
    row = queries.change_requests(state="", seen_by=request.actor).filter(pk=request_id).first()
    if row is None:
        raise NotFound()
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.decide_change(
                request_id=request_id,
                approve="approve" in request.POST,
                note=form.cleaned_data["note"],
                by=request.actor,
                today=today(),
            )
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, "已同意,变更生效。" if "approve" in request.POST else "已退回申请人。")
            return redirect("/requests")
    context = {
        "row": row,
        "form": form,
        "label": section_label(row),
        "lines": _compared(request, row),
        "proof": codes("proof_kind").label(row.proof_kind),
        "may_see_photos": request.actor.may(RegistryPermission.APPROVE, at=row.division),
        "may_decide": request.actor.may(RegistryPermission.APPROVE, at=row.division)
        and row.asked_by != request.actor.id,
        "is_mine": row.asked_by == request.actor.id,
    }
    return render(request, "registry/change.html", context, status=422 if form.errors else 200)


@guarded(RegistryPermission.APPROVE)
def change_photo(request: Any, request_id: UUID, photo_number: int) -> HttpResponse:
    """A picture that the person sent as proof, for those who decide; the sight is in the trail."""
    row = queries.change_requests(state="", seen_by=request.actor).filter(pk=request_id).first()
    if row is None or not 1 <= photo_number <= len(row.photos):
        raise NotFound("没有找到这张照片。请返回变更申请重新打开。")
    require(request.actor, RegistryPermission.APPROVE, at=row.division)
    key, event = UUID(row.photos[photo_number - 1]), "registry.see_photo"
    return picture_of(row, key, number=photo_number, event=event, table="registry_changerequest", by=request.actor)


def _compared(request: Any, row: ChangeRequest) -> list[tuple[str, str, str]]:
    """Label, present value, asked-for value; sealed ones masked."""
    values = values_of(row)
    if row.section == DEATH:
        return [("去世日期", "—", values["died_on"])]
    part = section(row.section)
    facts = part.model._default_manager.filter(person=row.person)
    before = facts.filter(pk=row.fact_id).first() if row.fact_id else facts.filter(known_until=None).first()
    lines = []
    for entry in part.fields:
        if entry.attribute in values:
            old = show(entry, getattr(before, entry.attribute, None))
            new = _masked(entry, values[entry.attribute])
            if old != new:
                lines.append((entry.label, old or "—", new or "—"))
    return lines


def _masked(entry: Field, text: str) -> str:
    if entry.is_sealed:
        return mask(text, masks()[entry.mask])
    try:
        return show(entry, parse(entry, text, today=today()))
    except Refused:
        return text


@guarded(RegistryPermission.EDIT)
@require_POST
def withdraw_change(request: Any, request_id: UUID) -> HttpResponse:
    actions.withdraw_change(request_id=request_id, by=request.actor, today=today())
    messages.success(request, "申请已撤回。")
    return redirect("/requests")


@guarded(RegistryPermission.READ)
@require_http_methods(["GET", "POST"])
def move(request: Any, request_id: UUID) -> HttpResponse:
    row = queries.move_requests(state="", seen_by=request.actor).filter(pk=request_id).first()
    if row is None:
        raise NotFound()
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.decide_move(
                request_id=request_id,
                approve="approve" in request.POST,
                note=form.cleaned_data["note"],
                by=request.actor,
                today=today(),
            )
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, "已同意,人员已迁移。" if "approve" in request.POST else "已退回申请人。")
            return redirect("/requests?kind=move")
    context = {
        "row": row,
        "form": form,
        "names": names_of([row.division, row.to_division]),
        "may_decide": request.actor.may(RegistryPermission.APPROVE, at=row.division)
        and row.asked_by != request.actor.id,
        "is_mine": row.asked_by == request.actor.id,
    }
    return render(request, "registry/move.html", context, status=422 if form.errors else 200)


@guarded(RegistryPermission.EDIT)
@require_POST
def withdraw_move(request: Any, request_id: UUID) -> HttpResponse:
    actions.withdraw_move(request_id=request_id, by=request.actor, today=today())
    messages.success(request, "申请已撤回。")
    return redirect("/requests?kind=move")
