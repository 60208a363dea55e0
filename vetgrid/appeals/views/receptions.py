"""Pages of reception: the public rota, appointments, and the record of who was received."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.appeals.actions import receiving
from vetgrid.appeals.forms import BookingForm, OutcomeForm, ReceptionForm
from vetgrid.appeals.models import Appeal
from vetgrid.appeals.permissions import AppealsPermission
from vetgrid.appeals.queries import appeals as stations
from vetgrid.appeals.queries import others as queries
from vetgrid.core.clock import today
from vetgrid.core.errors import NotFound
from vetgrid.core.guard import guarded, public
from vetgrid.core.paging import page_of
from vetgrid.orgs.names import names_of
from vetgrid.registry import queries as registry
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.web.answering import form_page

READ, REGISTER = AppealsPermission.READ, AppealsPermission.REGISTER


@public("the rota is published: who receives visitors, when and where")
def rota(request: Any) -> HttpResponse:
    return render(request, "appeals/rota.html", {"days": queries.rota(today=today())})


@guarded(READ)
def receptions(request: Any) -> HttpResponse:
    channel, text = request.GET.get("channel", ""), request.GET.get("text", "")[:60]
    rows = queries.receptions(
        channel=channel if channel in Appeal.Channel.values else "", text=text, seen_by=request.actor
    )
    page = page_of(rows, number=request.GET.get("page"), size=request.GET.get("size"))
    context = {
        "page": page,
        "channel": channel,
        "text": text,
        "channels": Appeal.Channel.choices,
        "channel_labels": dict(Appeal.Channel.choices),
        "names": names_of(row.division for row in page.rows),
        "may_register": request.actor.may(REGISTER),
    }
    return render(request, "appeals/receptions.html", context)


@guarded(REGISTER)
@require_http_methods(["GET", "POST"])
def new(request: Any) -> HttpResponse:
    person = None
    if request.GET.get("person") and request.actor.may(RegistryPermission.READ):
        try:
            person = registry.person(UUID(request.GET["person"]), seen_by=request.actor)
        except ValueError:
            person = None
    form = ReceptionForm(request.POST or None, stations=stations.stations_for(seen_by=request.actor))
    if person is not None:
        del form.fields["visitor"]

    def act(data: dict[str, Any]) -> str:
        visit = receiving.Visit(
            visitor="" if person else data["visitor"],
            topic=data["topic"],
            on=data["on"],
            channel=data["channel"],
            people=data["people"],
            outcome=data["outcome"],
            person_id=person.id if person else None,
        )
        row = receiving.receive(visit, station_id=UUID(data["station"]), by=request.actor, today=today())
        return f"/receptions/{row.id}" if request.actor.may(READ, at=row.division) else "/"

    return form_page(
        request,
        form,
        title="登记接访" + (f" · {person.name}" if person else ""),
        back="/receptions",
        act=act,
        done="已登记接访。",
        button="登记",
    )


@guarded(READ)
def reception(request: Any, reception_id: UUID) -> HttpResponse:
    row = queries.reception(reception_id, seen_by=request.actor)
    context = {
        "row": row,
        "place": names_of([row.division])[row.division],
        "channel": dict(Appeal.Channel.choices).get(row.channel, ""),
    }
    return render(request, "appeals/reception.html", context)


@guarded(REGISTER)
def appointments(request: Any) -> HttpResponse:
    page = page_of(queries.appointments(seen_by=request.actor), number=request.GET.get("page"))
    days = queries.rota(today=today())
    known = {day.id: day for day in days}
    lines = [(row, known.get(row.day_id) or queries.reception_day(row.day_id)) for row in page.rows]
    return render(
        request,
        "appeals/appointments.html",
        {"page": page, "lines": lines, "days": days, "may_receive": _may_receive(request)},
    )


def _may_receive(request: Any) -> set[int]:
    return {row.division for row in stations.stations_for(seen_by=request.actor)}


@guarded(REGISTER)
@require_http_methods(["GET", "POST"])
def book(request: Any, day_id: UUID) -> HttpResponse:
    day = queries.reception_day(day_id)
    form = BookingForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        receiving.book(day_id=day.id, **data, by=request.actor, today=today())

    return form_page(
        request,
        form,
        title=f"预约 {day.on} {day.leader.name}接访",
        back="/appointments",
        act=act,
        done="已预约。",
        button="预约",
    )


@guarded(REGISTER)
@require_http_methods(["GET", "POST"])
def receive(request: Any, appointment_id: UUID) -> HttpResponse:
    row = queries.appointments(seen_by=request.actor).filter(pk=appointment_id).first()
    if row is None:
        raise NotFound("没有找到这条预约。")
    form = OutcomeForm(request.POST or None, stations=stations.stations_for(seen_by=request.actor))

    def act(data: dict[str, Any]) -> str:
        done = receiving.receive_appointment(
            appointment_id=row.id,
            station_id=UUID(data["station"]),
            outcome=data["outcome"],
            by=request.actor,
            today=today(),
        )
        return f"/receptions/{done.id}"

    return form_page(
        request,
        form,
        title=f"接访记录 · {row.visitor}",
        back="/appointments",
        act=act,
        done="已登记领导接访。",
        button="登记",
    )


@guarded(REGISTER)
@require_POST
def cancel(request: Any, appointment_id: UUID) -> HttpResponse:
    receiving.cancel_appointment(appointment_id=appointment_id, by=request.actor, today=today())
    messages.success(request, "预约已取消。")
    return redirect("/appointments")
