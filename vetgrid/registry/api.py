"""API of the registry: find, read and open files; sealed values leave masked."""

from typing import Any
from uuid import UUID

from ninja import Field, Router

from vetgrid.core.api import Holding
from vetgrid.core.clock import today
from vetgrid.core.paging import page_of
from vetgrid.core.schema import Schema
from vetgrid.registry import actions, queries
from vetgrid.registry.actions.writing import Origin
from vetgrid.registry.catalogue import FIELDS
from vetgrid.registry.models import Person
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.registry.reading import show

router = Router(tags=["registry"])


class PersonOut(Schema):
    """A person as lists show it: ID number and phone masked unless the viewer may see them in clear."""

    id: UUID
    name: str
    sex: str
    born_on: str
    division: int
    is_veteran: bool
    id_number: str
    phone: str
    version: int


class PersonPage(Schema):
    total: int
    items: list[PersonOut]


class PersonIn(Schema):
    """A new file: texts keyed 'section.field' as in the catalogue, e.g. 'identity.name'."""

    division: int = Field(ge=0, le=999_999_999_999)
    is_veteran: bool = True
    source: str = Field("staff_check", max_length=20)
    values: dict[str, str] = Field(max_length=60)
    even_if_similar: bool = False


def _out(person: Person, request: Any) -> dict[str, Any]:
    actor = request.actor
    return {
        "id": person.id,
        "name": person.name,
        "sex": person.sex,
        "born_on": person.born_on or "",
        "division": person.division,
        "is_veteran": person.is_veteran,
        "version": person.version,
        "id_number": show(
            FIELDS["identity.id_number"],
            person.id_number,
            clear=actor.may(RegistryPermission.SEE_ID, at=person.division),
        ),
        "phone": show(
            FIELDS["phone.number"], person.phone, clear=actor.may(RegistryPermission.SEE_PHONE, at=person.division)
        ),
    }


@router.get("/people", response=PersonPage, auth=Holding(RegistryPermission.READ), operation_id="listPeople")
def list_people(request: Any, q: str = "", standing: str = "", page: int = 1) -> dict[str, Any]:
    rows = queries.people(
        queries.PeopleFilter(text=q[:60], standing=standing[:10]), seen_by=request.actor, today=today()
    )
    found = page_of(rows, number=page)
    return {"total": found.total, "items": [_out(person, request) for person in found.rows]}


@router.get(
    "/people/{uuid:person_id}", response=PersonOut, auth=Holding(RegistryPermission.READ), operation_id="getPerson"
)
def get_person(request: Any, person_id: UUID) -> dict[str, Any]:
    return _out(queries.person(person_id, seen_by=request.actor), request)


@router.post("/people", response={201: PersonOut}, auth=Holding(RegistryPermission.EDIT), operation_id="registerPerson")
def register_person(request: Any, body: PersonIn) -> tuple[int, dict[str, Any]]:
    person = actions.register(
        division=body.division,
        values=body.values,
        origin=Origin(body.source),
        is_veteran=body.is_veteran,
        by=request.actor,
        today=today(),
        even_if_similar=body.even_if_similar,
    )
    return 201, _out(Person.objects.get(pk=person.pk), request)
