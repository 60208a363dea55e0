"""A file is opened: identity first, then whatever else is known, in one transaction."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid
from vetgrid.core.events import announce
from vetgrid.core.places import Level, level_of
from vetgrid.registry import rules
from vetgrid.registry.actions.writing import Origin, store
from vetgrid.registry.catalogue import section
from vetgrid.registry.events import PersonRegistered
from vetgrid.registry.models import Person
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.registry.queries.search import exact_matches


@transaction.atomic
def register(
    *,
    division: int,
    values: Mapping[str, str],
    origin: Origin,
    is_veteran: bool,
    by: Actor,
    today: date,
    even_if_similar: bool = False,
) -> Person:
    """建档: opens a file in a village from typed texts, keyed 'section.attribute'.

    Raises Conflict when a living file has the same ID number (unless `even_if_similar`), Invalid for wrong fields.
    """
    require(by, RegistryPermission.EDIT, at=division)
    if level_of(division) != Level.VILLAGE:
        raise Invalid(fields={"division": "请选择具体的村(社区)。"})
    by_section = grouped(values)
    identity = with_birth_from_id(by_section.pop("identity", {}), today=today)
    id_text = identity.get("id_number", "").strip()
    if id_text and not even_if_similar:
        found = exact_matches(id_text, seen_by=by)
        if found:
            raise Conflict(
                f"身份证号与{found[0].name}的档案相同,没有新建。请打开已有档案,或核对证件号。", code="same_id"
            )
    person = Person(
        division=division,
        name=identity.get("name", "").strip() or "—",
        registered_at=now(),
        is_veteran=is_veteran,
        version=0,
    )
    person.save(force_insert=True)
    store(person, section("identity"), identity, before=None, origin=origin, by=by, today=today)
    for key, part_values in by_section.items():
        if any(text.strip() for text in part_values.values()):
            store(person, section(key), part_values, before=None, origin=origin, by=by, today=today)
    announce(PersonRegistered(person.id, division, is_veteran), by=by, today=today)
    record(by, RegistryPermission.EDIT, division=division, table="registry_person", row=person.id, person=person.id)
    return person


def grouped(values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """{'identity.name': ..} to {'identity': {'name': ..}}; a key outside the catalogue raises Invalid."""
    found: dict[str, dict[str, str]] = {}
    for key, text in values.items():
        part, _, attribute = key.partition(".")
        section(part)
        found.setdefault(part, {})[attribute] = text
    return found


def with_birth_from_id(identity: Mapping[str, str], *, today: date) -> dict[str, str]:
    """Fills birth date and sex from the ID number where they were not typed: a fact is asked for once."""
    filled = dict(identity)
    try:
        known = rules.id_number(filled.get("id_number", ""), today=today)
    except ValueError:
        return filled
    if not filled.get("born_on", "").strip():
        filled["born_on"] = known.born_on.isoformat()
    if filled.get("sex", "").strip() in ("", "0"):
        filled["sex"] = known.sex
    return filled
