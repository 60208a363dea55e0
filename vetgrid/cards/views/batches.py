"""Pages of batches: the list, packing, counting by scanner (one input, Enter), the sheet that travels along; and files from outside."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.cards import policy
from vetgrid.cards.actions import handing, outside
from vetgrid.cards.forms import UploadForm
from vetgrid.cards.models import Batch, StepRow
from vetgrid.cards.permissions import CardsPermission
from vetgrid.cards.queries import applications as applied
from vetgrid.cards.queries import cards as queries
from vetgrid.cards.states import CARD
from vetgrid.cards.views.applications import as_uuid
from vetgrid.core.clock import today
from vetgrid.core.errors import Refused
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.core.qr import svg
from vetgrid.orgs.names import names_of
from vetgrid.web.answering import form_page

READ, HAND, INTAKE = CardsPermission.READ, CardsPermission.HAND, CardsPermission.INTAKE
_SHOWN = 400


@guarded(READ)
def batches(request: Any) -> HttpResponse:
    leg = request.GET.get("leg", "")
    text = request.GET.get("text", "").replace("\x00", "")[:40]
    is_open = request.GET.get("open") == "1"
    rows = queries.batches(
        leg=leg if leg in Batch.Leg.values else "", is_open=is_open, text=text, seen_by=request.actor
    )
    page = page_of(rows, number=request.GET.get("page"), size=request.GET.get("size"))
    context = {
        "page": page,
        "leg": leg,
        "text": text,
        "is_open": is_open,
        "legs": Batch.Leg.choices,
        "may_hand": request.actor.may(HAND),
    }
    return render(request, "cards/batches.html", context)


@guarded(HAND)
@require_http_methods(["GET", "POST"])
def pack(request: Any) -> HttpResponse:
    """Which cards lie here and where they go: tick, choose the station, pack."""
    here, target = as_uuid(request.GET.get("from", "")), request.GET.get("division", "")
    place = int(target) if target.isascii() and target.isdigit() and len(target) == 12 else None
    error = ""
    if request.method == "POST":
        chosen = [key for key in map(as_uuid, request.POST.getlist("cards")) if key]
        station, note = as_uuid(request.POST.get("station", "")), request.POST.get("note", "")[:280]
        call = {"card_ids": chosen, "note": note, "by": request.actor, "today": today()}
        try:
            is_up = request.POST.get("way") == "up"
            batch = handing.hand_up(**call) if is_up else handing.pack(station_id=station or UUID(int=0), **call)
        except Refused as refused:
            error = refused.sentence
        else:
            messages.success(request, f"已打包,批次号{batch.number},共{batch.sent_count}张。请打印交接单随批次走。")
            return redirect(f"/cards/batches/{batch.id}")
    rows = queries.ready(station_id=here, target=place, seen_by=request.actor)
    cards = list(rows[:_SHOWN])
    context = {
        "cards": cards,
        "total": rows.count(),
        "shown": _SHOWN,
        "error": error,
        "here": here,
        "place": place,
        "labels": dict(CARD.states),
        "stations": applied.stations_within(seen_by=request.actor),
        "names": names_of(row.division for row in cards),
    }
    return render(request, "cards/pack.html", context, status=422 if error else 200)


@guarded(READ)
def batch(request: Any, card_batch_id: UUID) -> HttpResponse:
    one = queries.batch(card_batch_id, seen_by=request.actor)
    lines = queries.lines_of(one, seen_by=request.actor)
    context = {
        "one": one,
        "lines": lines[:_SHOWN],
        "more": max(0, len(lines) - _SHOWN),
        "waiting": one.sent_count - one.received_count - one.short_count - one.damaged_count,
        "names": names_of(line.place for line in lines[:_SHOWN]),
        "may_count": one.closed_on is None and request.actor.may(HAND, at=one.division),
    }
    return render(request, "cards/batch.html", context)


@guarded(HAND)
@require_POST
def scan(request: Any, card_batch_id: UUID) -> HttpResponse:
    """One scan: the scanner types the code and presses Enter; the page comes back ready for the next."""
    try:
        found = handing.scan(
            batch_id=card_batch_id,
            text=request.POST.get("code", "").replace("\x00", "")[:60],
            is_damaged=request.POST.get("is_damaged") == "1",
            by=request.actor,
            today=today(),
        )
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, found.sentence)
    return redirect(f"/cards/batches/{card_batch_id}")


@guarded(HAND)
@require_POST
def close(request: Any, card_batch_id: UUID) -> HttpResponse:
    try:
        one = handing.close(
            batch_id=card_batch_id, note=request.POST.get("note", "")[:280], by=request.actor, today=today()
        )
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        text = f"应收{one.sent_count},收到{one.received_count},短少{one.short_count},破损{one.damaged_count}"
        messages.success(request, f"清点完毕:{text}。")
    return redirect(f"/cards/batches/{card_batch_id}")


@guarded(READ)
def sheet(request: Any, card_batch_id: UUID) -> HttpResponse:
    """交接单: the list that travels with the parcel, its code on it, to be signed at both ends."""
    one = queries.batch(card_batch_id, seen_by=request.actor)
    lines = queries.lines_of(one, seen_by=request.actor)
    context = {
        "one": one,
        "lines": [(line, svg(line.code, title=f"证卡{line.code}")) for line in lines],
        "code": svg(one.number, title=f"批次{one.number}"),
        "names": names_of(line.place for line in lines),
    }
    return render(request, "cards/sheet.html", context)


@guarded(INTAKE)
@require_http_methods(["GET", "POST"])
def intake(request: Any) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)

    def act(data: dict[str, Any]) -> str:
        file = data["file"]
        found = outside.load(step=data["step"], name=file.name or "", body=file.read(), by=request.actor, today=today())
        return f"/cards/intake/{found.id}"

    page = page_of(queries.files(seen_by=request.actor), number=request.GET.get("page"))
    context = {
        "page": page,
        "steps": {entry.key: entry.label for entry in policy.formats().values()},
        "formats": [
            (entry.label, [options[0] for options in entry.headers.values()], entry.words)
            for entry in policy.formats().values()
        ],
        "unsettled": queries.unsettled(seen_by=request.actor),
    }
    return form_page(
        request,
        form,
        title="外部回执文件",
        back="/cards/intake",
        act=act,
        done="文件已载入,逐行结果见下。",
        button="上传并载入",
        template="cards/intake.html",
        context=context,
    )


@guarded(INTAKE)
def file(request: Any, step_file_id: UUID) -> HttpResponse:
    one = queries.file(step_file_id, seen_by=request.actor)
    outcome = request.GET.get("outcome", "")
    rows = queries.file_rows(one, outcome=outcome if outcome in StepRow.Outcome.values else "", seen_by=request.actor)
    context = {
        "one": one,
        "page": page_of(rows, number=request.GET.get("page"), size=request.GET.get("size")),
        "outcome": outcome,
        "outcomes": StepRow.Outcome.choices,
        "label": policy.formats()[one.step].label if one.step in policy.formats() else one.step,
    }
    return render(request, "cards/file.html", context)


@guarded(INTAKE)
@require_POST
def settle(request: Any, step_row_id: UUID) -> HttpResponse:
    row = outside.settle(row_id=step_row_id, note=request.POST.get("note", ""), by=request.actor, today=today())
    messages.success(request, "已登记核对结果。")
    return redirect(f"/cards/intake/{row.file_id}?outcome=unmatched")
