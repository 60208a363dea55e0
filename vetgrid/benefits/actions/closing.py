"""Do: close findings with their items, when what they say is no longer so or has been dealt with."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from vetgrid.benefits.models import Finding
from vetgrid.core.actor import Actor
from vetgrid.core.places import NATION, Places
from vetgrid.core.scope import lending
from vetgrid.work.actions import close_item
from vetgrid.work.models import WorkItem


def close_finding(finding_id: UUID, *, outcome: str, by: Actor, today: date) -> None:
    """Ends the finding and its item; one that is closed already stays as it is."""
    found = Finding.objects.filter(pk=finding_id, closed_on=None).first()
    if found is None:
        return
    Finding.objects.filter(pk=found.pk).update(closed_on=today, outcome=outcome[:60])
    close_items([found.item_id] if found.item_id else [], outcome=outcome, by=by, today=today)


def close_items(ids: Iterable[UUID], *, outcome: str, by: Actor, today: date) -> int:
    """Ends these items where they are still open; returns how many."""
    wanted = list(ids)
    if not wanted:
        return 0
    with lending("work", Places.of([NATION])):
        items = list(WorkItem.objects.filter(pk__in=wanted, closed_on=None))
        for item in items:
            close_item(item, outcome=outcome, by=by, today=today)
    return len(items)
