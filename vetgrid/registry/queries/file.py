"""Which facts are in a file: as known now, or as known at a moment; and how each part came to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from vetgrid.core.actor import Actor
from vetgrid.core.errors import NotFound
from vetgrid.core.reach import within
from vetgrid.registry.catalogue import SECTIONS, Section, section
from vetgrid.registry.models import Fact, Person
from vetgrid.registry.permissions import RegistryPermission


@dataclass(frozen=True)
class FileSection:
    """One section with its facts, newest first."""

    section: Section
    facts: Sequence[Fact]


def person(person_id: UUID, *, seen_by: Actor) -> Person:
    """The person; NotFound when absent or out of reach (which look the same)."""
    rows = within(Person.objects.all(), seen_by.places(RegistryPermission.READ))
    found = rows.filter(pk=person_id).first()
    if found is None:
        raise NotFound("没有找到这份档案。它可能已被合并或迁出,或不在您的管辖范围内。请返回列表重新查找。")
    return found


def file_of(who: Person, *, seen_by: Actor, known_at: datetime | None = None) -> list[FileSection]:
    """All sections of the file. With `known_at`: what was known at that moment, later corrections left out."""
    if who.division not in seen_by.places(RegistryPermission.READ):
        raise NotFound()
    return [FileSection(part, list(_facts(part, who, known_at))) for part in SECTIONS]


def history_of(who: Person, section_key: str, *, seen_by: Actor) -> list[Fact]:
    """Every version of a section's facts, newest first, replaced ones included."""
    if who.division not in seen_by.places(RegistryPermission.READ):
        raise NotFound()
    return list(section(section_key).model._default_manager.filter(person=who).order_by("-known_since", "-id"))


def _facts(part: Section, who: Person, known_at: datetime | None) -> QuerySet[Fact]:
    rows = part.model._default_manager.filter(person=who)
    if known_at is None:
        return rows.filter(known_until=None).order_by("-known_since", "-id")
    return rows.filter(Q(known_until=None) | Q(known_until__gt=known_at), known_since__lte=known_at).order_by(
        "-known_since", "-id"
    )


def present_facts(who: Person, sections: Sequence[FileSection]) -> set[str]:
    """Keys of what the file holds, as `rules.missing_facts` wants them."""
    present = {entry.section.key for entry in sections if entry.facts}
    keys = {"residence": "residence", "service": "service", "class": "person_class"}
    found = {keys[key] for key in present if key in keys}
    found |= {
        key
        for key, value in (("id_number", who.id_index), ("phone", who.phone_index), ("born_on", who.born_on))
        if value
    }
    return found
