"""What-if pages: assume, watch it being worked out, look at before and after as chart and table."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.benefits import simulation_tasks
from vetgrid.benefits.actions import simulating as actions
from vetgrid.benefits.forms.parameters import SimulationForm
from vetgrid.benefits.models import Simulation
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.proposing import UNITS, Asked, cell_label
from vetgrid.benefits.queries import parameters as values
from vetgrid.benefits.queries import simulations as queries
from vetgrid.benefits.rulebook import rulebook
from vetgrid.benefits.simulating import Assumptions, LineChange
from vetgrid.benefits.views.editing import Editing, editing_of
from vetgrid.core.clock import today
from vetgrid.core.errors import Conflict, Refused
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.core.ruling.months import iso, label, month_on, read_month
from vetgrid.core.ruling.parameters import read_cell
from vetgrid.core.ruling.rulebook import Line, Programme, Rule
from vetgrid.core.ruling.vocabulary import yuan
from vetgrid.core.tabular import Column, write_csv
from vetgrid.orgs.names import names_of
from vetgrid.web.charts import Pair, pairs

READ, RUN = BenefitsPermission.READ, BenefitsPermission.RUN
PROPOSE, APPROVE = BenefitsPermission.PROPOSE, BenefitsPermission.APPROVE
_TONES = {"waiting": "", "running": "info", "done": "good", "failed": "bad", "cancelled": ""}
_BUSY = ("waiting", "running")


@dataclass(frozen=True)
class LineInput:
    """A rule line that may be written differently."""

    line: Line
    name: str
    value: str
    error: str = ""


@guarded(RUN)
def simulations(request: Any) -> HttpResponse:
    page = page_of(queries.simulations(on=today(), seen_by=request.actor), number=request.GET.get("page"))
    context = {"page": page, "lines": [(row, _TONES[row.state]) for row in page.rows]}
    return render(request, "benefits/simulations.html", context)


@guarded(RUN)
@require_http_methods(["GET", "POST"])
def new(request: Any) -> HttpResponse:
    """Choose what to change, type it, and let the worker work it out; nothing in the tables or rules changes."""
    home = values.home_of(seen_by=request.actor)
    edit = editing_of(request, places=[(str(home), "")])
    edit.mode = "set"
    given = request.POST if request.method == "POST" else request.GET
    chosen = [key for key in dict.fromkeys(given.getlist("programme")) if key in rulebook().programmes][:5]
    is_sent = request.method == "POST" and request.POST.get("step") == "send"
    form = SimulationForm(request.POST if is_sent else None, initial=_first_values(request), seen_by=request.actor)
    if is_sent and form.is_valid():
        try:
            simulation = actions.ask(
                division=home,
                label=form.cleaned_data["label"],
                assumptions=_assumptions(form.cleaned_data, edit, chosen, given, home),
                by=request.actor,
                today=today(),
            )
        except Refused as error:
            edit.refuse(error, form)
        else:
            simulation_tasks.run_simulation.defer(simulation_id=str(simulation.id), asker=str(request.actor.id))
            return redirect(f"/benefits/simulations/{simulation.id}")
    context = {
        "form": form,
        "edit": edit,
        "chosen": [(rulebook().programmes[key], _line_inputs(key, given, edit)) for key in chosen],
        "all_tables": [table for key, table in rulebook().tables.items() if key not in edit.tables],
        "all_programmes": [one for key, one in rulebook().programmes.items() if key not in chosen],
        "is_sent": is_sent,
    }
    is_wrong = bool((is_sent and form.errors) or edit.errors or edit.problems)
    return render(request, "benefits/new_simulation.html", context, status=422 if is_wrong else 200)


def _first_values(request: Any) -> dict[str, Any]:
    if request.method == "POST":
        found: dict[str, Any] = {key: request.POST.get(key, "") for key in ("label", "first", "last", "ageing_years")}
        return found | {"places": request.POST.getlist("places")}
    month = month_on(today()) + 1
    return {"first": iso(month), "last": iso(month + 11), "ageing_years": 0}


def _rule_of(key: str, first: int) -> Rule:
    programme: Programme = rulebook().programmes[key]
    return programme.rule_in(first) or programme.rules[-1]


def _line_inputs(key: str, given: Any, edit: Editing) -> list[LineInput]:
    rule = _rule_of(key, _month(given))
    return [
        LineInput(
            line,
            f"line:{key}:{line.name}",
            given.get(f"line:{key}:{line.name}", line.expression)[:600],
            edit.errors.get(f"{key}:{line.name}", ""),
        )
        for line in rule.lines
    ]


def _month(given: Any) -> int:
    """The first month that was typed, or the next one."""
    try:
        return read_month(given.get("first", ""))
    except ValueError:
        return month_on(today()) + 1


def _assumptions(data: dict[str, Any], edit: Editing, chosen: list[str], given: Any, home: int) -> Assumptions:
    lines = []
    for key in chosen:
        rule = _rule_of(key, data["first"])
        for line in rule.lines:
            text = given.get(f"line:{key}:{line.name}", line.expression).strip()
            if " ".join(text.split()) != " ".join(line.expression.split()):
                lines.append(LineChange(key, rule.since, line.name, text))
    return Assumptions(
        first=data["first"],
        last=data["last"],
        places=tuple(int(code) for code in data["places"]) or (home,),
        rows=tuple(vars(one) for one in edit.asked()),
        rows_at=home,
        lines=tuple(lines),
        ageing_years=data["ageing_years"],
    )


@guarded(RUN, PROPOSE, APPROVE)
def simulation(request: Any, simulation_id: UUID) -> HttpResponse:
    found = queries.simulation(simulation_id, seen_by=request.actor)
    is_busy = found.state in _BUSY
    if request.headers.get("HX-Request"):
        response = render(request, "benefits/progress.html", {"simulation": found, "is_busy": is_busy})
        if not is_busy:
            response["HX-Refresh"] = "true"
        return response
    context = {
        "simulation": found,
        "tone": _TONES[found.state],
        "is_busy": is_busy,
        "assumed": assumed_in_words(found),
        "result": shown_result(found) if found.state == "done" else None,
        "may_cancel": is_busy and (request.actor.may(RUN) or found.asked_by == request.actor.id),
    }
    return render(request, "benefits/simulation.html", context)


@guarded(RUN, PROPOSE)
@require_POST
def cancel(request: Any, simulation_id: UUID) -> HttpResponse:
    queries.simulation(simulation_id, seen_by=request.actor)
    actions.cancel(simulation_id=simulation_id, by=request.actor, today=today())
    messages.success(request, "已取消。")
    return redirect(f"/benefits/simulations/{simulation_id}")


@guarded(RUN, PROPOSE, APPROVE)
def simulation_file(request: Any, simulation_id: UUID) -> HttpResponse:
    """The aggregates as a sheet."""
    found = queries.simulation(simulation_id, seen_by=request.actor)
    if found.state != Simulation.State.DONE:
        raise Conflict("这次模拟还没有结果,不能导出。请等它完成后再试。")
    text = io.StringIO()
    names = ("类别", "项目", "现在人数", "假设人数", "现在金额(元)", "假设金额(元)", "增减(元)")
    write_csv(text, columns=[Column(name) for name in names], rows=_lines(found))
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="simulation.csv"'
    return response


def _lines(found: Simulation) -> Iterator[list[object]]:
    result = found.result
    for name, rows, key in (("月份", "by_month", "month"), ("待遇项目", "by_programme", "label")):
        for row in result[rows]:
            people = [row["people_before"], row["people_after"]]
            yield [name, row[key], *people, *_money(row)]
    names = names_of(row["division"] for row in result["by_place"])
    for row in result["by_place"]:
        yield ["地方", names.get(row["division"], row["division"]), "", "", *_money(row)]
    for name, key in (("受益人员", "winners"), ("减少人员", "losers")):
        yield [name, "合计", "", result[key]["people"], "", "", result[key]["fen"] / 100]


def _money(row: dict[str, Any]) -> list[object]:
    return [row["before"] / 100, row["after"] / 100, (row["after"] - row["before"]) / 100]


def assumed_in_words(found: Simulation) -> list[str]:
    """What was assumed, one sentence each; what the rules know no more is left as it was written."""
    assumptions = Assumptions.from_json(found.assumptions) if found.assumptions else None
    if assumptions is None:
        return []
    book, sentences = rulebook(), []
    for row in (Asked(**row) for row in assumptions.rows):
        table = book.tables.get(row.table)
        cell = cell_label(table, read_cell(table, row.cell)) if table else row.cell
        name = f"{table.label if table else row.table}{f'({cell})' if cell else ''}"
        how = {"set": "改为", "add": "另加", "permille": "上浮千分之"}[row.mode]
        unit = "" if row.mode == "permille" else UNITS.get(row.unit, row.unit)
        sentences.append(f"{name}{how}{row.value}{unit}")
    for line in assumptions.lines:
        programme = book.programmes.get(line.programme)
        sentences.append(f"{programme.label if programme else line.programme}的“{line.name}”改为 {line.expression}")
    if assumptions.ageing_years:
        sentences.append(f"每个人的年龄加{assumptions.ageing_years}年")
    return sentences


def shown_result(found: Simulation) -> dict[str, Any]:
    """The result with names and money as text, and its charts."""
    result = found.result
    names = names_of(row["division"] for row in result["by_place"])
    months = [(_month_text(row["month"]), *_texts(row)) for row in result["by_month"]]
    before, after = (sum(row[key] for row in result["by_month"]) for key in ("before", "after"))
    touched = result["winners"]["people"] + result["losers"]["people"]
    return {
        "people": result["people"],
        "touched": touched,
        "before": yuan(before),
        "after": yuan(after),
        "change": _signed(after - before),
        "months_count": len(months),
        "winners": (result["winners"]["people"], yuan(result["winners"]["fen"])),
        "losers": (result["losers"]["people"], yuan(-result["losers"]["fen"])),
        "same": result["same"],
        "months": months,
        "programmes": [
            (row["key"], row["label"], *_texts(row)) for row in result["by_programme"] if row["before"] or row["after"]
        ],
        "places": [(names.get(row["division"], str(row["division"])), *_texts(row)) for row in result["by_place"]],
        "matrix": [
            (names.get(row["division"], ""), [(yuan(one), _signed(other - one)) for one, other in row["months"]])
            for row in result["by_place"]
        ],
        "month_chart": _chart("按月的金额", [(_month_text(row["month"]), row) for row in result["by_month"]]),
        "place_chart": _chart("按地方的金额", [(names.get(row["division"], ""), row) for row in result["by_place"]]),
    }


def _month_text(text: str) -> str:
    return label(read_month(text))


def _texts(row: dict[str, Any]) -> tuple[Any, ...]:
    people = (row.get("people_before"), row.get("people_after"))
    return *people, yuan(row["before"]), yuan(row["after"]), _signed(row["after"] - row["before"])


def _signed(fen: int) -> str:
    return f"+{yuan(fen)}" if fen > 0 else yuan(fen)


def _chart(title: str, rows: list[tuple[str, dict[str, Any]]]) -> Any:
    summary = "每行两条:上面是现在,下面是假设。同样的数字在旁边的表里。"
    found = [Pair(name, row["before"], row["after"]) for name, row in rows]
    return pairs(found, title=title, summary=summary, y_text=yuan) if found else ""
