"""When the registry or an award changes, the person is marked, and spells and findings follow within a minute."""

from datetime import date
from uuid import UUID

from vetgrid.benefits import rules
from vetgrid.benefits.actions.awarding import Cause, add_event, begin
from vetgrid.benefits.actions.dying import Told, take_down
from vetgrid.benefits.actions.facts import Stated, add
from vetgrid.benefits.events import AwardChanged, FactsKnown
from vetgrid.benefits.models import Award, BenefitFact, Spell
from vetgrid.benefits.spelling import mark, refresh
from vetgrid.core.actor import Actor
from vetgrid.core.dates import PartialDate
from vetgrid.core.events import subscribe
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.ruling.months import iso, month_on
from vetgrid.core.scope import lending
from vetgrid.registry import events
from vetgrid.registry.models import Person

SECTIONS = frozenset({"identity", "residence", "service", "merit", "disability", "class", "employment", "event"})
"""The sections of the file that rules look at."""


def facts_changed(event: events.FactsChanged, *, by: Actor, today: date) -> None:
    if event.section in SECTIONS:
        mark(event.person_id, division=event.division)


def facts_known(event: FactsKnown, *, by: Actor, today: date) -> None:
    mark(event.person_id, division=event.division)


def award_changed(event: AwardChanged, *, by: Actor, today: date) -> None:
    mark(event.person_id, division=event.division)


def registered(event: events.PersonRegistered, *, by: Actor, today: date) -> None:
    mark(event.person_id, division=event.division)


def people_registered(event: events.PeopleRegistered, *, by: Actor, today: date) -> None:
    """An import: spells at once; findings come with the night."""
    by_county: dict[int, list[UUID]] = {}
    for person, division in event.veterans:
        by_county.setdefault(ancestor(division, Level.COUNTY), []).append(person)
    for county, people in by_county.items():
        refresh(people, division=county)


def died(event: events.PersonDied, *, by: Actor, today: date) -> None:
    """The registry's death, confirmed by its second person, is one source; pay ends with another one."""
    person = _person(event.person_id, event.division)
    if person is not None:
        on = PartialDate(event.died_on).latest
        take_down(person, Told("registry", min(on, today)), by=by, today=today)
        mark(person.id, division=person.division)


def left(event: events.PersonLeft, *, by: Actor, today: date) -> None:
    """Moved out of the county: the fact is kept with its date; this place pays to December."""
    person = _person(event.person_id, event.division)
    if person is None or person.left_on is None:
        return
    with lending("benefits", Places.only([person.division])):
        if not BenefitFact.objects.filter(person=person, group="residence", known_until=None).exists():
            values = {"moved_out": iso(month_on(person.left_on))}
            add(person, Stated("residence", {}, None, None, "police", "迁出本县"), values, by=by)
        month = rules.move_month(person.left_on)
        cause = Cause("户籍迁出本县,本地发到当年12月", "烈士褒扬条例(2024)第二十二条(其他对象参照)")
        for award in Award.objects.filter(person=person).exclude(state="stopped"):
            add_event(award, "move_out", max(month, award.from_month), cause, by=by, today=today)
    mark(person.id, division=person.division)


def moved(event: events.PersonMoved, *, by: Actor, today: date) -> None:
    """Within the county the rows follow by themselves; the new place's contact gets what is open."""
    mark(event.person_id, division=event.to_division)


def merged(event: events.PersonMerged, *, by: Actor, today: date) -> None:
    """The kept file goes on with what the absorbed one received and it did not; the double ends."""
    kept = _person(event.kept_id, event.division)
    if kept is None:
        return
    with lending("benefits", Places.only([event.division, event.absorbed_division])):
        month = month_on(today)
        for award in Award.objects.filter(person_id=event.absorbed_id).exclude(state="stopped"):
            add_event(
                award,
                "stop",
                max(month, award.from_month),
                Cause("档案并入另一份,由保留的档案发放"),
                by=by,
                today=today,
            )
            has = Award.objects.filter(person=kept, programme=award.programme).exclude(state="stopped").exists()
            if not has:
                begin(
                    person_id=kept.id,
                    division=kept.division,
                    programme=award.programme,
                    month=max(month, award.from_month),
                    decision=award.decision,
                    cause=Cause("档案合并,接续发放"),
                    by=by,
                    today=today,
                )
        Spell.objects.filter(person_id=event.absorbed_id).delete()
    mark(kept.id, division=kept.division)


def _person(person_id: UUID, division: int) -> Person | None:
    with lending("registry", Places.of([ancestor(division, Level.COUNTY)])):
        return Person.objects.filter(pk=person_id).first()


def subscribe_all() -> None:
    subscribe(events.FactsChanged, facts_changed)
    subscribe(events.PersonRegistered, registered)
    subscribe(events.PeopleRegistered, people_registered)
    subscribe(events.PersonDied, died)
    subscribe(events.PersonLeft, left)
    subscribe(events.PersonMoved, moved)
    subscribe(events.PersonMerged, merged)
    subscribe(FactsKnown, facts_known)
    subscribe(AwardChanged, award_changed)
