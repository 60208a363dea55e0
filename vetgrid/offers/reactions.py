"""When files of persons are merged, receipts and complaints follow; when a village is merged into another, its merchants do."""

from datetime import date

from vetgrid.core.actor import Actor
from vetgrid.core.events import subscribe
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.offers.models import Complaint, Merchant
from vetgrid.orgs.events import DivisionMerged
from vetgrid.orgs.models import Station
from vetgrid.registry import events


def follow_merge(event: events.PersonMerged, *, by: Actor, today: date) -> None:
    """The kept file takes over the complaints of the absorbed one; receipts stay where they were written, as papers do."""
    with lending("offers", Places.of([event.division // 1_000_000 * 1_000_000])):
        Complaint.objects.filter(person_id=event.absorbed_id).update(person_id=event.kept_id)


def carry_merchants(event: DivisionMerged, *, by: Actor, today: date) -> None:
    """A village is merged into another: its merchants, with all that follows them, belong to the other's station."""
    station = Station.objects.filter(division=event.into, closed_on=None).exclude(kind="university").first()
    if station is None:
        return
    with lending("offers", Places.only([event.old, event.into])):
        Merchant.objects.filter(division=event.old).update(division=event.into, station=station)
        Complaint.objects.filter(division=event.old, called_back_on=None).update(division=event.into, station=station)


def subscribe_all() -> None:
    subscribe(DivisionMerged, carry_merchants)
    subscribe(events.PersonMerged, follow_merge)
