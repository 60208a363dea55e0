"""Who is told and who answers: messages to the person, and the item of the contact who is responsible for him."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from vetgrid.core.actor import Actor
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.scope import lending
from vetgrid.grid.models import Duty
from vetgrid.notices.actions import Message
from vetgrid.notices.models import Notice
from vetgrid.orgs.models import Station
from vetgrid.registry.models import Person
from vetgrid.work.actions import Opening, open_item, present_staff
from vetgrid.work.models import WorkItem


def letter(person: Person, template: str, values: Mapping[str, str], *, dedupe: str | None = None) -> list[Message]:
    """A short message to the person's own phone; none where no number is known (the contact tells him then)."""
    if not person.phone:
        return []
    return [
        Message(
            template=template,
            division=person.division,
            person_id=person.id,
            channel=Notice.Channel.SMS,
            address=person.phone,
            values=dict(values),
            url=f"/people/{person.id}/benefits",
            dedupe=dedupe,
        )
    ]


def contacts_of(person_ids: Iterable[UUID], *, places: Places) -> dict[UUID, tuple[UUID | None, UUID | None]]:
    """Contact and deputy of each person's cell; persons without a cell are left out."""
    with lending("grid", places), lending("registry", places):
        rows = Duty.objects.filter(
            to_on=None,
            kind__in=("contact", "deputy"),
            cell__memberships__person_id__in=list(person_ids),
            cell__memberships__to_on=None,
        ).values_list("cell__memberships__person_id", "kind", "staff_id")
        found: dict[UUID, dict[str, UUID]] = {}
        for person, kind, staff in rows:
            found.setdefault(person, {})[kind] = staff
    return {person: (entry.get("contact"), entry.get("deputy")) for person, entry in found.items()}


@dataclass(frozen=True)
class Task:
    """What the contact is to do for a person."""

    kind: str
    subject_id: UUID
    title: str
    next_step: str
    days: int = 10


def stations(places: Places) -> dict[int, Station]:
    """The open station of each place."""
    with lending("orgs", places):
        rows = Station.objects.filter(closed_on=None).exclude(kind="university")
        low, high = places.low, places.high
        return {row.division: row for row in rows.filter(division__gte=low, division__lte=high)}


def answering(division: int, at: Mapping[int, Station]) -> Station | None:
    """The station of the place where somebody serves, or the next one above it; None where nobody serves at all."""
    chain = (division, ancestor(division, Level.TOWN), ancestor(division, Level.COUNTY))
    return next((at[place] for place in chain if place in at and present_staff(at[place])), None)


def hand_to_contact(
    task: Task,
    *,
    division: int,
    station: Station,
    contact: tuple[UUID | None, UUID | None],
    by: Actor,
    today: date,
) -> WorkItem:
    """Opens the item with the person's contact as owner, or whoever serves at the station."""
    return open_item(
        Opening(
            kind=task.kind,
            subject_id=task.subject_id,
            title=task.title,
            station=station,
            next_on=today + timedelta(days=task.days),
            next_step=task.next_step,
            owner_id=contact[0],
            deputy_id=contact[1],
        ),
        by=by,
        today=today,
    )
