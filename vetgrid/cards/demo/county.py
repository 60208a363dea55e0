"""What the makers of the demo's cards draw from: people who may have one, stations, officers, days and numbers."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from vetgrid.cards.models import Application, Batch, BatchLine, Card, CardStep, Step
from vetgrid.core.actor import Actor
from vetgrid.core.bulk import insert
from vetgrid.core.clock import CHINA
from vetgrid.core.crypto import blind
from vetgrid.core.pinyin import spell
from vetgrid.core.places import Level, ancestor
from vetgrid.orgs.models import Post, Staff, Station
from vetgrid.orgs.wordlists import name, phone, streets
from vetgrid.registry.demo import id_number
from vetgrid.registry.models import Identity, Person, PersonClass, Residence
from vetgrid.registry.models import Phone as PhoneFact
from vetgrid.work.models import Clock, ClockEvent, WorkItem

START = date(2021, 12, 6)
_SURVIVORS = ("21", "22", "23")


@dataclass
class County:
    """The makers' common ground."""

    dice: random.Random
    code: int
    today: date
    by: Actor
    stations: dict[int, Station]
    officers: dict[int, list[Staff]]
    numbers: dict[str, int] = field(default_factory=dict)

    def next(self, series: str) -> int:
        self.numbers[series] = self.numbers.get(series, 0) + 1
        return self.numbers[series]

    def key(self) -> uuid.UUID:
        return uuid.UUID(int=self.dice.getrandbits(128), version=4)

    def moment(self, day: date) -> datetime:
        return datetime.combine(day, time(8 + self.dice.randrange(9), self.dice.randrange(60)), CHINA)

    def town(self, division: int) -> Station:
        return self.stations[ancestor(division, Level.TOWN)]

    @property
    def centre(self) -> Station:
        return self.stations[self.code]

    def officer(self, station: Station) -> Staff:
        return self.dice.choice(self.officers[station.division])


@dataclass
class Rows:
    """What is collected before it goes to the database, in the order in which it must go."""

    applications: list[Application] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    card_steps: list[CardStep] = field(default_factory=list)
    batches: dict[tuple[Any, ...], Batch] = field(default_factory=dict)
    lines: list[BatchLine] = field(default_factory=list)
    items: list[WorkItem] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    events: list[ClockEvent] = field(default_factory=list)

    def in_order(self) -> tuple[list[Any], ...]:
        applications = sorted(self.applications, key=lambda row: row.old_card_id is not None)
        cards = sorted(self.cards, key=lambda row: row.replaces_id is not None)
        first = [row for row in applications if row.old_card_id is None]
        again = [row for row in applications if row.old_card_id is not None]
        old = [row for row in cards if row.replaces_id is None]
        new = [row for row in cards if row.replaces_id is not None]
        batches = list(self.batches.values())
        rest = (self.items, self.clocks, self.events)
        return (first, old, again, new, self.steps, self.card_steps, batches, self.lines, *rest)


def county_of(dice: random.Random, code: int, *, by: Actor, today: date) -> County:
    stations = {row.division: row for row in Station.objects.filter(closed_on=None).exclude(kind="university")}
    officers: dict[int, list[Staff]] = {}
    posts = Post.objects.filter(to_on=None, kind="affairs_officer").select_related("staff")
    for post in posts.order_by("division", "id"):
        officers.setdefault(post.division, []).append(post.staff)
    return County(dice, code, today, by, stations, officers)


def applicants(place: County, wanted: int) -> list[tuple[Person, str]]:
    """(person, kind) of everybody with an identity and an ID number who was there when cards began; survivors make up the number."""
    survivors = set(
        PersonClass.objects.filter(code__in=_SURVIVORS, known_until=None).values_list("person_id", flat=True)
    )
    rows = Person.objects.filter(merged_into=None, id_number__isnull=False).order_by("id")
    found = []
    for person in rows:
        kind = "veteran" if person.is_veteran else "survivor" if person.id in survivors else ""
        ended = str(person.died_on or "9999") if person.died_on else str(person.left_on or "9999")
        if kind and ended > "2022-09-30":
            found.append((person, kind))
    place.dice.shuffle(found)
    missing = wanted - len(found)
    return found[:wanted] if missing <= 0 else found + [(person, "survivor") for person in _survivors(place, missing)]


def _survivors(place: County, count: int) -> list[Person]:
    """Survivors whose files were built in the autumn of 2021, when the county looked for everybody who may have a card."""
    dice, villages = place.dice, [code for code in place.stations if code % 1000]
    people: list[Person] = []
    facts: dict[type[Any], list[Any]] = {Identity: [], PersonClass: [], Residence: [], PhoneFact: []}
    for at in range(count):
        division = villages[at % len(villages)]
        born = date(1938 + dice.randrange(55), dice.randint(1, 12), dice.randint(1, 28))
        sex = "1" if dice.random() < 0.4 else "2"
        called = name(dice, sex=sex, born=born.year)
        number, mobile = id_number(dice, born, sex), phone(dice)
        known = place.moment(date(2021, 9, 1) + timedelta(days=dice.randrange(80)))
        pinyin, initials = spell(called)
        person = Person(
            id=place.key(),
            division=division,
            name=called,
            name_pinyin=pinyin,
            name_initials=initials,
            sex=sex,
            born_on=born.isoformat(),
            id_number=number,
            id_index=blind(number, "id_number"),
            phone=mobile,
            phone_index=blind(mobile, "phone"),
            registered_at=known,
            confirmed_on=date(2023, 3, 1) + timedelta(days=dice.randrange(200)),
        )
        people.append(person)
        common = {"person": person, "division": division, "known_since": known, "recorded_by": place.by.id}
        address = f"{dice.choice(streets())}{dice.randint(1, 300)}号"
        facts[Identity].append(
            Identity(
                id=place.key(),
                name=called,
                sex=sex,
                born_on=person.born_on,
                ethnic="01",
                native_place="福建石狮",
                id_number=number,
                source="id_card",
                **common,
            )
        )
        facts[PersonClass].append(
            PersonClass(id=place.key(), code=dice.choice(_SURVIVORS), source="civil_affairs", **common)
        )
        facts[Residence].append(
            Residence(
                id=place.key(),
                address=address,
                register_division=division,
                register_address=address,
                household_kind="resident",
                source="household_book",
                **common,
            )
        )
        facts[PhoneFact].append(
            PhoneFact(id=place.key(), number=mobile, belongs_to="本人", source="self_report", **common)
        )
    insert(people)
    for collected in facts.values():
        insert(collected)
    return people
