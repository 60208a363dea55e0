"""API of the service network: stations and divisions within reach."""

from typing import Any
from uuid import UUID

from ninja import Router

from vetgrid.core.api import AsCitizen, Doors, Holding
from vetgrid.core.paging import page_of
from vetgrid.core.schema import Schema
from vetgrid.orgs import queries
from vetgrid.orgs.permissions import OrgsPermission

router = Router(tags=["orgs"])


class StationOut(Schema):
    """A station as lists show it."""

    id: UUID
    name: str
    kind: str
    division: int
    address: str
    phone: str
    hours: str


class StationPage(Schema):
    total: int
    items: list[StationOut]


@router.get("/stations", response=StationPage, auth=Holding(OrgsPermission.READ), operation_id="listStations")
def list_stations(request: Any, kind: str = "", page: int = 1) -> dict[str, Any]:
    found = page_of(queries.stations(kind=kind[:10], seen_by=request.actor), number=page)
    return {"total": found.total, "items": list(found.rows)}


@router.get(
    "/stations/{uuid:station_id}", response=StationOut, auth=Holding(OrgsPermission.READ), operation_id="getStation"
)
def get_station(request: Any, station_id: UUID) -> Any:
    return queries.station(station_id, seen_by=request.actor)


citizen = Doors(tags=["citizen"])


class OpenStationOut(Schema):
    """A station as anybody may see it: what hangs beside its door."""

    id: UUID
    kind: str
    name: str
    address: str
    phone: str
    hours: str
    places: list[str]


@citizen.get(
    "/citizen/stations", response=list[OpenStationOut], auth=AsCitizen(is_bound=False), operation_id="citizenStations"
)
def open_stations(request: Any) -> list[queries.OpenStation]:
    return queries.open_stations(seen_by=request.actor)
