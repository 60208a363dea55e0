"""Pages of divisions: the list, renaming, merging."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from vetgrid.core.clock import today
from vetgrid.core.errors import NotFound
from vetgrid.core.guard import guarded
from vetgrid.core.places import Level
from vetgrid.orgs import actions, queries
from vetgrid.orgs.forms import (
    MergeForm,
    RenameForm,
)
from vetgrid.orgs.models import Division
from vetgrid.orgs.permissions import OrgsPermission
from vetgrid.orgs.views.pages import form_page

READ, RESTRUCTURE = OrgsPermission.READ, OrgsPermission.RESTRUCTURE


@guarded(READ, RESTRUCTURE)
def divisions(request: Any) -> HttpResponse:
    rows = queries.divisions(seen_by=request.actor)
    towns = [(row, [child for child in rows if child.parent_id == row.code]) for row in rows if row.level == Level.TOWN]
    alone = [
        row for row in rows if row.level == Level.VILLAGE and not any(town.code == row.parent_id for town, _ in towns)
    ]
    context = {
        "top": [row for row in rows if row.level == Level.COUNTY],
        "towns": towns,
        "alone": alone,
        "changes": queries.changes(seen_by=request.actor)[:50],
        "may_restructure": request.actor.may(RESTRUCTURE),
    }
    return render(request, "orgs/divisions.html", context)


@guarded(RESTRUCTURE)
@require_http_methods(["GET", "POST"])
def rename_division(request: Any, code: int) -> HttpResponse:
    division = Division.objects.filter(pk=code).first()
    if division is None:
        raise NotFound()
    form = RenameForm(request.POST or None, initial={"name": division.name})
    return form_page(
        request,
        form,
        title=f"{division.name}更名",
        back="/divisions",
        sentence="已更名。",
        act=lambda data: actions.rename_division(code=code, **data, by=request.actor, today=today()),
    )


@guarded(RESTRUCTURE)
@require_http_methods(["GET", "POST"])
def merge_division(request: Any, code: int) -> HttpResponse:
    division = Division.objects.filter(pk=code).first()
    if division is None:
        raise NotFound()
    form = MergeForm(request.POST or None, seen_by=request.actor)
    return form_page(
        request,
        form,
        title=f"{division.name}并入其他村(社区)",
        back="/divisions",
        sentence="已合并,人员和微网格已随之转移。",
        button="合并",
        act=lambda data: actions.merge_division(
            code=code, into=int(data["into"]), document=data["document"], by=request.actor, today=today()
        ),
    )
