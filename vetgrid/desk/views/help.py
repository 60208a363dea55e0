"""Help: how each process goes (工作流程图), drawn from the very table that the program obeys; and the limits in force."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from vetgrid.core.clock import today
from vetgrid.core.errors import NotFound
from vetgrid.core.flow import Flow, flows
from vetgrid.core.guard import signed_in
from vetgrid.web.flowchart import svg
from vetgrid.work.limits import AUDIENCES, ladder_on, limit_for, limits

_OPEN = "help holds no personal data"


@signed_in(_OPEN)
def index(request: Any) -> HttpResponse:
    day = today()
    keys = list(dict.fromkeys(limit.key for limit in limits() if limit.from_on <= day))
    context = {
        "flows": list(flows().values()),
        "limits": [limit_for(key, on=day) for key in keys],
        "ladder": [(step, AUDIENCES[step.audience], _when(step.days)) for step in ladder_on(day)],
    }
    return render(request, "desk/help.html", context)


def _when(days: int) -> str:
    return f"前{-days}日" if days < 0 else f"后{days}日"


def _flow(key: str) -> Flow:
    found = flows().get(key)
    if found is None:
        raise NotFound("没有这个流程图。请返回帮助页面。")
    return found


@signed_in(_OPEN)
def flow(request: Any, flow_key: str) -> HttpResponse:
    found = _flow(flow_key)
    lines = [
        (move, [found.label(state) for state, _ in found.states if state in move.sources], found.label(move.target))
        for move in found.moves
    ]
    return render(request, "desk/flow.html", {"flow": found, "chart": svg(found), "lines": lines})


@signed_in(_OPEN)
def picture(request: Any, flow_key: str) -> HttpResponse:
    """The chart alone, to put on the wall."""
    return HttpResponse(svg(_flow(flow_key)), content_type="image/svg+xml; charset=utf-8")
