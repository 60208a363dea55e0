"""Which of one's own: the file and the corrections of the person that a citizen is or acts for."""

from functools import cache

from django.db import connection
from django.db.models import QuerySet
from psycopg import sql

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


@cache
def _which() -> str:
    """One question for all sections: which of them hold anything. Most files fill a third of them."""
    part = sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {} WHERE person_id = %(who)s AND known_until IS NULL)")
    parts = [
        part.format(sql.Literal(section.key), sql.Identifier(section.model._meta.db_table)) for section in SECTIONS
    ]
    return sql.SQL(" UNION ALL ").join(parts).as_string(None)


def own_file_of(*, seen_by: Citizen) -> tuple[Person, list[FileSection]]:
    """The person and every section as known now."""
    who = own_person(seen_by=seen_by)
    with connection.cursor() as cursor:
        cursor.execute(_which(), {"who": who.pk})
        filled = {row[0] for row in cursor.fetchall()}
    sections = []
    for part in SECTIONS:
        rows = part.model._default_manager.filter(person_id=who.pk, known_until=None).order_by("-known_since", "-id")
        sections.append(FileSection(part, list(rows) if part.key in filled else []))
    return who, sections


def own_corrections(*, seen_by: Citizen) -> QuerySet[ChangeRequest]:
    """What was asked at the mini-program, newest first."""
    return ChangeRequest.objects.filter(person_id=seen_by.person, source="self_report").order_by("-asked_at", "-id")
