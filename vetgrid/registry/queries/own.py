"""Which of one's own: the file and the corrections of the person that a citizen is or acts for."""

from django.db.models import QuerySet

from vetgrid.core.actor import Citizen
from vetgrid.core.errors import NotFound
from vetgrid.registry.catalogue import SECTIONS
from vetgrid.registry.models import ChangeRequest, Person
from vetgrid.registry.queries.file import FileSection


def own_person(*, seen_by: Citizen) -> Person:
    found = Person.objects.filter(pk=seen_by.person).first()
    if found is None:
        raise NotFound()
    return found


def own_file_of(*, seen_by: Citizen) -> tuple[Person, list[FileSection]]:
    """The person and every section as known now."""
    who = own_person(seen_by=seen_by)
    return who, [
        FileSection(
            part,
            list(
                part.model._default_manager.filter(person_id=seen_by.person, known_until=None).order_by(
                    "-known_since", "-id"
                )
            ),
        )
        for part in SECTIONS
    ]


def own_corrections(*, seen_by: Citizen) -> QuerySet[ChangeRequest]:
    """What was asked at the mini-program, newest first."""
    return ChangeRequest.objects.filter(person_id=seen_by.person, source="self_report").order_by("-asked_at", "-id")
