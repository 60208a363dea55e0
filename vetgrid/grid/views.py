"""Console pages of the grid: the board, cells, the hand-over, the public sign, and the contact's own page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.core.clock import today
from vetgrid.core.errors import Invalid, Refused
from vetgrid.core.figures import percent
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.core.places import Level, level_of
from vetgrid.grid import actions, queries
from vetgrid.grid.forms import CellChangeForm, CellFilterForm, CellForm, DutyForm, IntoForm, PlaceForm
from vetgrid.grid.models import Cell, Duty
from vetgrid.grid.permissions import GridPermission
from vetgrid.orgs.names import names_of
from vetgrid.registry.catalogue import FIELDS
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.registry.reading import show
from vetgrid.web.answering import form_page

READ, ASSIGN = GridPermission.READ, GridPermission.ASSIGN
PROMISE = "有事请找我:政策咨询有答复,反映诉求有回音,家有困难有人帮。"


def _place(request: Any) -> int:
    """The place asked for, or the top of the viewer's reach."""
    text = request.GET.get("division", "")
    code = int(text) if text.isascii() and text.isdigit() and len(text) == 12 else None
    places = request.actor.places(READ)
    if code is None or code not in places:
        return int(places.low)
    return code


@guarded(READ)
def board(request: Any) -> HttpResponse:
    place = _place(request)
    lines = queries.coverage(division=place, seen_by=request.actor, today=today())
    missing = queries.without_contact(seen_by=request.actor)[:50]
    veterans, covered = sum(line.veterans for line in lines), sum(line.covered for line in lines)
    context = {
        "lines": [(line, "cells" if level_of(line.division) == Level.VILLAGE else "board") for line in lines],
        "missing": missing,
        "veterans": veterans,
        "covered": covered,
        "rate": percent(covered, veterans),
        "place": names_of([place]).get(place, ""),
        "is_top": "division" not in request.GET,
        "names": names_of(row.division for row in missing),
    }
    return render(request, "grid/board.html", context)


@guarded(READ)
def cells(request: Any) -> HttpResponse:
    form = CellFilterForm(request.GET, seen_by=request.actor)
    form.is_valid()
    division = int(form.cleaned_data["division"]) if form.cleaned_data.get("division") else None
    page = page_of(
        queries.cells(division=division, seen_by=request.actor),
        number=request.GET.get("page"),
        size=request.GET.get("size"),
    )
    lines = [(row, _answerers(row)) for row in page.rows]
    context = {
        "form": form,
        "page": page,
        "lines": lines,
        "names": names_of(row.division for row in page.rows),
        "may_assign": request.actor.may(ASSIGN),
    }
    return render(request, "grid/cells.html", context)


def _answerers(cell: Any) -> dict[str, Duty]:
    return {duty.kind: duty for duty in cell.present}


@guarded(ASSIGN)
@require_http_methods(["GET", "POST"])
def new_cell(request: Any) -> HttpResponse:
    """First the village, then the rest, because the staff to choose from depend on it."""
    place_form = PlaceForm(request.GET if "division" in request.GET else None, seen_by=request.actor)
    only = place_form.fields["division"].choices  # type: ignore[attr-defined]  # a ChoiceField
    if not place_form.is_bound and len(only) == 1:
        place_form = PlaceForm({"division": only[0][0]}, seen_by=request.actor)
    if not place_form.is_valid():
        return render(request, "grid/choose_place.html", {"form": place_form})
    division = int(place_form.cleaned_data["division"])
    form = CellForm(request.POST or None, staff=list(queries.staff_for(division, seen_by=request.actor)))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            cell = actions.open_cell(
                division=division,
                name=data["name"],
                area=data["area"],
                contact=UUID(data["contact"]),
                deputy=UUID(data["deputy"]),
                by=request.actor,
                today=today(),
            )
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, "已开设微网格。")
            return redirect(f"/grid/cells/{cell.id}")
    context = {"form": form, "place": names_of([division])[division]}
    return render(request, "grid/new_cell.html", context, status=422 if form.errors else 200)


@guarded(READ)
def cell(request: Any, cell_id: UUID) -> HttpResponse:
    found = queries.cell(cell_id, seen_by=request.actor)
    page = page_of(queries.people_of(found, seen_by=request.actor), number=request.GET.get("page"), size="50")
    phone = FIELDS["phone.number"]
    clear = request.actor.may(RegistryPermission.SEE_PHONE, at=found.division)
    others = queries.cells(division=found.division, seen_by=request.actor).exclude(pk=found.pk)
    context = {
        "cell": found,
        "place": names_of([found.division])[found.division],
        "page": page,
        "people": [(row, show(phone, row.phone, clear=clear)) for row in page.rows],
        "chain": queries.chain_of(found.division, cell_id=found.id, seen_by=request.actor),
        "history": queries.duty_history(found, seen_by=request.actor)[:30],
        "others": others,
        "may_assign": request.actor.may(ASSIGN, at=found.division) and found.closed_on is None,
    }
    return render(request, "grid/cell.html", context)


@guarded(ASSIGN)
@require_http_methods(["GET", "POST"])
def change_cell(request: Any, cell_id: UUID) -> HttpResponse:
    found = queries.cell(cell_id, seen_by=request.actor)
    form = CellChangeForm(
        request.POST or None, initial={"name": found.name, "area": found.area, "is_default": found.is_default}
    )
    return _form_page(
        request,
        form,
        found,
        title="修改微网格",
        sentence="已保存。",
        act=lambda data: actions.change_cell(cell_id=cell_id, **data, by=request.actor, today=today()),
    )


@guarded(ASSIGN)
@require_http_methods(["GET", "POST"])
def assign(request: Any, cell_id: UUID) -> HttpResponse:
    """A duty of the cell, or of its village and town: the chain above it."""
    found = queries.cell(cell_id, seen_by=request.actor)
    kinds = [Duty.Kind.CONTACT, Duty.Kind.DEPUTY, Duty.Kind.GROUP_HEAD, Duty.Kind.AREA_MEMBER]
    form = DutyForm(
        request.POST or None, staff=list(queries.staff_for(found.division, seen_by=request.actor)), kinds=kinds
    )

    def act(data: dict[str, Any]) -> None:
        of_cell = data["kind"] in actions.CELL_KINDS
        actions.assign_duty(
            kind=data["kind"],
            staff_id=UUID(data["staff"]),
            cell_id=cell_id if of_cell else None,
            division=None if of_cell else found.division,
            reason=data["reason"],
            by=request.actor,
            today=today(),
        )

    return _form_page(request, form, found, title="指定责任人", sentence="已指定。", act=act)


@guarded(ASSIGN)
@require_http_methods(["GET", "POST"])
def close_cell(request: Any, cell_id: UUID) -> HttpResponse:
    found = queries.cell(cell_id, seen_by=request.actor)
    form = _into_form(request, found)
    return _form_page(
        request,
        form,
        found,
        title="关闭微网格",
        sentence="已关闭,人员已转入新的微网格。",
        back="/grid/cells",
        act=lambda data: actions.close_cell(
            cell_id=cell_id, into_id=UUID(data["into"]), by=request.actor, today=today()
        ),
    )


@guarded(ASSIGN)
@require_POST
def move_people(request: Any, cell_id: UUID) -> HttpResponse:
    found = queries.cell(cell_id, seen_by=request.actor)
    try:
        people, into = [UUID(text) for text in request.POST.getlist("people")], UUID(request.POST.get("into", ""))
    except ValueError as error:
        raise Invalid("请勾选人员并选择转入的微网格。") from error
    moved = actions.move_people(person_ids=people, into_id=into, reason="调整归属", by=request.actor, today=today())
    messages.success(request, f"已调整{moved}人的归属。")
    return redirect(f"/grid/cells/{found.id}")


def _into_form(request: Any, found: Cell) -> IntoForm:
    form = IntoForm(request.POST or None)
    others = queries.cells(division=found.division, seen_by=request.actor).exclude(pk=found.pk)
    form.set_choices("into", [("", "请选择"), *((str(row.id), row.name) for row in others)])
    return form


def _form_page(
    request: Any, form: Any, found: Cell, *, title: str, sentence: str, act: Any, back: str = ""
) -> HttpResponse:
    def acting(data: dict[str, Any]) -> str:
        act(data)
        return back or f"/grid/cells/{found.id}"

    page = f"/grid/cells/{found.id}"
    return form_page(request, form, title=f"{title} · {found.name}", back=page, act=acting, done=sentence)


@guarded(READ)
def sign(request: Any, cell_id: UUID) -> HttpResponse:
    """The public sign: names and duties; phones of the staff on duty are public by their function."""
    found = queries.cell(cell_id, seen_by=request.actor)
    chain = queries.chain_of(found.division, cell_id=found.id, seen_by=request.actor)
    lines = [
        (
            duty.get_kind_display(),
            duty.staff.name,
            duty.staff.phone.reveal() if duty.cell_id and duty.staff.phone else "",
        )
        for duty in chain
    ]
    return render(
        request,
        "grid/sign.html",
        {"cell": found, "place": names_of([found.division])[found.division], "lines": lines, "promise": PROMISE},
    )


@guarded(READ)
def mine(request: Any) -> HttpResponse:
    rows = list(queries.my_people(seen_by=request.actor)[:500])
    phone = FIELDS["phone.number"]
    people = [
        (
            row,
            show(phone, row.phone, clear=True)
            if request.actor.may(RegistryPermission.SEE_PHONE, at=row.division)
            else "",
        )
        for row in rows
    ]
    return render(request, "grid/my.html", {"people": people, "names": names_of(row.division for row in rows)})


@guarded(READ)
def person_panel(request: Any, person_id: UUID) -> HttpResponse:
    """Who answers for this person: shown inside the file."""
    duties = queries.answered_for(person_id, day=today(), seen_by=request.actor)
    history = queries.membership_history(person_id, seen_by=request.actor)[:6]
    return render(request, "grid/person_panel.html", {"duties": duties, "history": history})
