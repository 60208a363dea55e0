"""Do: a clerk does for an elder what the elder could do at the mini-program: the same acts, marked with the clerk's name."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.citizens.permissions import CitizensPermission
from vetgrid.core import acts
from vetgrid.core.actor import Actor, Citizen, require
from vetgrid.core.errors import NotFound
from vetgrid.core.scope import acting
from vetgrid.registry.models import Person


def for_person(person_id: UUID, *, by: Actor) -> Citizen:
    """The clerk in the person's shoes: the clerk's own identity, the person's rows, no place. NotFound out of reach."""
    person = Person.objects.filter(pk=person_id, merged_into=None, died_on=None).first()
    if person is None:
        raise NotFound("没有找到这份档案。它可能不在您的管辖范围内。")
    require(by, CitizensPermission.ASSIST, at=person.division)
    return Citizen(
        id=by.id,
        name=f"{by.name}(代{person.name})"[:80],
        staff_id=by.staff_id,
        origin=by.origin,
        person_id=person.id,
        division=person.division,
        helper=by.name,
    )


@transaction.atomic
def assist(*, person_id: UUID, act: str, values: dict[str, Any], by: Actor, today: date) -> Any:
    """代办一件事: returns what the citizen's own door would return."""
    citizen = for_person(person_id, by=by)
    with acting(citizen):
        result = acts.perform_for(act, citizen, values)
        record(citizen, CitizensPermission.ASSIST, division=citizen.division, person=person_id, detail={"act": act})
    return result
