"""API of jobs for citizens: vacancies and fairs."""

from datetime import date
from typing import Any
from uuid import UUID

from vetgrid.core.api import AsCitizen, Doors
from vetgrid.core.clock import today
from vetgrid.core.paging import cursor_page
from vetgrid.core.schema import Schema
from vetgrid.employment import queries

citizen = Doors(tags=["citizen"])
READER = AsCitizen(is_bound=False)


class VacancyOut(Schema):
    id: UUID
    title: str
    employer: str
    place: str
    pay: str
    positions: int
    demands: str
    contact: str
    phone: str
    published_on: date
    closes_on: date


class VacancyPage(Schema):
    items: list[VacancyOut]
    next: str | None


class FairOut(Schema):
    id: UUID
    title: str
    on: date
    hours: str
    place: str
    employers: int
    positions: int
    note: str


@citizen.get("/citizen/vacancies", response=VacancyPage, auth=READER, operation_id="citizenVacancies")
def vacancies(request: Any, q: str = "", after: str = "") -> dict[str, Any]:
    if not q.strip():
        rows, following = queries.OPEN_VACANCIES.page(after, on=today())
        return {"items": rows, "next": following}
    rows, following = cursor_page(queries.vacancies(text=q[:40], on=today(), seen_by=request.actor), after)
    return {"items": rows, "next": following}


@citizen.get("/citizen/vacancies/{uuid:vacancy_id}", response=VacancyOut, auth=READER, operation_id="citizenVacancy")
def vacancy(request: Any, vacancy_id: UUID) -> Any:
    return queries.vacancy(vacancy_id, seen_by=request.actor)


@citizen.get("/citizen/fairs", response=list[FairOut], auth=READER, operation_id="citizenFairs")
def fairs(request: Any) -> list[Any]:
    return list(queries.fairs(on=today(), seen_by=request.actor)[:30])
