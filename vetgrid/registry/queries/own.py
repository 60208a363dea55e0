"""Which of one's own: the file and the corrections of the person that a citizen is or acts for."""

from functools import cache

from django.db.models import QuerySet
from psycopg import sql

from vetgrid.core.actor import Citizen
from vetgrid.core.asking import Question, answer
from vetgrid.core.errors import NotFound
from vetgrid.registry.catalogue import SECTIONS, Section
from vetgrid.registry.models import ChangeRequest, Fact, Person
from vetgrid.registry.queries.file import FileSection

_PERSON = Question[Person](lambda who: Person.objects.filter(pk=who))


def own_person(*, seen_by: Citizen) -> Person:
    found = _PERSON.rows(who=seen_by.person)
    if not found:
        raise NotFound()
    return found[0]


@cache
def _facts(part: Section) -> Question[Fact]:
    rows = part.model._default_manager
    return Question(lambda who: rows.filter(person_id=who, known_until=None).order_by("-known_since", "-id"))


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
    filled = {row[0] for row in answer(_which(), {"who": who.pk})}
    return who, [FileSection(part, _facts(part).rows(who=who.pk) if part.key in filled else []) for part in SECTIONS]


def own_corrections(*, seen_by: Citizen) -> QuerySet[ChangeRequest]:
    """What was asked at the mini-program, newest first."""
    return ChangeRequest.objects.filter(person_id=seen_by.person, source="self_report").order_by("-asked_at", "-id")
