"""When files of persons are merged or parted elsewhere, their matters follow in the same transaction."""

from datetime import date

from vetgrid.appeals.models import Appeal, Consultation, LegalAid, Reception
from vetgrid.core.actor import Actor
from vetgrid.core.events import subscribe
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.registry import events


def follow_merge(event: events.PersonMerged, *, by: Actor, today: date) -> None:
    """The kept file takes over the matters of the absorbed one; names in the papers stay as they were written."""
    with lending("appeals", Places.of([event.division // 1_000_000 * 1_000_000])):
        for model in (Appeal, Consultation, Reception, LegalAid):
            model._default_manager.filter(person_id=event.absorbed_id).update(person_id=event.kept_id)


def subscribe_all() -> None:
    subscribe(events.PersonMerged, follow_merge)
