"""What the makers of demo rows draw from: people, stations, owners, dice and numbers."""

import random
import uuid
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from vetgrid.appeals.series import MARKS
from vetgrid.core.actor import Actor
from vetgrid.core.clock import CHINA
from vetgrid.core.places import Level, ancestor
from vetgrid.orgs.models import Staff, Station
from vetgrid.registry.models import Person
from vetgrid.work.calendars import calendar_of
from vetgrid.work.rules import Calendar

START = date(2018, 12, 28)


@dataclass
class County:
    """What the makers of rows draw from."""

    dice: random.Random
    today: date
    by: Actor
    people: list[Person]
    stations: dict[int, Station]
    owners: dict[int, list[Staff]]
    matters: list[dict[str, str]]
    topics: list[dict[str, str]]
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    calendars: dict[int, Calendar] = field(default_factory=dict)

    def number(self, kind: str, year: int) -> str:
        key = (kind, year)
        self.numbers[key] = self.numbers.get(key, 0) + 1
        return f"{MARKS[kind]}〔{year}〕{self.numbers[key]}号"

    def day(self, first: date = START, last: date | None = None) -> date:
        until = last or self.today
        return first + timedelta(days=self.dice.randrange((until - first).days + 1))

    def moment(self, day: date) -> datetime:
        return datetime.combine(day, time(8 + self.dice.randrange(9), self.dice.randrange(60)), CHINA)

    def calendar(self, division: int) -> Calendar:
        """The working calendar of a place, read once for its many finished matters."""
        if division not in self.calendars:
            self.calendars[division] = calendar_of(division)
        return self.calendars[division]

    def key(self) -> uuid.UUID:
        return uuid.UUID(int=self.dice.getrandbits(128), version=4)

    def station_for(self, person: Person) -> Station:
        """Mostly the village's own station, sometimes the town's or the city's."""
        draw = self.dice.random()
        level = Level.VILLAGE if draw < 0.55 else Level.TOWN if draw < 0.85 else Level.COUNTY
        return self.stations[ancestor(person.division, level)]

    def acting_at(self, station: Station) -> Actor:
        """The demo's own actor under the name of the station's officer, so that the pages read as the office would write them."""
        return replace(self.by, name=self.owners[station.division][0].name)
