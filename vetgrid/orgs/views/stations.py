"""Pages of service stations and their facts."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.errors import NotFound
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.orgs import actions, queries
from vetgrid.orgs.forms import (
    StationFactForm,
    StationFilterForm,
    StationForm,
)
from vetgrid.orgs.names import names_of
from vetgrid.orgs.permissions import OrgsPermission
from vetgrid.orgs.views.pages import form_page

READ, EDIT = OrgsPermission.READ, OrgsPermission.EDIT


@guarded(READ)
def stations(request: Any) -> HttpResponse:
    form = StationFilterForm(request.GET)
    form.is_valid()
    asked = {key: form.cleaned_data.get(key, "") for key in ("text", "kind", "gap")}
    page = page_of(
        queries.stations(**asked, seen_by=request.actor), number=request.GET.get("page"), size=request.GET.get("size")
    )
    return render(
        request,
        "orgs/stations.html",
        {"form": form, "page": page, "names": names_of(row.division for row in page.rows)},
    )


@guarded(READ)
def station(request: Any, station_id: UUID) -> HttpResponse:
    found = queries.station(station_id, seen_by=request.actor)
    facts = queries.facts_of(found, seen_by=request.actor)
    lists: tuple[list[Any], ...] = (facts.five_haves, facts.places, facts.boards, facts.honours)
    groups = [
        (what, label, [(fact, codes(table).label(fact.code) if table else "政治文化宣传栏") for fact in rows])
        for (what, (_, table, label)), rows in zip(actions.STATION_FACTS.items(), lists, strict=True)
    ]
    context = {
        "station": found,
        "facts": facts,
        "groups": groups,
        "place": names_of([found.division])[found.division],
        "may_edit": request.actor.may(EDIT, at=found.division) and found.closed_on is None,
    }
    return render(request, "orgs/station.html", context)


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def edit_station(request: Any, station_id: UUID) -> HttpResponse:
    found = queries.station(station_id, seen_by=request.actor)
    initial = {key: getattr(found, key) for key in ("name", "address", "phone", "hours", "version")}
    form = StationForm(request.POST or None, initial=initial)
    return form_page(
        request,
        form,
        title="修改服务站信息",
        back=f"/stations/{station_id}",
        sentence="已保存。",
        act=lambda data: actions.edit_station(station_id=station_id, **data, by=request.actor, today=today()),
    )


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def add_station_fact(request: Any, station_id: UUID, what: str) -> HttpResponse:
    queries.station(station_id, seen_by=request.actor)
    if what not in actions.STATION_FACTS:
        raise NotFound()
    form = StationFactForm(request.POST or None, what=what, initial={"from_on": today()})
    return form_page(
        request,
        form,
        title=f"登记{actions.STATION_FACTS[what][2]}",
        back=f"/stations/{station_id}",
        sentence="已登记。",
        act=lambda data: actions.add_station_fact(
            station_id=station_id,
            what=what,
            code=data.get("code", ""),
            from_on=data["from_on"],
            note=data["note"],
            by=request.actor,
            today=today(),
        ),
    )


@guarded(EDIT)
@require_POST
def end_station_fact(request: Any, what: str, fact_id: UUID) -> HttpResponse:
    station_id = actions.end_station_fact(what=what, fact_id=fact_id, by=request.actor, today=today())
    messages.success(request, "已登记终止。")
    return redirect(f"/stations/{station_id}")
