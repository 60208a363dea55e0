"""Pages of offers: the list, one offer with how it was honoured, and redemptions in numbers with their rows."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.core.places import Level
from vetgrid.offers import drawing
from vetgrid.offers.actions import complaining, offering
from vetgrid.offers.entitlement import label
from vetgrid.offers.forms import ComplaintForm
from vetgrid.offers.permissions import OffersPermission
from vetgrid.offers.queries import alliance as queries
from vetgrid.offers.queries import redeeming
from vetgrid.offers.rules import share, what_it_gives
from vetgrid.offers.states import OFFER
from vetgrid.offers.views.catalogue import who
from vetgrid.offers.views.merchants import division_in
from vetgrid.orgs.names import choices_within, names_of
from vetgrid.web.answering import form_page

READ, HANDLE = OffersPermission.READ, OffersPermission.HANDLE


@guarded(READ)
def offers(request: Any) -> HttpResponse:
    asked = {name: request.GET.get(name, "")[:60] for name in ("text", "trade", "state")}
    division = division_in(request, request.actor.places(READ))
    page = page_of(
        queries.offers(**asked, division=division, seen_by=request.actor),
        number=request.GET.get("page"),
        size=request.GET.get("size"),
    )
    context = {
        "page": page,
        **asked,
        "division": division,
        "trades": codes("offer_trade").choices(on=today()),
        "states": OFFER.states,
        "state_labels": dict(OFFER.states),
        "towns": choices_within(request.actor.places(READ), levels=[Level.TOWN]),
        "names": names_of(row.division for row in page.rows),
        "gives": {row.id: what_it_gives(row.kind, row.percent) or row.get_kind_display() for row in page.rows},
        "honours": queries.honours(page.rows, today=today(), seen_by=request.actor),
    }
    return render(request, "offers/offers.html", context)


@guarded(READ)
def offer(request: Any, offer_id: UUID) -> HttpResponse:
    row = queries.offer(offer_id, seen_by=request.actor)
    rows = redeeming.redemptions(
        from_on=row.from_on, to_on=today(), merchant=row.merchant_id, seen_by=request.actor
    ).filter(offer=row)
    context = {
        "row": row,
        "state": OFFER.label(row.state),
        "gives": what_it_gives(row.kind, row.percent) or row.get_kind_display(),
        "who": who(row.classes),
        "honour": queries.honours([row], today=today(), seen_by=request.actor)[row.id],
        "moves": [move for move in OFFER.possible(row.state) if request.actor.may(move.permission, at=row.division)],
        "redemptions": [(one, label(one.class_code)) for one in rows[:20]],
    }
    return render(request, "offers/offer.html", context)


@guarded(HANDLE)
@require_POST
def move(request: Any, offer_id: UUID, move_key: str) -> HttpResponse:
    row = offering.move_offer(offer_id=offer_id, key=move_key, by=request.actor, today=today())
    messages.success(request, f"已办理“{OFFER.move(move_key).label}”。")
    return redirect(f"/offers/{row.id}")


@guarded(READ)
@require_http_methods(["GET", "POST"])
def complain(request: Any, offer_id: UUID) -> HttpResponse:
    row = queries.offer(offer_id, seen_by=request.actor)

    def act(data: dict[str, Any]) -> None:
        complaining.take_down(**data, offer_id=row.id, by=request.actor, today=today())

    return form_page(
        request,
        ComplaintForm(request.POST or None),
        title=f"登记投诉 · {row.merchant.name} {row.title}",
        back=f"/offers/{row.id}",
        act=act,
        done="已登记,会向商家了解并回访本人。",
        button="登记",
    )


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


@guarded(READ)
def redemptions(request: Any) -> HttpResponse:
    to_on = _day(request.GET.get("to_on", ""), today())
    from_on = _day(request.GET.get("from_on", ""), (today().replace(day=1) - timedelta(days=330)).replace(day=1))
    trade, outcome = request.GET.get("trade", ""), request.GET.get("outcome", "")
    division = division_in(request, request.actor.places(READ))
    rows = redeeming.redemptions(
        from_on=from_on, to_on=to_on, division=division, trade=trade, outcome=outcome, seen_by=request.actor
    )
    months, trades, towns = redeeming.by_month(rows), redeeming.by_trade(rows), redeeming.by_town(rows)
    labels = dict(codes("offer_trade").choices(on=today()))
    by_trade = {line.key: line for line in trades}
    names = names_of(int(str(line.key)) for line in towns)
    trade_lines = [(labels[key], by_trade[key]) for key in labels if key in by_trade]
    good, bad = sum(line.honoured for line in months), sum(line.refused for line in months)
    page = page_of(
        rows.select_related("merchant", "offer"), number=request.GET.get("page"), size=request.GET.get("size")
    )
    context = {
        "page": page,
        "from_on": from_on,
        "to_on": to_on,
        "trade": trade,
        "outcome": outcome,
        "division": division,
        "trades": list(labels.items()),
        "towns": choices_within(request.actor.places(READ), levels=[Level.TOWN]),
        "honoured": good,
        "refused": bad,
        "share": share(good, bad),
        "month_lines": [(f"{line.key:%Y-%m}", line) for line in months],
        "month_chart": drawing.columns(
            [(f"{line.key:%-m}月", line.honoured, line.refused) for line in months], title="每月核销"
        ),
        "trade_lines": trade_lines,
        "trade_chart": drawing.bars([(text, line.honoured) for text, line in trade_lines], title="各行业核销"),
        "town_lines": [(names[int(str(line.key))], line) for line in towns],
        "classes": {row.id: label(row.class_code) for row in page.rows},
    }
    return render(request, "offers/redemptions.html", context)
