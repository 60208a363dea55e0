"""Values: the tables, each with its history and documents, and changes proposed by one person and approved by another."""

import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.benefits import proposing, simulation_tasks
from vetgrid.benefits.actions import parameters as actions
from vetgrid.benefits.actions import simulating
from vetgrid.benefits.forms.parameters import ProposalForm, ReasonForm, WithdrawForm, proposer_places
from vetgrid.benefits.grids import grid_of
from vetgrid.benefits.models import Proposal
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.proposing import MODE_LABELS, UNITS, shown
from vetgrid.benefits.queries import parameters as queries
from vetgrid.benefits.rulebook import parameters as values_now
from vetgrid.benefits.rulebook import rulebook
from vetgrid.benefits.states import PROPOSAL
from vetgrid.benefits.views.editing import Editing, editing_of
from vetgrid.benefits.views.programmes import chosen_place, shown_table, trust_of
from vetgrid.benefits.views.simulations import shown_result
from vetgrid.core.clock import today
from vetgrid.core.errors import NotFound, Refused
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.core.places import LEVEL_LABELS, level_of
from vetgrid.core.ruling.months import label, month_on
from vetgrid.core.ruling.parameters import Parameters, read_cell
from vetgrid.core.tabular import Column, write_csv
from vetgrid.orgs.names import names_of
from vetgrid.web.answering import form_page

READ, RUN = BenefitsPermission.READ, BenefitsPermission.RUN
PROPOSE, APPROVE = BenefitsPermission.PROPOSE, BenefitsPermission.APPROVE
_TONES = {"proposed": "info", "approved": "good", "rejected": "bad", "withdrawn": ""}


@guarded(READ)
def parameters(request: Any) -> HttpResponse:
    place, chain = chosen_place(request)
    lines = queries.tables(place=place, on=today(), seen_by=request.actor)
    context = {
        "lines": [(line, label(line.since) if line.since else "") for line in lines],
        "place": place,
        "chain": chain,
        "may_propose": request.actor.may(PROPOSE),
    }
    return render(request, "benefits/parameters.html", context)


@guarded(READ)
def table(request: Any, table_key: str) -> HttpResponse:
    place, chain = chosen_place(request)
    names = dict(chain)
    found = queries.table_of(table_key, seen_by=request.actor)
    page = page_of(
        queries.rows_of(table_key, place=place, seen_by=request.actor), number=request.GET.get("page"), size="50"
    )
    context = {
        "shown": shown_table(request, table_key, place, names),
        "table": found,
        "page": page,
        "lines": [(row, *_row_texts(row), trust_of(row.trust)) for row in page.rows],
        "names": {code: names.get(code) or LEVEL_LABELS[level_of(code)] for code in names},
        "place": place,
        "chain": chain,
        "may_propose": request.actor.may(PROPOSE),
        "may_run": request.actor.may(RUN),
    }
    return render(request, "benefits/table.html", context)


def _row_texts(row: Any) -> tuple[str, str]:
    """Cell and value of a stored row as people read them."""
    found = rulebook().tables[row.table]
    cell = proposing.cell_label(found, read_cell(found, row.cell)) or "标准"
    mode = "" if row.mode == "set" else MODE_LABELS[row.mode]
    unit = UNITS.get("permille" if row.mode == "permille" else row.unit, row.unit)
    return cell, f"{mode}{row.written}{unit}"


@guarded(READ)
def table_file(request: Any, table_key: str, kind: str) -> HttpResponse:
    """`values`: what holds today, as a sheet to edit and upload; `rows`: every stored row with its document."""
    place, _ = chosen_place(request)
    found = queries.table_of(table_key, seen_by=request.actor)
    if kind == "values":
        columns = [Column(name) for name in ("表名", "名称", "档次", "档次说明", "方式", "数值", "单位")]
        return _csv(f"{found.label}-现行标准", columns, _values(table_key, place))
    if kind != "rows":
        raise NotFound("没有这种文件。请返回标准页面重新选择。")
    names = ("表名", "档次", "档次说明", "地方", "方式", "数值", "单位", "执行日期", "公布日期", "文件", "来源", "备注")
    return _csv(f"{found.label}-全部", [Column(name) for name in names], _rows(request, table_key))


def _values(key: str, place: int) -> Iterator[list[object]]:
    grid = grid_of(rulebook().tables[key], values_now(), place=place, month=month_on(today()))
    for cell in grid.cells:
        name = cell.name.partition(":")[2]
        yield [key, grid.table.label, name, cell.label, "set", cell.before, grid.unit]


def _rows(request: Any, key: str) -> Iterator[list[object]]:
    found = rulebook().tables[key]
    for row in queries.rows_of(key, seen_by=request.actor):
        cell = proposing.cell_label(found, read_cell(found, row.cell))
        place = f"{row.division:012d}" if row.division else "0"
        days = [row.effective_on.isoformat(), row.known_since.isoformat()]
        source = [row.document, trust_of(row.trust)[0], row.note]
        yield [row.table, row.cell, cell, place, row.mode, row.written, row.unit, *days, *source]


def _csv(name: str, columns: list[Column], rows: Iterator[list[object]]) -> HttpResponse:
    text = io.StringIO()
    write_csv(text, columns=columns, rows=rows)
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = _attachment(f"{name}.csv")
    return response


def _attachment(name: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(name)}"


@guarded(PROPOSE, APPROVE)
def proposals(request: Any) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in dict(PROPOSAL.states) else ""
    page = page_of(queries.proposals(state=state, seen_by=request.actor), number=request.GET.get("page"))
    context = {
        "page": page,
        "state": state,
        "states": PROPOSAL.states,
        "lines": [(row, PROPOSAL.label(row.state), _TONES.get(row.state, "")) for row in page.rows],
        "names": names_of(row.division for row in page.rows),
        "may_propose": request.actor.may(PROPOSE),
    }
    return render(request, "benefits/proposals.html", context)


@guarded(PROPOSE)
@require_http_methods(["GET", "POST"])
def new_proposal(request: Any) -> HttpResponse:
    """Choose tables, type or upload values, say what they rest on. Whatever is wrong, what was typed stays."""
    places = proposer_places(request.actor)
    edit = editing_of(request, places=places)
    is_sent = request.method == "POST" and request.POST.get("step") == "send"
    form = ProposalForm(request.POST if is_sent else None, initial=_first_values(request))
    if is_sent and form.is_valid():
        try:
            proposal = simulating.propose(
                division=edit.place, asked=edit.asked(), **form.cleaned_data, by=request.actor, today=today()
            )
        except Refused as error:
            edit.refuse(error, form)
        else:
            simulation_tasks.run_simulation.defer(
                simulation_id=str(proposal.simulation_id), asker=str(request.actor.id)
            )
            messages.success(request, "已提出,等待另一位人员复核。")
            return redirect(f"/benefits/proposals/{proposal.id}")
    context = _editing_context(edit, form) | {"places": places, "is_sent": is_sent}
    is_wrong = bool((is_sent and form.errors) or edit.errors or edit.problems)
    return render(request, "benefits/new_proposal.html", context, status=422 if is_wrong else 200)


def _first_values(request: Any) -> dict[str, Any]:
    if request.method == "POST":
        return {key: request.POST.get(key, "") for key in ProposalForm.base_fields}
    return {"known_since": today()}


def _editing_context(edit: Editing, form: ProposalForm) -> dict[str, Any]:
    return {
        "form": form,
        "edit": edit,
        "all_tables": list(rulebook().tables.values()),
        "modes": list(MODE_LABELS.items()),
        "place_name": names_of([edit.place]).get(edit.place, LEVEL_LABELS[level_of(edit.place)]) if edit.place else "",
    }


@guarded(PROPOSE, APPROVE)
def proposal(request: Any, proposal_id: UUID) -> HttpResponse:
    found = queries.proposal(proposal_id, seen_by=request.actor)
    context = {
        "proposal": found,
        "state": PROPOSAL.label(found.state),
        "tone": _TONES.get(found.state, ""),
        "trust": trust_of(found.trust),
        "place_name": names_of([found.division]).get(found.division, LEVEL_LABELS[level_of(found.division)]),
        "groups": _differences(found),
        "modes": dict(MODE_LABELS),
        "simulation": found.simulation,
        "result": shown_result(found.simulation) if found.simulation and found.simulation.state == "done" else None,
        "moves": _moves(found, request.actor),
        "is_own": found.proposed_by == request.actor.id,
    }
    return render(request, "benefits/proposal.html", context)


def _differences(found: Proposal) -> list[dict[str, Any]]:
    """The cells before and after, table by table; a proposal that has been decided is compared with what held without it."""
    values = actions.values_in(found)
    own = _own_rows(found)
    without = Parameters(values_now().tables, tuple(row for row in values_now().rows if row.key not in own))
    groups: dict[str, dict[str, Any]] = {}
    for one in proposing.differences(without, values, place=found.division):
        group = groups.setdefault(one.table.key, {"table": one.table, "lines": []})
        permille = one.permille
        percent = (
            ""
            if permille is None
            else f"{'+' if permille > 0 else '-' if permille < 0 else ''}{abs(permille) / 10:.1f}%"
        )
        change = f"{'+' if one.change > 0 else ''}{shown(one.change, one.table.unit)}"
        group["lines"].append(
            (one, shown(one.before, one.table.unit), shown(one.after, one.table.unit), change, percent)
        )
    return list(groups.values())


def _own_rows(found: Proposal) -> set[str]:
    return {str(key) for key in found.added.values_list("id", flat=True)}


def _moves(found: Proposal, actor: Any) -> list[str]:
    """What this person may do with it now."""
    is_own = found.proposed_by == actor.id
    possible = []
    for move in PROPOSAL.possible(found.state):
        may = actor.may(move.permission, at=found.division)
        if may and (is_own if move.key == "withdraw" else not is_own):
            possible.append(move.key)
    return possible


@guarded(APPROVE)
@require_POST
def approve(request: Any, proposal_id: UUID) -> HttpResponse:
    queries.proposal(proposal_id, seen_by=request.actor)
    actions.approve(proposal_id=proposal_id, by=request.actor, today=today())
    messages.success(request, "已复核通过,新标准已追加入库。")
    return redirect(f"/benefits/proposals/{proposal_id}")


@guarded(APPROVE)
@require_http_methods(["GET", "POST"])
def reject(request: Any, proposal_id: UUID) -> HttpResponse:
    found = queries.proposal(proposal_id, seen_by=request.actor)

    def act(data: dict[str, Any]) -> None:
        actions.reject(proposal_id=found.id, **data, by=request.actor, today=today())

    form = ReasonForm(request.POST or None)
    back = f"/benefits/proposals/{found.id}"
    return form_page(request, form, title="退回", back=back, act=act, done="已退回提出人。", button="退回")


@guarded(PROPOSE)
@require_http_methods(["GET", "POST"])
def withdraw(request: Any, proposal_id: UUID) -> HttpResponse:
    found = queries.proposal(proposal_id, seen_by=request.actor)

    def act(data: dict[str, Any]) -> None:
        actions.withdraw(proposal_id=found.id, **data, by=request.actor, today=today())

    form = WithdrawForm(request.POST or None)
    back = f"/benefits/proposals/{found.id}"
    return form_page(request, form, title="撤回", back=back, act=act, done="已撤回。", button="撤回")
