"""Which persons: the list with its filters."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from vetgrid.core.actor import Actor
from vetgrid.core.places import Places
from vetgrid.core.reach import within
from vetgrid.registry.models import Fact, Person, PersonClass, Residence, Service
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.registry.queries.search import found_by

STANDINGS = (
    ("", "在册"),
    ("veteran", "退役军人"),
    ("other", "其他人员"),
    ("died", "已去世"),
    ("left", "已迁出"),
    ("all", "全部"),
)
GAPS = (
    ("", "不限"),
    ("id_number", "缺身份证号"),
    ("phone", "缺电话"),
    ("residence", "缺住址"),
    ("service", "缺服役经历"),
    ("unconfirmed", "本年未确认"),
)


@dataclass(frozen=True)
class PeopleFilter:
    """What the filter card asks. `division` narrows to one place; ages are full years, both ends included."""

    text: str = ""
    division: int | None = None
    person_class: str = ""
    standing: str = ""
    gap: str = ""
    age_from: int | None = None
    age_to: int | None = None


def people(asked: PeopleFilter, *, seen_by: Actor, today: date) -> QuerySet[Person]:
    """Persons within reach, by pinyin."""
    places = seen_by.places(RegistryPermission.READ)
    rows = within(Person.objects.filter(merged_into=None), places)
    if asked.division is not None:
        rows = within(rows, Places.of([asked.division]))
    rows = found_by(asked.text, rows, places)
    rows = _standing(rows, asked.standing)
    if asked.person_class:
        rows = rows.filter(Exists(_current(PersonClass).filter(code=asked.person_class)))
    rows = _gap(rows, asked.gap, today)
    if asked.age_from is not None:
        rows = rows.filter(born_on__lte=_born_at_latest(asked.age_from, today))
    if asked.age_to is not None:
        rows = rows.filter(born_on__gt=_born_at_latest(asked.age_to + 1, today))
    return rows.order_by("name_pinyin", "id")


def _standing(rows: QuerySet[Person], standing: str) -> QuerySet[Person]:
    living = Q(died_on=None, left_on=None)
    match standing:
        case "veteran":
            return rows.filter(living, is_veteran=True)
        case "other":
            return rows.filter(living, is_veteran=False)
        case "died":
            return rows.filter(died_on__isnull=False)
        case "left":
            return rows.filter(left_on__isnull=False)
        case "all":
            return rows
        case _:
            return rows.filter(living)


def _gap(rows: QuerySet[Person], gap: str, today: date) -> QuerySet[Person]:
    match gap:
        case "id_number":
            return rows.filter(id_index=None)
        case "phone":
            return rows.filter(phone_index=None)
        case "residence":
            return rows.filter(~Exists(_current(Residence)))
        case "service":
            return rows.filter(~Exists(_current(Service)), is_veteran=True)
        case "unconfirmed":
            return rows.filter(Q(confirmed_on=None) | Q(confirmed_on__lt=date(today.year, 1, 1)))
        case _:
            return rows


def _current(model: type[Fact]) -> QuerySet[Any]:
    return model._default_manager.filter(person=OuterRef("pk"), known_until=None)


def _born_at_latest(age: int, today: date) -> str:
    """The latest birthday of somebody who has this age today."""
    try:
        return today.replace(year=today.year - age).isoformat()
    except ValueError:
        return f"{today.year - age}-02-28"
