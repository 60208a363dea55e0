"""The desk: what waits for me, how my place stands, and the search over everything."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from vetgrid.accounts.permissions import SystemPermission
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.queries.lists import headline
from vetgrid.core.clock import today
from vetgrid.core.guard import guarded, signed_in
from vetgrid.desk import queries
from vetgrid.orgs.names import names_of


@signed_in("everyone has a desk; each card asks for its own permission")
def home(request: Any) -> HttpResponse:
    cards = queries.cards(seen_by=request.actor, today=today())
    held = [(entry.label, names_of([entry.division])[entry.division]) for entry in request.actor.held]
    may_see = request.actor.may(BenefitsPermission.READ)
    take_up = headline(seen_by=request.actor, today=today()) if may_see else None
    return render(request, "desk/home.html", {"cards": cards, "held": held, "take_up": take_up})


@signed_in("finds only what the searcher's permissions reach")
def search(request: Any) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:60]
    context = {
        "global_query": text,
        "found": queries.search(text, seen_by=request.actor, today=today()) if text else [],
    }
    return render(request, "desk/search.html", context)


@guarded(SystemPermission.OPERATE)
def system(request: Any) -> HttpResponse:
    return render(
        request,
        "desk/system.html",
        {"numbers": queries.system_numbers(seen_by=request.actor), "jobs": queries.jobs(seen_by=request.actor)},
    )
