"""API of the grid: who answers for a person, coverage of places."""

from typing import Any
from uuid import UUID

from ninja import Router

from vetgrid.core.api import AsCitizen, Doors, Holding
from vetgrid.core.clock import today
from vetgrid.core.crypto import Sealed
from vetgrid.core.schema import Schema
from vetgrid.grid import queries
from vetgrid.grid.models import Duty
from vetgrid.grid.permissions import GridPermission

router = Router(tags=["grid"])


class AnswererOut(Schema):
    """Contact or deputy of a person."""

    kind: str
    name: str
    cell: str


class CoverageOut(Schema):
    division: int
    name: str
    veterans: int
    covered: int


@router.get(
    "/people/{uuid:person_id}/contacts",
    response=list[AnswererOut],
    auth=Holding(GridPermission.READ),
    operation_id="listContacts",
)
def list_contacts(request: Any, person_id: UUID) -> list[dict[str, str]]:
    duties = queries.answered_for(person_id, day=today(), seen_by=request.actor)
    return [
        {"kind": duty.kind, "name": duty.staff.name, "cell": duty.cell.name if duty.cell else ""} for duty in duties
    ]


@router.get("/coverage", response=list[CoverageOut], auth=Holding(GridPermission.READ), operation_id="getCoverage")
def get_coverage(request: Any) -> list[Any]:
    return list(
        queries.coverage(division=request.actor.places(GridPermission.READ).low, seen_by=request.actor, today=today())
    )


citizen = Doors(tags=["citizen"])


class CallOut(Schema):
    """Somebody who answers, with a phone to call."""

    kind: str
    label: str
    name: str
    phone: str


class StationCallOut(Schema):
    id: UUID
    name: str
    address: str
    phone: str
    hours: str


class ContactOut(Schema):
    contact: CallOut | None
    deputy: CallOut | None
    chain: list[CallOut]
    cell: str
    station: StationCallOut | None


def _call(duty: Duty) -> dict[str, str]:
    phone = duty.staff.phone
    return {
        "kind": duty.kind,
        "label": duty.get_kind_display(),
        "name": duty.staff.name,
        "phone": phone.reveal() if isinstance(phone, Sealed) else "",
    }


@citizen.get("/citizen/contact", response=ContactOut, auth=AsCitizen(), operation_id="citizenContact")
def my_contact(request: Any) -> dict[str, Any]:
    found = queries.own_chain(seen_by=request.actor)
    calls = [_call(duty) for duty in found.duties]
    return {
        "contact": next((call for call in calls if call["kind"] == Duty.Kind.CONTACT), None),
        "deputy": next((call for call in calls if call["kind"] == Duty.Kind.DEPUTY), None),
        "chain": calls,
        "cell": found.cell,
        "station": found.station,
    }
