"""Pages of cards: the list, one card with its life and its journeys, its moves, replacement, printed issue register, export."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.audit.trail import record
from vetgrid.cards import policy
from vetgrid.cards.actions import applying
from vetgrid.cards.actions.acting import chain_stations
from vetgrid.cards.forms import ReplaceForm
from vetgrid.cards.models import Card
from vetgrid.cards.permissions import CardsPermission
from vetgrid.cards.queries import applications as applied
from vetgrid.cards.queries import cards as queries
from vetgrid.cards.states import CARD
from vetgrid.cards.views.applications import as_uuid
from vetgrid.cards.views.moves import CARD_DOORS, version_of
from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict, Invalid
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.core.tabular import Column, write_xlsx
from vetgrid.orgs.names import names_of
from vetgrid.web.answering import form_page
from vetgrid.work.queries import clocks_of, names_of_staff, subject_items

READ, APPLY, EXPORT = CardsPermission.READ, CardsPermission.APPLY, CardsPermission.EXPORT
_MOST = 20_000


@guarded(READ)
def cards(request: Any) -> HttpResponse:
    asked = _asked(request)
    rows = queries.cards(asked, seen_by=request.actor)
    page = page_of(rows, number=request.GET.get("page"), size=request.GET.get("size"))
    context = {
        "page": page,
        "asked": asked,
        "states": CARD.states,
        "labels": dict(CARD.states),
        "reasons": codes("card_unissued").choices(on=today()),
        "reason_labels": dict(codes("card_unissued").choices(on=today())),
        "kinds": {entry.key: entry.label for entry in policy.identities()},
        "stations": applied.stations_within(seen_by=request.actor),
        "names": names_of(row.division for row in page.rows),
        "may_export": request.actor.may(EXPORT),
    }
    return render(request, "cards/cards.html", context)


def _asked(request: Any) -> queries.CardFilter:
    get = request.GET.get
    division = get("division", "")
    return queries.CardFilter(
        state=get("state", "") if get("state", "") in dict(CARD.states) else "",
        reason=get("reason", "") if get("reason", "") in codes("card_unissued") else "",
        text=get("text", "").replace("\x00", "")[:60],
        station=as_uuid(get("station", "")),
        division=int(division) if division.isascii() and division.isdigit() and len(division) == 12 else None,
        is_reissue=get("reissue") == "1",
        is_unissued=get("unissued") == "1",
    )


@guarded(READ)
def card(request: Any, card_id: UUID) -> HttpResponse:
    one = queries.card(card_id, seen_by=request.actor)
    items = subject_items(one.id, kind="card_take_back") + subject_items(one.application_id, kind="card_application")
    context = {
        "one": one,
        "state": CARD.label(one.state),
        "moves": queries.card_moves(one, seen_by=request.actor),
        "steps": queries.card_steps(one, seen_by=request.actor),
        "lines": queries.card_lines(one, seen_by=request.actor),
        "labels": {move.key: move.label for move in CARD.moves},
        "kind": policy.kind_label(one.kind),
        "bank": policy.labels_of("bank").get(one.bank, one.bank),
        "number": one.number.masked((6, 4)) if one.number else "",
        "way": dict(Card.Ways.choices).get(one.issue_way, ""),
        "reason": codes("card_unissued").label(one.unissued_reason) if one.unissued_reason else "",
        "end_reason": codes("card_end").label(one.end_reason) if one.end_reason else "",
        "place": names_of([one.division])[one.division],
        "item": items[0] if items else None,
        "staff": names_of_staff({key for row in items for key in (row.owner_id, row.deputy_id)}),
        "clocks": [story for row in items for story in clocks_of(row)],
        "may_replace": one.state in ("issued", "paused", "lost") and request.actor.may(APPLY, at=one.division),
    }
    record(request.actor, "cards.read", division=one.division, table="cards_card", row=one.id, person=one.person_id)
    return render(request, "cards/card.html", context)


@guarded(APPLY, CardsPermission.ISSUE, CardsPermission.HAND, CardsPermission.CANCEL)
@require_http_methods(["GET", "POST"])
def move(request: Any, card_id: UUID, move_key: str) -> HttpResponse:
    """One move of the table: its form, then its action."""
    one = queries.card(card_id, seen_by=request.actor)
    door = CARD_DOORS.get(move_key)
    if door is None:
        raise Conflict("没有这样的办理动作。请返回证卡页面重新选择。")
    entry = CARD.move(move_key)
    CARD.after(one.state, move_key)
    form = door.form(request.POST if request.method == "POST" else None)

    def act(data: dict[str, Any]) -> None:
        door.act(card_id=one.id, by=request.actor, today=today(), version=version_of(request), **data)

    return form_page(
        request,
        form,
        title=f"{entry.label} · {one.holder}",
        back=f"/cards/list/{one.id}",
        act=act,
        done=f"已办理“{entry.label}”。",
        button=entry.label,
        context={"note": entry.note},
    )


@guarded(APPLY)
@require_http_methods(["GET", "POST"])
def replace(request: Any, card_id: UUID) -> HttpResponse:
    """A replacement goes the way of an application; the old card dies when it is accepted."""
    one = queries.card(card_id, seen_by=request.actor)
    initial = {"kind": one.kind, "materials": ["form", "id_card"], "reason": "lost" if one.state == "lost" else ""}
    form = ReplaceForm(request.POST or None, stations=chain_stations(one.division), initial=initial)

    def act(data: dict[str, Any]) -> str:
        made = applying.ask_replacement(
            card_id=one.id,
            reason=data["reason"],
            kind=data["kind"],
            details=applying.Details(
                station_id=UUID(data["station"]), bank=one.bank, materials=tuple(data["materials"])
            ),
            by=request.actor,
            today=today(),
        )
        return f"/cards/applications/{made.id}"

    return form_page(
        request,
        form,
        title=f"申请补换 · {one.holder}",
        back=f"/cards/list/{one.id}",
        act=act,
        done="补换申请已登记。请上传六个月内的照片。",
        button="申请补换",
        template="cards/replace.html",
        context={"note": "受理时旧证作废;芯片不能读取、卡面污损的由银行直接换卡。"},
    )


@guarded(READ)
def register(request: Any) -> HttpResponse:
    """发放登记表: what lies at the station, to be signed by who takes it."""
    asked = queries.CardFilter(state="held", station=as_uuid(request.GET.get("station", "")))
    rows = list(queries.cards(asked, seen_by=request.actor).order_by("division", "holder", "id")[:500])
    context = {
        "rows": rows,
        "names": names_of(row.division for row in rows),
        "kinds": {entry.key: entry.label for entry in policy.identities()},
    }
    return render(request, "cards/register.html", context)


@guarded(EXPORT)
@require_POST
def export(request: Any) -> HttpResponse:
    """The cards of the present filter as xlsx, card numbers left out; with its reason in the trail."""
    asked = _asked(request)
    reason = request.POST.get("reason", "").strip()[:200]
    if len(reason) < 2:
        raise Invalid("请写明导出用途,例如“发放核对”。请返回证卡列表填写用途后再导出。")
    places = request.actor.places(EXPORT)
    rows = [row for row in queries.cards(asked, seen_by=request.actor)[:_MOST] if row.division in places]
    names = names_of(row.division for row in rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cards.xlsx"
        write_xlsx(path, title="优待证", columns=_COLUMNS, rows=_lines(rows, names))
        body = path.read_bytes()
    record(
        request.actor,
        "cards.export",
        division=places.low,
        table="cards_card",
        reason=reason,
        detail={"rows": len(rows), "filter": request.GET.urlencode()[:300]},
    )
    return HttpResponse(
        body,
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'优待证清单{today():%Y%m%d}.xlsx')}"},
    )


_COLUMNS = [
    Column(label, width)
    for label, width in (
        ("证卡", 18),
        ("持证人", 10),
        ("村(社区)", 22),
        ("类别", 18),
        ("状态", 12),
        ("申领编号", 20),
        ("制证", 12),
        ("县签收", 12),
        ("入站", 12),
        ("发放", 12),
        ("未发放原因", 18),
    )
]


def _lines(rows: list[Card], names: dict[int, str]) -> Iterator[list[object]]:
    for row in rows:
        days = [row.made_on, row.signed_on, row.received_on, row.issued_on]
        yield [
            row.code,
            row.holder,
            names.get(row.division, ""),
            policy.kind_label(row.kind),
            CARD.label(row.state),
            row.application.number,
            *(f"{day:%Y-%m-%d}" if day else "" for day in days),
            codes("card_unissued").label(row.unissued_reason) if row.unissued_reason else "",
        ]
