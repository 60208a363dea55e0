"""When files of persons or villages are merged, their matters follow in the same transaction."""

from datetime import date

from vetgrid.appeals.models import Appeal, Consultation, JointPart, LegalAid, Mediation, Reception
from vetgrid.core.actor import Actor
from vetgrid.core.events import subscribe
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.orgs.events import DivisionMerged
from vetgrid.orgs.models import Station
from vetgrid.registry import events


def follow_merge(event: events.PersonMerged, *, by: Actor, today: date) -> None:
    """The kept file takes over the matters of the absorbed one; names in the papers stay as they were written."""
    with lending("appeals", Places.of([event.division // 1_000_000 * 1_000_000])):
        for model in (Appeal, Consultation, Reception, LegalAid):
            model._default_manager.filter(person_id=event.absorbed_id).update(person_id=event.kept_id)


def carry_matters(event: DivisionMerged, *, by: Actor, today: date) -> None:
    """A village is merged into another: its open matters go to the other's station; what is finished stays where it was."""
    with lending("orgs", Places.only([event.old, event.into])):
        station = Station.objects.filter(division=event.into, closed_on=None).exclude(kind="university").first()
    if station is None:
        return
    with lending("appeals", Places.only([event.old, event.into])):
        moved = {"division": event.into, "station": station}
        Appeal.objects.filter(division=event.old, closed_on=None).update(**moved)
        Consultation.objects.filter(division=event.old, state="asked").update(**moved)
        Mediation.objects.filter(division=event.old, state__in=("applied", "consented", "agreed")).update(**moved)
        LegalAid.objects.filter(division=event.old, finished_on=None).exclude(state="denied").update(**moved)
        JointPart.objects.filter(division=event.old, done_on=None).update(**moved)


def subscribe_all() -> None:
    subscribe(DivisionMerged, carry_matters)
    subscribe(events.PersonMerged, follow_merge)
