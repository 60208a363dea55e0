"""When somebody is registered, moves, dies or is merged elsewhere, we keep contacts true in the same transaction."""

from datetime import date
from uuid import UUID

from vetgrid.core.actor import Actor
from vetgrid.core.events import subscribe
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.grid.actions import carry_cells, join_default_cells, leave_cell
from vetgrid.grid.models import Membership
from vetgrid.orgs.events import DivisionMerged
from vetgrid.registry import events


def _join(person_id: UUID, division: int, *, today: date, reason: str) -> None:
    with lending("grid", Places.of([division])):
        if not Membership.objects.filter(person_id=person_id, to_on=None).exists():
            join_default_cells([(person_id, division)], today=today, reason=reason)


def _leave(person_id: UUID, division: int, *, today: date, reason: str) -> None:
    with lending("grid", Places.of([division])):
        leave_cell(person_id, today=today, reason=reason)


def give_contact(event: events.PersonRegistered, *, by: Actor, today: date) -> None:
    if event.is_veteran:
        _join(event.person_id, event.division, today=today, reason="新建档案")


def give_contacts(event: events.PeopleRegistered, *, by: Actor, today: date) -> None:
    with lending("grid", Places.of({division for _, division in event.veterans})):
        join_default_cells(event.veterans, today=today, reason="批量导入")


def follow_standing(event: events.VeteranMarked, *, by: Actor, today: date) -> None:
    if event.is_living_veteran:
        _join(event.person_id, event.division, today=today, reason="标记为退役军人")
    else:
        _leave(event.person_id, event.division, today=today, reason="取消退役军人标记")


def end_contact(event: events.PersonDied, *, by: Actor, today: date) -> None:
    _leave(event.person_id, event.division, today=today, reason="去世")


def move_contact(event: events.PersonMoved, *, by: Actor, today: date) -> None:
    _leave(event.person_id, event.from_division, today=today, reason="迁出")
    if event.is_living_veteran:
        _join(event.person_id, event.to_division, today=today, reason="迁入")


def end_contact_of_leaver(event: events.PersonLeft, *, by: Actor, today: date) -> None:
    _leave(event.person_id, event.division, today=today, reason="迁出本县(市)")


def follow_merge(event: events.PersonMerged, *, by: Actor, today: date) -> None:
    _leave(event.absorbed_id, event.absorbed_division, today=today, reason="档案合并")
    if event.kept_is_living_veteran:
        _join(event.kept_id, event.division, today=today, reason="档案合并")


def follow_parting(event: events.MergeUndone, *, by: Actor, today: date) -> None:
    if event.restored_is_living_veteran:
        _join(event.restored_id, event.restored_division, today=today, reason="撤销合并")
    if not event.kept_is_living_veteran:
        _leave(event.kept_id, event.division, today=today, reason="撤销合并")


def move_cells(event: DivisionMerged, *, by: Actor, today: date) -> None:
    with lending("grid", Places.of([event.old, event.into])):
        carry_cells(event.old, event.into, today=today)


def subscribe_all() -> None:
    subscribe(DivisionMerged, move_cells)
    subscribe(events.PersonRegistered, give_contact)
    subscribe(events.PeopleRegistered, give_contacts)
    subscribe(events.VeteranMarked, follow_standing)
    subscribe(events.PersonDied, end_contact)
    subscribe(events.PersonMoved, move_contact)
    subscribe(events.PersonLeft, end_contact_of_leaver)
    subscribe(events.PersonMerged, follow_merge)
    subscribe(events.MergeUndone, follow_parting)
