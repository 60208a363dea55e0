"""What changes a person's standing: being a veteran; death, once a second person has confirmed it."""

from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.events import announce
from vetgrid.registry import rules
from vetgrid.registry.actions.finding import locked_person
from vetgrid.registry.actions.writing import add
from vetgrid.registry.catalogue import section
from vetgrid.registry.events import PersonDied, VeteranMarked
from vetgrid.registry.models import Person
from vetgrid.registry.permissions import RegistryPermission


@transaction.atomic
def mark_veteran(*, person_id: UUID, is_veteran: bool, reason: str, by: Actor, today: date) -> Person:
    """标记或取消退役军人身份."""
    person = locked_person(person_id)
    require(by, RegistryPermission.EDIT, at=person.division)
    if person.is_veteran == is_veteran:
        return person
    person.is_veteran = is_veteran
    person.version += 1
    person.save(update_fields=["is_veteran", "version"])
    announce(VeteranMarked(person.id, person.division, is_living_veteran(person)), by=by, today=today)
    record(
        by,
        RegistryPermission.EDIT,
        division=person.division,
        table="registry_person",
        row=person.id,
        person=person.id,
        reason=reason,
    )
    return person


def is_living_veteran(person: Person) -> bool:
    return rules.is_living_veteran(
        is_veteran=person.is_veteran,
        died_on=person.died_on,
        left_on=person.left_on,
        is_merged=person.merged_into_id is not None,
    )


def confirm_death(person: Person, *, died_on: str, source: str, note: str, by: Actor, today: date) -> None:
    """Called when a second person approved the request: the file stays, its living consequences end."""
    person.died_on = died_on
    person.version += 1
    person.save(update_fields=["died_on", "version"])
    add(person, section("event"), {"code": "died", "on": died_on, "source": source, "source_note": note}, by=by)
    announce(PersonDied(person.id, person.division, died_on), by=by, today=today)
