"""Two files of one person become one, and can become two again: the undo note says exactly what to bring back."""

import json
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid
from vetgrid.core.events import announce
from vetgrid.registry.actions.finding import locked, locked_person
from vetgrid.registry.actions.life import is_living_veteran
from vetgrid.registry.catalogue import SECTIONS
from vetgrid.registry.events import MergeUndone, PersonMerged
from vetgrid.registry.models import Consent, Duplicate, Merge, NoticeGiven, Person
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.registry.projection import project

_MOVED: tuple[type[Model], ...] = (*(section.model for section in SECTIONS), NoticeGiven, Consent)


@transaction.atomic
def merge(*, kept_id: UUID, absorbed_id: UUID, by: Actor, today: date) -> Merge:
    """合并: facts, notices and consents of the absorbed file go to the kept one; single sections keep the kept file's values."""
    if kept_id == absorbed_id:
        raise Invalid("不能把一份档案与它自己合并。")
    kept, absorbed = locked_person(kept_id), locked_person(absorbed_id)
    require(by, RegistryPermission.MERGE, at=kept.division)
    require(by, RegistryPermission.MERGE, at=absorbed.division)
    moved = _move_rows(absorbed, kept)
    undo = {"moved": moved, "closed": _close_doubles(kept, moved), "kept_is_veteran": kept.is_veteran}
    kept.is_veteran = kept.is_veteran or absorbed.is_veteran
    kept.save(update_fields=["is_veteran"])
    absorbed.merged_into = kept
    absorbed.version += 1
    absorbed.save(update_fields=["merged_into", "version"])
    project(kept)
    done = Merge(
        person=kept, division=kept.division, absorbed=absorbed, undo=json.dumps(undo), merged_by=by.id, merged_at=now()
    )
    done.save(force_insert=True)
    Duplicate.objects.filter(
        person__in=[kept, absorbed], other__in=[kept, absorbed], state=Duplicate.State.OPEN
    ).update(state=Duplicate.State.MERGED, decided_by=by.id, decided_at=now())
    announce(
        PersonMerged(kept.id, absorbed.id, kept.division, absorbed.division, is_living_veteran(kept)),
        by=by,
        today=today,
    )
    record(
        by,
        RegistryPermission.MERGE,
        division=kept.division,
        table="registry_merge",
        row=done.id,
        person=kept.id,
        detail={"absorbed": str(absorbed.id)},
    )
    return done


@transaction.atomic
def undo_merge(*, merge_id: UUID, by: Actor, today: date) -> Merge:
    """撤销合并: both files are as they were; facts added since the merge stay with the kept file."""
    done = locked(Merge, merge_id)
    if done.undone_at is not None:
        raise Conflict("这次合并已经撤销过了。")
    kept = locked_person(done.person_id)
    absorbed = locked(Person, done.absorbed_id)
    require(by, RegistryPermission.MERGE, at=kept.division)
    require(by, RegistryPermission.MERGE, at=absorbed.division)
    undo = json.loads(done.undo.reveal())
    for model in _MOVED:
        table = model._meta.db_table
        if table in undo["closed"]:
            model._default_manager.filter(pk__in=undo["closed"][table]).update(known_until=None)
        model._default_manager.filter(pk__in=undo["moved"].get(table, [])).update(
            person=absorbed, division=absorbed.division
        )
    kept.is_veteran = undo["kept_is_veteran"]
    kept.save(update_fields=["is_veteran"])
    absorbed.merged_into = None
    absorbed.save(update_fields=["merged_into"])
    project(kept)
    project(absorbed)
    done.undone_at, done.undone_by = now(), by.id
    done.save(update_fields=["undone_at", "undone_by"])
    Duplicate.objects.filter(
        person__in=[kept, absorbed], other__in=[kept, absorbed], state=Duplicate.State.MERGED
    ).update(state=Duplicate.State.OPEN, decided_by=None, decided_at=None)
    announce(
        MergeUndone(
            kept.id,
            absorbed.id,
            kept.division,
            absorbed.division,
            is_living_veteran(absorbed),
            is_living_veteran(kept),
        ),
        by=by,
        today=today,
    )
    record(
        by,
        RegistryPermission.MERGE,
        division=kept.division,
        table="registry_merge",
        row=done.id,
        person=kept.id,
        reason="撤销合并",
    )
    return done


def _move_rows(absorbed: Person, kept: Person) -> dict[str, list[str]]:
    moved: dict[str, list[str]] = {}
    for model in _MOVED:
        rows = model._default_manager.filter(person=absorbed)
        if model is Consent:
            rows = rows.exclude(
                purpose__in=Consent.objects.filter(person=kept, withdrawn_on=None).values("purpose"), withdrawn_on=None
            )
        found = [str(key) for key in rows.values_list("pk", flat=True)]
        if found:
            moved[model._meta.db_table] = found
            model._default_manager.filter(pk__in=found).update(person=kept, division=kept.division)
    return moved


def _close_doubles(kept: Person, moved: dict[str, list[str]]) -> dict[str, list[str]]:
    """In single sections two current rows are left: the kept file's own stays, the one that came becomes history."""
    closed: dict[str, list[str]] = {}
    for section in SECTIONS:
        if section.is_list:
            continue
        table = section.model._meta.db_table
        current = section.model._default_manager.filter(person=kept, known_until=None)
        came = [str(key) for key in current.filter(pk__in=moved.get(table, [])).values_list("pk", flat=True)]
        if came and current.exclude(pk__in=came).exists():
            closed[table] = came
            section.model._default_manager.filter(pk__in=came).update(known_until=now())
    return closed
