"""API of the grid: who answers for a person, coverage of places."""

from typing import Any
from uuid import UUID

from ninja import Router, Schema

from vetgrid.core.api import Holding
from vetgrid.core.clock import today
from vetgrid.grid import queries
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
