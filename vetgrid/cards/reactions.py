"""A death ends applications and cards, merged files bring theirs along, and a merged village's open ones go on at the other's station."""

from datetime import date

from vetgrid.cards.actions.applying import end
from vetgrid.cards.actions.holding import cancelled, gather
from vetgrid.cards.models import Application, Card
from vetgrid.cards.states import LIVING
from vetgrid.core.actor import Actor
from vetgrid.core.events import subscribe
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.orgs.events import DivisionMerged
from vetgrid.orgs.models import Station
from vetgrid.registry import events


def end_with_the_person(event: events.PersonDied, *, by: Actor, today: date) -> None:
    """Open applications end; the card is cancelled, and asked back from the family when it was issued."""
    with lending("cards", Places.only([event.division])):
        for card in (
            Card.objects.select_for_update(of=("self",))
            .filter(person_id=event.person_id, state__in=LIVING)
            .select_related("application", "application__station")
        ):
            cancelled(card, reason="death", note=f"{event.died_on}去世", by=by, today=today)
        waiting = Application.objects.select_for_update(of=("self",)).filter(person_id=event.person_id, closed_on=None)
        for one in waiting.select_related("station"):
            end(one, note=f"申请人{event.died_on}去世", by=by, today=today)


def follow_merge(event: events.PersonMerged, *, by: Actor, today: date) -> None:
    """The kept file takes over applications and cards. Where both files hold a living card, the second stays with the closed file,
    where the zero board lists it until a person has said which one is left and the other is cancelled and handed in."""
    places = Places.only({event.division, event.absorbed_division})
    with lending("cards", places):
        moved = {"person_id": event.kept_id, "division": event.division}
        Application.objects.filter(person_id=event.absorbed_id).update(**moved)
        gather(kept_id=event.kept_id, absorbed_ids=[event.absorbed_id])


def carry_stations(event: DivisionMerged, *, by: Actor, today: date) -> None:
    """A village is merged into another: open applications and cards in its drawer belong to the other's station from now on."""
    with lending("orgs", Places.only([event.old, event.into])):
        station = Station.objects.filter(division=event.into, closed_on=None).exclude(kind="university").first()
    if station is None:
        return
    with lending("cards", Places.only([event.old, event.into])):
        Application.objects.filter(station__division=event.old, closed_on=None).update(station=station)
        Card.objects.filter(station__division=event.old).update(station=station)


def subscribe_all() -> None:
    subscribe(events.PersonDied, end_with_the_person)
    subscribe(events.PersonMerged, follow_merge)
    subscribe(DivisionMerged, carry_stations)
