"""What everybody may see without signing in: offers of the alliance by trade and town, one merchant, the preference list."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.guard import public
from vetgrid.core.paging import page_of
from vetgrid.core.places import Level, Places, full_code
from vetgrid.offers.queries import alliance, catalogue
from vetgrid.offers.rules import what_it_gives
from vetgrid.offers.signing import own_county
from vetgrid.offers.views.catalogue import who
from vetgrid.offers.views.merchants import division_in
from vetgrid.orgs.names import choices_within, names_of

_WHY = "a free public listing: no payment, no rank, nothing personal"


def _point(request: Any) -> tuple[int, int] | None:
    """The viewer's own point, only when he gave it in the address; it is not kept."""
    try:
        lat, lng = float(request.GET["lat"]), float(request.GET["lng"])
    except (KeyError, ValueError):
        return None
    return (int(lat * 1e6), int(lng * 1e6)) if abs(lat) <= 90 and abs(lng) <= 180 else None


@public(_WHY)
def offers(request: Any) -> HttpResponse:
    if request.GET.get("list") == "preferences":
        return _preferences(request)
    text, trade = request.GET.get("text", "")[:40], request.GET.get("trade", "")
    county = Places.of([full_code(own_county())])
    point = _point(request)
    context: dict[str, Any] = {
        "text": text,
        "trade": trade,
        "division": division_in(request, county),
        "trades": codes("offer_trade").choices(on=today()),
        "towns": choices_within(county, levels=[Level.TOWN]),
    }
    if point is not None:
        near = alliance.nearest(lat_e6=point[0], lng_e6=point[1], on=today(), trade=trade, seen_by=request.actor)
        rows = [one.offer for one in near]
        context["metres"] = {one.offer.id: one.metres for one in near}
    else:
        found = alliance.shown(text=text, trade=trade, division=context["division"], on=today(), seen_by=request.actor)
        context["page"] = page_of(found, number=request.GET.get("page"))
        rows = list(context["page"].rows)
    context |= {
        "rows": rows,
        "names": names_of(row.division for row in rows),
        "gives": {row.id: what_it_gives(row.kind, row.percent) or row.get_kind_display() for row in rows},
        "trade_labels": {row.id: codes("offer_trade").label(row.trade) for row in rows},
        "honours": alliance.honours(rows, today=today(), seen_by=request.actor),
    }
    return render(request, "offers/published/offers.html", context)


def _preferences(request: Any) -> HttpResponse:
    rows = list(catalogue.items(text=request.GET.get("text", "")[:40], on=today(), seen_by=request.actor))
    context = {
        "tab": "preferences",
        "rows": [(row, codes("preference_category").label(row.category), who(row.classes)) for row in rows],
        "documents": {row.id: codes("preference_document").label(row.document) for row in rows},
        "text": request.GET.get("text", "")[:40],
    }
    return render(request, "offers/published/preferences.html", context)


@public(_WHY)
def merchant(request: Any, merchant_id: UUID) -> HttpResponse:
    row = alliance.shown_merchant(merchant_id, seen_by=request.actor)
    rows = list(alliance.shown(on=today(), seen_by=request.actor).filter(merchant=row))
    context = {
        "row": row,
        "trade": codes("offer_trade").label(row.trade),
        "place": names_of([row.division])[row.division],
        "lines": [
            (one, what_it_gives(one.kind, one.percent) or one.get_kind_display(), who(one.classes)) for one in rows
        ],
        "honours": alliance.honours(rows, today=today(), seen_by=request.actor),
    }
    return render(request, "offers/published/merchant.html", context)
