"""Pages of accusations: taken down anywhere, seen by the discipline channel alone."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from vetgrid.appeals.actions import accusing
from vetgrid.appeals.forms import AccusationForm, NoteForm
from vetgrid.appeals.permissions import AccusationsPermission, AppealsPermission
from vetgrid.appeals.queries import appeals as stations
from vetgrid.appeals.queries import others as queries
from vetgrid.appeals.states import ACCUSATION
from vetgrid.audit.trail import NOWHERE, record
from vetgrid.core.clock import today
from vetgrid.core.errors import Conflict
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.core.scope import confiding
from vetgrid.orgs.models import Staff
from vetgrid.web.answering import form_page
from vetgrid.work.queries import clocks_of, subject_items

READ = AccusationsPermission.READ


@guarded(READ)
def accusations(request: Any) -> HttpResponse:
    state = request.GET.get("state", "")
    page = page_of(
        queries.accusations(state=state if state in dict(ACCUSATION.states) else "", seen_by=request.actor),
        number=request.GET.get("page"),
    )
    context = {"page": page, "state": state, "states": ACCUSATION.states, "flow": ACCUSATION}
    return render(request, "appeals/accusations.html", context)


@guarded(AppealsPermission.REGISTER)
@require_http_methods(["GET", "POST"])
def new(request: Any) -> HttpResponse:
    """Taken down and handed on; nothing of it stays at the station."""
    colleagues = Staff.objects.filter(ended_on=None).order_by("name_pinyin", "id")[:500]
    form = AccusationForm(
        request.POST or None,
        stations=stations.stations_for(seen_by=request.actor),
        every=stations.every_station(),
        staff=[(str(row.id), row.name) for row in colleagues],
    )

    def act(data: dict[str, Any]) -> str:
        number = accusing.accuse(
            accusing.Charge(
                text=data["text"],
                channel=data["channel"],
                received_on=data["received_on"],
                accused_name=data["accused_name"],
                accused_id=UUID(data["accused"]) if data["accused"] else None,
                accused_station_id=UUID(data["accused_station"]) if data["accused_station"] else None,
                accuser=data["accuser"],
                is_anonymous=data["is_anonymous"],
            ),
            station_id=UUID(data["station"]),
            by=request.actor,
            today=today(),
        )
        messages.success(request, f"编号{number}。请把编号告诉反映人,并为其保密;本页内容不在本站留存。")
        return "/"

    return form_page(
        request,
        form,
        title="登记检举控告",
        back="/",
        act=act,
        done="已登记并移交纪检监察联络员。",
        button="登记并移交",
        context={
            "note": "检举控告直接进入纪检监察渠道,被检举人及其单位在系统里一概看不到。请注意保密,不要向任何人透露。"
        },
    )


@guarded(READ)
@require_http_methods(["GET", "POST"])
def accusation(request: Any, accusation_id: UUID) -> HttpResponse:
    row = queries.accusation(accusation_id, seen_by=request.actor)
    move = request.POST.get("move", "")
    form = NoteForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        if not move:
            raise Conflict("请选择办理动作。")
        accusing.handle(
            accusation_id=row.id, move=move, note=data["note"], by=request.actor, today=today(), version=row.version
        )

    with confiding():
        items = subject_items(row.id, kind="accusation")
        clocks = [story for item in items for story in clocks_of(item)]
    context = {
        "row": row,
        "flow": ACCUSATION,
        "moves": ACCUSATION.possible(row.state) if request.actor.may(AccusationsPermission.HANDLE) else (),
        "steps": [(step, step.note.reveal() if step.note else "") for step in queries.accusation_steps(row)],
        "labels": {move.key: move.label for move in ACCUSATION.moves} | {"receive": "接收", "take_over": "接办"},
        "clocks": clocks,
        "text": row.text.reveal() if row.text else "",
        "accused": row.accused_name.reveal() if row.accused_name else "",
        "accuser": row.accuser.reveal() if row.accuser else "匿名",
        "result": row.result.reveal() if row.result else "",
    }
    record(request.actor, "accusations.read", division=NOWHERE, table="appeals_accusation", row=row.id)
    return form_page(
        request,
        form,
        title=row.number,
        back=f"/accusations/{row.id}",
        act=act,
        done="已办理。",
        template="appeals/accusation.html",
        context=context,
    )
