"""Which: the people of my cells with their last visit, who is due, the visits of a person."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, QuerySet, Subquery

from vetgrid.core.actor import Actor
from vetgrid.core.clock import CHINA
from vetgrid.core.errors import NotFound
from vetgrid.core.reach import within
from vetgrid.grid.queries import my_people
from vetgrid.registry import rules as registry_rules
from vetgrid.registry.models import Hardship, Person, PersonClass, Residence
from vetgrid.visits.models import Visit
from vetgrid.visits.permissions import VisitsPermission
from vetgrid.visits.rules import due_on


@cache
def days() -> dict[str, int]:
    found: dict[str, int] = tomllib.loads((settings.DATA / "policy" / "visits.toml").read_text(encoding="utf-8"))[
        "due_days"
    ]
    return found


def field_people(*, seen_by: Actor) -> QuerySet[Any]:
    """The living people of my cells, each with address, hardship and the moment of the last visit."""
    residence = Residence.objects.filter(person=OuterRef("pk"), known_until=None).order_by("-known_since")
    visits = Visit.objects.filter(person=OuterRef("pk")).order_by().values("person").annotate(at=Max("visited_at"))
    rows = my_people(seen_by=seen_by).filter(died_on=None, left_on=None, merged_into=None)
    return rows.annotate(
        address=Subquery(residence.values("address")[:1]),
        last_visited_at=Subquery(visits.values("at")[:1]),
        in_hardship=Exists(Hardship.objects.filter(person=OuterRef("pk"), known_until=None, to_on=None)),
    )


def field_person(person_id: UUID, *, seen_by: Actor) -> Any:
    found = field_people(seen_by=seen_by).filter(pk=person_id).first()
    if found is None:
        raise NotFound("没有找到这个人。他可能不在您负责的网格里。")
    return found


def class_codes(people: list[Any]) -> dict[UUID, list[str]]:
    """The classes of several people, in one question."""
    found: dict[UUID, list[str]] = {}
    rows = PersonClass.objects.filter(person__in=[row.pk for row in people], known_until=None).order_by("code")
    for key, code in rows.values_list("person_id", "code"):
        found.setdefault(key, []).append(code)
    return found


@dataclass(frozen=True)
class Due:
    person: Any
    due_on: date


def due_today(*, seen_by: Actor, today: date) -> list[Due]:
    """Whom I should see by today, the longest overdue first."""
    found = []
    for row in field_people(seen_by=seen_by):
        last = row.last_visited_at.astimezone(CHINA).date() if row.last_visited_at else None
        age = registry_rules.age_on(row.born_on, today=today)
        day = due_on(last, age=age, in_hardship=row.in_hardship, days=days(), today=today)
        if day <= today:
            found.append(Due(row, day))
    return sorted(found, key=lambda due: (due.due_on, due.person.name_pinyin))


def visits_of(person_id: UUID, *, seen_by: Actor) -> QuerySet[Visit]:
    """Newest first."""
    rows = within(Visit.objects.filter(person_id=person_id), seen_by.places(VisitsPermission.READ))
    return rows.order_by("-visited_at", "-id")


def latest_visit(person: Person, *, seen_by: Actor) -> Visit | None:
    return visits_of(person.id, seen_by=seen_by).first()
