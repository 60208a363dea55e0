"""API for work in the field: my people, who is due, a visit sent once or many times, edits of a file that show a conflict."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse, JsonResponse
from ninja import Field

from vetgrid.core.actor import Actor
from vetgrid.core.api import Doors, InField
from vetgrid.core.clock import CHINA, today
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict
from vetgrid.core.paging import cursor_page
from vetgrid.core.schema import Schema
from vetgrid.registry import actions as registry
from vetgrid.registry import queries as registry_queries
from vetgrid.registry.actions.writing import Origin
from vetgrid.registry.catalogue import FIELDS
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.registry.reading import show
from vetgrid.visits import actions, queries
from vetgrid.visits.models import Visit
from vetgrid.visits.permissions import VisitsPermission

field = Doors(tags=["field"])
RECORDING = InField(VisitsPermission.RECORD)


class FieldPerson(Schema):
    person_id: UUID
    name: str
    address: str
    phone_masked: str
    class_labels: list[str]
    last_visited_on: date | None
    version: int


class FieldPage(Schema):
    items: list[FieldPerson]
    next: str | None


class FieldFact(Schema):
    id: UUID
    section: str
    label: str
    values: dict[str, str]


class VisitSeen(Schema):
    visited_at: datetime
    way: str
    text: str
    needs: list[str]
    by: str


class FieldPersonWhole(FieldPerson):
    phone: str
    """In clear where the visitor's role may see it, to call."""
    facts: list[FieldFact]
    visits: list[VisitSeen]


class DuePerson(FieldPerson):
    due_on: date


class VisitIn(Schema):
    client_id: UUID
    person_id: UUID
    visited_at: datetime
    way: str = Field(max_length=8)
    text: str = Field("", max_length=2000)
    needs: list[str] = Field(default_factory=list, max_length=10)
    base_version: int = Field(ge=0, le=1_000_000_000)
    location: str = Field("", max_length=60)
    upload_ids: list[UUID] = Field(default_factory=list, max_length=9)


class VisitOut(Schema):
    id: UUID
    client_id: UUID
    is_new: bool


class SidesOut(Schema):
    """Both sides of a conflict: what the server holds now, what the phone sent."""

    title: str
    detail: str
    code: str
    status: int
    server: dict[str, Any]
    client: dict[str, Any]


class EditIn(Schema):
    section: str = Field(max_length=20)
    fact_id: UUID | None = None
    values: dict[str, str] = Field(max_length=30)
    base_version: int = Field(ge=0, le=1_000_000_000)


class EditOut(Schema):
    version: int


def _lines(rows: list[Any], by: Actor) -> list[dict[str, Any]]:
    classes = queries.class_codes(rows)
    return [
        {
            "person_id": row.id,
            "name": row.name,
            "address": row.address or "",
            "phone_masked": show(FIELDS["phone.number"], row.phone),
            "class_labels": [codes("person_class").label(code) for code in classes.get(row.id, [])],
            "last_visited_on": row.last_visited_at.astimezone(CHINA).date() if row.last_visited_at else None,
            "version": row.version,
        }
        for row in rows
    ]


@field.get("/field/people", response=FieldPage, auth=RECORDING, operation_id="fieldPeople")
def people(request: Any, after: str = "") -> dict[str, Any]:
    rows, following = cursor_page(queries.field_people(seen_by=request.actor), after, size=50)
    return {"items": _lines(rows, request.actor), "next": following}


def _facts(person_id: UUID, by: Actor) -> list[dict[str, Any]]:
    person = registry_queries.person(person_id, seen_by=by)
    return [
        {
            "id": fact.id,
            "section": part.section.key,
            "label": part.section.label,
            "values": {
                entry.attribute: show(entry, getattr(fact, entry.attribute))
                for entry in part.section.fields
                if not entry.is_sealed
            },
        }
        for part in registry_queries.file_of(person, seen_by=by)
        if part.section.key in ("residence", "situation", "employment", "hardship", "housing", "kin")
        for fact in part.facts
    ]


def _visit(row: Visit) -> dict[str, Any]:
    return {
        "visited_at": row.visited_at,
        "way": row.get_way_display(),
        "text": row.text.reveal() if row.text else "",
        "needs": [codes("visit_need").label(code) for code in row.needs],
        "by": row.recorded_by_name,
    }


@field.get("/field/people/{uuid:person_id}", response=FieldPersonWhole, auth=RECORDING, operation_id="fieldPerson")
def person(request: Any, person_id: UUID) -> dict[str, Any]:
    row = queries.field_person(person_id, seen_by=request.actor)
    is_clear = request.actor.may(RegistryPermission.SEE_PHONE, at=row.division)
    return _lines([row], request.actor)[0] | {
        "phone": show(FIELDS["phone.number"], row.phone, clear=is_clear),
        "facts": _facts(row.id, request.actor),
        "visits": [_visit(visit) for visit in queries.visits_of(row.id, seen_by=request.actor)[:10]],
    }


@field.get("/field/today", response=list[DuePerson], auth=RECORDING, operation_id="fieldToday")
def due(request: Any) -> list[dict[str, Any]]:
    found = queries.due_today(seen_by=request.actor, today=today())[:100]
    lines = _lines([entry.person for entry in found], request.actor)
    return [line | {"due_on": entry.due_on} for line, entry in zip(lines, found, strict=True)]


@field.post(
    "/field/visits",
    response={200: VisitOut, 201: VisitOut, 409: SidesOut},
    auth=RECORDING,
    operation_id="fieldRecordVisit",
)
def record(request: Any, body: VisitIn) -> tuple[int, dict[str, Any]] | HttpResponse:
    try:
        visit, is_new = actions.record_visit(actions.VisitText(**body.dict()), by=request.actor, today=today())
    except actions.FileChanged as conflict:
        return _sides(request, body.person_id, conflict, body)
    return 201 if is_new else 200, {"id": visit.id, "client_id": visit.client_id, "is_new": is_new}


@field.post(
    "/field/people/{uuid:person_id}/facts",
    response={200: EditOut, 409: SidesOut},
    auth=InField(RegistryPermission.EDIT),
    operation_id="fieldEditFact",
)
def edit(request: Any, person_id: UUID, body: EditIn) -> dict[str, Any] | HttpResponse:
    try:
        registry.write_fact(
            person_id=person_id,
            section_key=body.section,
            values=body.values,
            origin=Origin("staff_check"),
            by=request.actor,
            today=today(),
            fact_id=body.fact_id,
            version=body.base_version,
        )
    except Conflict as conflict:
        return _sides(request, person_id, conflict, body)
    return {"version": registry_queries.person(person_id, seen_by=request.actor).version}


def _sides(request: Any, person_id: UUID, conflict: Conflict, body: Schema) -> HttpResponse:
    """Nothing was written; the phone shows both and the visitor decides."""
    row = registry_queries.person(person_id, seen_by=request.actor)
    server = {
        "name": row.name,
        "version": row.version,
        "phone_masked": show(FIELDS["phone.number"], row.phone),
        "facts": _facts(row.id, request.actor),
        "visits": [_visit(visit) for visit in queries.visits_of(row.id, seen_by=request.actor)[:3]],
    }
    transaction.set_rollback(True)
    return JsonResponse(
        {
            "title": conflict.sentence,
            "detail": conflict.sentence,
            "code": conflict.code,
            "status": 409,
            "server": server,
            "client": body.model_dump(mode="json"),
        },
        status=409,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )
