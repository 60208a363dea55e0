"""When a village is merged into another, its open items go along to the other's station, their clocks untouched."""

from datetime import date, timedelta

from vetgrid.core.actor import Actor
from vetgrid.core.events import subscribe
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.orgs.events import DivisionMerged
from vetgrid.orgs.models import Station
from vetgrid.work.actions import move_item
from vetgrid.work.models import WorkItem


def carry_items(event: DivisionMerged, *, by: Actor, today: date) -> None:
    with lending("work", Places.only([event.old, event.into])), lending("orgs", Places.only([event.old, event.into])):
        station = Station.objects.filter(division=event.into, closed_on=None).exclude(kind="university").first()
        items = list(WorkItem.objects.filter(division=event.old, closed_on=None).select_related("station"))
    if station is None:
        return
    for item in items:
        move_item(
            item,
            station=station,
            next_on=item.next_on or today + timedelta(days=3),
            next_step=item.next_step,
            owner_id=item.owner_id,
            by=by,
            today=today,
        )


def subscribe_all() -> None:
    subscribe(DivisionMerged, carry_items)
