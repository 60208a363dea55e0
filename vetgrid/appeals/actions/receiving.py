"""Do: record who was received, book an appointment with a leader, receive it or cancel it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.appeals.actions.registering import open_station, person_in_reach
from vetgrid.appeals.models import Appeal, Appointment, Reception
from vetgrid.appeals.permissions import AppealsPermission
from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.orgs.models import ReceptionDay

MOST_A_DAY = 12
"""Appointments that one reception day can hold; local practice, unconfirmed."""


@dataclass(frozen=True)
class Visit:
    """One visit: who came, how many, about what, and what came of it."""

    visitor: str
    topic: str
    on: date
    channel: str = "counter"
    people: int = 1
    outcome: str = ""
    person_id: UUID | None = None
    appeal_id: UUID | None = None


@transaction.atomic
def receive(asked: Visit, *, station_id: UUID, by: Actor, today: date, day_id: UUID | None = None) -> Reception:
    """登记接访: a visit that was received; `people` counts heads."""
    station = open_station(station_id)
    require(by, AppealsPermission.REGISTER, at=station.division)
    found = {}
    if not asked.visitor.strip() and asked.person_id is None:
        found["visitor"] = "请填写来访人姓名,或选择档案。"
    if not asked.topic.strip():
        found["topic"] = "请写明来访事由。"
    if asked.on > today:
        found["on"] = "接访日期不能晚于今天。"
    if not 1 <= asked.people <= 999:
        found["people"] = "人数请填1至999。"
    if asked.channel not in Appeal.Channel.values:
        found["channel"] = "请选择来访方式。"
    if found:
        raise Invalid(fields=found)
    person = person_in_reach(asked.person_id, by=by) if asked.person_id else None
    day = ReceptionDay.objects.filter(pk=day_id).select_related("leader").first() if day_id else None
    row = Reception(
        division=station.division,
        station=station,
        on=asked.on,
        channel=asked.channel,
        person=person,
        visitor=person.name if person else asked.visitor.strip()[:40],
        people=asked.people,
        topic=asked.topic.strip()[:120],
        outcome=asked.outcome.strip()[:500],
        receiver_name=day.leader.name if day else by.name[:40],
        day=day,
        appeal_id=asked.appeal_id,
        recorded_at=now(),
        recorded_by_name=by.name,
    )
    with lending("appeals", Places.only([station.division])):
        row.save(force_insert=True)
    record(by, "appeals.receive", division=row.division, table="appeals_reception", row=row.id, person=row.person_id)
    return row


@transaction.atomic
def book(
    *,
    day_id: UUID,
    visitor: str,
    topic: str,
    by: Actor,
    today: date,
    phone: str = "",
    people: int = 1,
    person_id: UUID | None = None,
) -> Appointment:
    """预约接访: with the leader of a published day; any station may book for its people."""
    places = by.places(AppealsPermission.REGISTER)
    if not places:
        require(by, AppealsPermission.REGISTER)
    with lending("orgs", Places.of([0])):
        day = ReceptionDay.objects.select_for_update(of=("self",)).filter(pk=day_id).first()
    if day is None:
        raise NotFound("没有找到这个接访日,请重新选择。")
    found = {}
    if not visitor.strip() and person_id is None:
        found["visitor"] = "请填写来访人姓名,或选择档案。"
    if not topic.strip():
        found["topic"] = "请写明想反映的事项。"
    if not 1 <= people <= 5:
        found["people"] = "预约人数请填1至5;人数多的请推选代表(信访工作条例第二十条)。"
    if found:
        raise Invalid(fields=found)
    if day.cancelled_at is not None or day.on < today:
        raise Conflict("这个接访日已经取消或过去,请选择以后的接访日。")
    person = person_in_reach(person_id, by=by) if person_id else None
    with lending("appeals", Places.only({day.division, places.low})):
        if Appointment.objects.filter(day=day, state=Appointment.State.BOOKED).count() >= MOST_A_DAY:
            raise Conflict("这个接访日已经约满,请选择其他日期。")
        row = Appointment(
            day=day,
            division=day.division,
            origin=places.low,
            person=person,
            visitor=person.name if person else visitor.strip()[:40],
            phone=phone.strip() or (person.phone if person else None),
            topic=topic.strip()[:120],
            people=people,
            booked_by_name=by.name,
            booked_at=now(),
        )
        row.save(force_insert=True)
    record(by, "appeals.book", division=day.division, table="appeals_appointment", row=row.id, person=row.person_id)
    return row


def _locked(appointment_id: UUID) -> Appointment:
    seen = Appointment.objects.filter(pk=appointment_id).values_list("division", flat=True).first()
    if seen is None:
        raise NotFound("没有找到这条预约。")
    with lending("appeals", Places.only([seen])), lending("orgs", Places.of([0])):
        row = Appointment.objects.select_for_update(of=("self",)).select_related("day").get(pk=appointment_id)
    if row.state != Appointment.State.BOOKED:
        raise Conflict(f"这条预约{row.get_state_display()},不能再办理。")
    return row


@transaction.atomic
def receive_appointment(*, appointment_id: UUID, station_id: UUID, outcome: str, by: Actor, today: date) -> Reception:
    """登记领导接访: the appointment becomes a reception with the leader's name."""
    row = _locked(appointment_id)
    require(by, AppealsPermission.REGISTER, at=row.division)
    if not outcome.strip():
        raise Invalid(fields={"outcome": "请写明接访情况和处理意见。"})
    visit = Visit(
        visitor=row.visitor,
        topic=row.topic,
        on=min(today, row.day.on) if row.day.on <= today else today,
        channel="reception",
        people=row.people,
        outcome=outcome,
        person_id=row.person_id,
    )
    reception = receive(visit, station_id=station_id, by=by, today=today, day_id=row.day_id)
    row.state, row.reception = Appointment.State.RECEIVED, reception
    row.save(update_fields=["state", "reception"])
    return reception


@transaction.atomic
def cancel_appointment(*, appointment_id: UUID, by: Actor, today: date) -> None:
    """取消预约: by the station that booked it or the one that receives."""
    row = _locked(appointment_id)
    if not by.may(AppealsPermission.REGISTER, at=row.division):
        require(by, AppealsPermission.REGISTER, at=row.origin)
    row.state = Appointment.State.CANCELLED
    with lending("appeals", Places.only([row.division])):
        row.save(update_fields=["state"])
    record(by, "appeals.cancel_appointment", division=row.division, table="appeals_appointment", row=row.id)
