"""Checked rows become files: new ones in bulk, known ones one by one through the same actions as by hand."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from vetgrid.core.actor import Actor
from vetgrid.core.bulk import insert
from vetgrid.core.clock import now
from vetgrid.core.crypto import Sealed, blind
from vetgrid.core.events import announce
from vetgrid.core.ids import new_id
from vetgrid.core.pinyin import spell
from vetgrid.registry import models
from vetgrid.registry.actions.writing import Origin, store
from vetgrid.registry.catalogue import FIELDS, section
from vetgrid.registry.events import PeopleRegistered
from vetgrid.registry.intake.checking import Checked, changes_of

BLOCK = 5_000


def load_new(rows: Iterable[Checked], *, batch: UUID, by: Actor, today: date, told: Callable[[int], None]) -> int:
    """Opens files for all rows; one COPY a table and block. Returns how many. `told` hears how many are done."""
    done = 0
    block: list[Checked] = []
    for row in rows:
        block.append(row)
        if len(block) == BLOCK:
            done += _load_block(block, batch=batch, by=by, today=today)
            told(done)
            block = []
    done += _load_block(block, batch=batch, by=by, today=today)
    told(done)
    return done


def _load_block(rows: list[Checked], *, batch: UUID, by: Actor, today: date) -> int:
    moment = now()
    people: list[models.Person] = []
    facts: dict[type[models.Fact], list[models.Fact]] = {}
    for row in rows:
        person = models.Person(
            id=new_id(), division=row.division, registered_at=moment, is_veteran=_is_veteran(row.texts), name=""
        )
        common = {
            "person_id": person.id,
            "division": row.division,
            "source": "import",
            "known_since": moment,
            "recorded_by": by.id,
            "batch": batch,
        }
        for part, values in _by_section(row.values).items():
            fact = section(part).model(**common, **values)
            _project(person, fact, row.values)
            facts.setdefault(type(fact), []).append(fact)
        people.append(person)
        row.person_id = person.id
    insert(people)
    for found in facts.values():
        insert(found)
    announce(
        PeopleRegistered(tuple((person.id, person.division) for person in people if person.is_veteran)),
        by=by,
        today=today,
    )
    return len(people)


def _is_veteran(texts: dict[str, str]) -> bool:
    """A sheet of veterans rarely says so: a service history makes a veteran, and a plain list of names counts as one too."""
    return any(key.startswith("service.") for key in texts) or "class.code" not in texts


def _by_section(values: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Section to attribute to value; sealed fields are sealed here, once."""
    found: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        entry = FIELDS[key]
        if entry.is_sealed and isinstance(value, str):
            value = Sealed.of(value, entry.purpose)
        found.setdefault(entry.section, {})[entry.attribute] = value
    return found


def _project(person: models.Person, fact: models.Fact, values: dict[str, Any]) -> None:
    """The same projection as `registry.projection`, for rows that are not in the database yet, and the blind indexes: `values` are still open."""
    if isinstance(fact, models.Identity):
        person.name = fact.name
        person.name_pinyin, person.name_initials = spell(fact.name)
        person.sex, person.born_on, person.id_number = fact.sex, fact.born_on, fact.id_number
        person.id_index = blind(values.get("identity.id_number"), "id_number")
    elif isinstance(fact, models.Phone):
        person.phone, person.phone_index = fact.number, blind(values.get("phone.number"), "phone")
    elif isinstance(fact, models.BankAccount):
        fact.account_index = blind(values.get("bank.account"), "bank_account")


def load_known(rows: Iterable[Checked], *, batch: UUID, by: Actor, today: date) -> int:
    """Writes what rows about known persons change; returns how many files changed."""
    changed = 0
    for row in rows:
        assert row.person_id is not None, "only rows about known persons come here"
        person = models.Person.objects.select_for_update().get(pk=row.person_id)
        changes, guarded = changes_of(row, person)
        if guarded:
            continue
        for part, values in changes.items():
            known = section(part)
            before = (
                None if known.is_list else known.model._default_manager.filter(person=person, known_until=None).first()
            )
            store(person, known, values, before=before, origin=Origin("import", batch=batch), by=by, today=today)
        changed += bool(changes)
    return changed
