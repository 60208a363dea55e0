"""Facts enter, are corrected, end and are withdrawn; a value is never overwritten."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.crypto import blind
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.events import announce
from vetgrid.registry import rules
from vetgrid.registry.actions.finding import locked_person
from vetgrid.registry.catalogue import FIELDS, Section, section
from vetgrid.registry.events import FactsChanged
from vetgrid.registry.models import Fact, Person
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.registry.projection import project
from vetgrid.registry.reading import as_text, parse

PROJECTED = ("identity", "phone")


@dataclass(frozen=True)
class Origin:
    """Where a fact comes from: source code (data/codes/source.csv), a note, and the batch or request it came with."""

    source: str
    note: str = ""
    batch: UUID | None = None
    from_on: str = ""


@transaction.atomic
def write_fact(
    *,
    person_id: UUID,
    section_key: str,
    values: Mapping[str, str],
    origin: Origin,
    by: Actor,
    today: date,
    fact_id: UUID | None = None,
    version: int | None = None,
) -> Fact:
    """登记或更正: a new fact, or a new version of the fact `fact_id`. Fields that demand proof are refused here.

    `values` maps attributes to typed texts; attributes left out keep their present value. Raises Invalid with a sentence for each wrong field.
    """
    person = locked_person(person_id, version=version)
    require(by, RegistryPermission.EDIT, at=person.division)
    part = section(section_key)
    before = current_fact(person, part, fact_id)
    guarded = changed_guarded_fields(part, before, values)
    if guarded:
        labels = "、".join(FIELDS[key].label for key in guarded)
        raise Conflict(f"更改{labels}需要证明材料,请改用“申请变更”。", code="proof_needed")
    fact = store(person, part, values, before=before, origin=origin, by=by, today=today)
    record(
        by,
        RegistryPermission.EDIT,
        division=person.division,
        table=part.model._meta.db_table,
        row=fact.id,
        person=person.id,
    )
    return fact


@transaction.atomic
def end_fact(*, person_id: UUID, section_key: str, fact_id: UUID, to_on: str, by: Actor, today: date) -> Fact:
    """终止: the fact was true until `to_on`."""
    person = locked_person(person_id)
    require(by, RegistryPermission.EDIT, at=person.division)
    part = section(section_key)
    before = current_fact(person, part, fact_id)
    if before is None:
        raise NotFound()
    end = parse_partial(to_on, today=today)
    fact = replace(before, {"to_on": end}, by=by)
    after_change(person, part, by=by, today=today)
    record(
        by,
        RegistryPermission.EDIT,
        division=person.division,
        table=part.model._meta.db_table,
        row=fact.id,
        person=person.id,
    )
    return fact


@transaction.atomic
def withdraw_fact(*, person_id: UUID, section_key: str, fact_id: UUID, reason: str, by: Actor, today: date) -> None:
    """撤销: the fact was never true (entered by mistake). It stays in the history."""
    person = locked_person(person_id)
    require(by, RegistryPermission.EDIT, at=person.division)
    part = section(section_key)
    fact = current_fact(person, part, fact_id)
    if fact is None:
        raise NotFound()
    if part.key == "identity" or any(entry.proofs for entry in part.fields):
        raise Conflict("这一栏不能直接撤销,请用“申请变更”并附证明材料。")
    if not reason.strip():
        raise Invalid(fields={"reason": "请写明撤销原因。"})
    type(fact)._default_manager.filter(pk=fact.pk).update(known_until=now())
    after_change(person, part, by=by, today=today)
    record(
        by,
        RegistryPermission.EDIT,
        division=person.division,
        table=part.model._meta.db_table,
        row=fact.id,
        person=person.id,
        reason=reason,
    )


def store(
    person: Person,
    part: Section,
    values: Mapping[str, str],
    *,
    before: Fact | None,
    origin: Origin,
    by: Actor,
    today: date,
) -> Fact:
    """Checks the values, closes the version before and adds the new one; refreshes the projection."""
    parsed = parsed_values(part, values, today=today, before=before)
    check_together(part, parsed, today=today)
    fields = parsed | {
        "source": origin.source or "staff_check",
        "source_note": origin.note,
        "batch": origin.batch,
        "from_on": parse_partial(origin.from_on, today=today)
        if origin.from_on
        else (before.from_on if before else None),
    }
    fact = replace(before, fields, by=by) if before is not None else add(person, part, fields, by=by)
    after_change(person, part, by=by, today=today)
    return fact


def add(person: Person, part: Section, fields: Mapping[str, Any], *, by: Actor) -> Fact:
    fact = part.model(person=person, division=person.division, known_since=now(), recorded_by=by.id, **fields)
    fact.save(force_insert=True)
    return fact


def replace(before: Fact, fields: Mapping[str, Any], *, by: Actor) -> Fact:
    """The new version of a fact: the old one is known until now."""
    moment = now()
    type(before)._default_manager.filter(pk=before.pk).update(known_until=moment)
    kept = {
        entry.name: getattr(before, entry.attname)
        for entry in before._meta.concrete_fields
        if entry.name not in ("id", "person", "division", "known_since", "known_until", "recorded_by")
        and not entry.is_relation
    }
    links = {
        entry.attname: getattr(before, entry.attname) for entry in before._meta.concrete_fields if entry.is_relation
    }
    links["person_id"] = before.person_id
    fact = type(before)(
        **(kept | links | dict(fields)), division=before.division, known_since=moment, recorded_by=by.id
    )
    fact.save(force_insert=True)
    return fact


def after_change(person: Person, part: Section, *, by: Actor, today: date) -> None:
    if part.key in PROJECTED:
        project(person)
    else:
        person.version += 1
        person.save(update_fields=["version"])
    announce(FactsChanged(person.id, person.division, part.key), by=by, today=today)


def current_fact(person: Person, part: Section, fact_id: UUID | None) -> Fact | None:
    """The current version of this fact; of a single section also without an id. Conflict when it was replaced meanwhile."""
    rows = part.model._default_manager.filter(person=person, known_until=None)
    if fact_id is not None:
        found = rows.filter(pk=fact_id).first()
        if found is None:
            raise Conflict("这条信息刚被他人修改过,您的内容没有保存。请刷新页面后再试。")
        return found
    return None if part.is_list else rows.order_by("-known_since").first()


def changed_guarded_fields(part: Section, before: Fact | None, values: Mapping[str, str]) -> list[str]:
    """Keys of fields that hold a value already, would change, and demand proof."""
    if before is None:
        return []
    changed = []
    for entry in part.fields:
        if entry.proofs and entry.attribute in values:
            old = as_text(entry, getattr(before, entry.attribute))
            if old and values[entry.attribute].strip() != old:
                changed.append(entry.key)
    return changed


def parsed_values(part: Section, values: Mapping[str, str], *, today: date, before: Fact | None) -> dict[str, Any]:
    """Texts to values, all wrong fields reported at once; what is not given stays as it was."""
    wrong: dict[str, str] = {}
    parsed: dict[str, Any] = {}
    for entry in part.fields:
        if entry.attribute not in values:
            if before is None and entry.is_required:
                wrong[entry.key] = f"请填写{entry.label}。"
            continue
        try:
            parsed[entry.attribute] = parse(entry, values[entry.attribute], today=today)
        except Invalid as error:
            wrong |= error.fields
    if wrong:
        raise Invalid(fields=wrong)
    if part.key == "bank" and isinstance(parsed.get("account"), str):
        parsed["account_index"] = blind(parsed["account"], "bank_account")
    return parsed


def check_together(part: Section, parsed: Mapping[str, Any], *, today: date) -> None:
    """Checks that need more than one field."""
    if part.key == "identity" and isinstance(parsed.get("id_number"), str):
        problem = rules.contradiction(
            id_text=parsed["id_number"], born_on=parsed.get("born_on"), sex=parsed.get("sex") or "0", today=today
        )
        if problem:
            raise Invalid(fields={"identity.id_number": problem})
    first, last = parsed.get("enlisted_on"), parsed.get("discharged_on")
    if part.key == "service" and first and last and last < first[: len(last)]:
        raise Invalid(fields={"service.discharged_on": "退役时间早于入伍时间,请核对退役证。"})
    if part.key == "disability" and parsed.get("cause") == "illness" and (parsed.get("grade") or 0) > 6:
        raise Invalid(fields={"disability.grade": "因病致残只有1至6级,请核对伤残证。"})


def parse_partial(text: str, *, today: date) -> str | None:
    return parse(FIELDS["identity.born_on"], text, today=today) if text else None
