"""When a village is merged into another, its people and households go along."""

from datetime import date

from vetgrid.core.actor import Actor
from vetgrid.core.events import subscribe
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.orgs.events import DivisionMerged
from vetgrid.registry.models import Household, Person


def move_people(event: DivisionMerged, *, by: Actor, today: date) -> None:
    with lending("registry", Places.of([event.old, event.into])):
        Person.objects.filter(division=event.old).update(division=event.into)
        Household.objects.filter(division=event.old).update(division=event.into)


def subscribe_all() -> None:
    subscribe(DivisionMerged, move_people)
