"""The yearly confirmation of a file (年度确认): somebody looked at it with the person and found it right."""

from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.registry.actions.finding import locked_person
from vetgrid.registry.models import Person
from vetgrid.registry.permissions import RegistryPermission


@transaction.atomic
def confirm_file(*, person_id: UUID, by: Actor, today: date) -> Person:
    """年度确认 (军人抚恤优待条例 第八条)."""
    person = locked_person(person_id)
    require(by, RegistryPermission.EDIT, at=person.division)
    person.confirmed_on = today
    person.version += 1
    person.save(update_fields=["confirmed_on", "version"])
    record(by, "registry.confirm", division=person.division, table="registry_person", row=person.id, person=person.id)
    return person
