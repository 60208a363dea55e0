"""The demo county's matters of five years: visits, appeals, mediations, consultations, ratings; the open ones by the real actions."""

import csv
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings

from vetgrid.appeals import rules
from vetgrid.appeals.actions import aiding, consulting, mediating, moving, registering, warning
from vetgrid.appeals.models import (
    Agreement,
    Appeal,
    Band,
    Consultation,
    Mediation,
    Party,
    Performance,
    Rating,
    RatingTicket,
    Reception,
    Series,
    Step,
)
from vetgrid.appeals.series import MARKS
from vetgrid.core.actor import Actor
from vetgrid.core.bulk import insert
from vetgrid.core.clock import CHINA
from vetgrid.core.crypto import blind
from vetgrid.core.pinyin import spell
from vetgrid.core.places import Level, ancestor, full_code, level_of
from vetgrid.files.store import digest_of
from vetgrid.orgs.models import Post, Staff, Station
from vetgrid.orgs.wordlists import name, phone
from vetgrid.registry.models import Person
from vetgrid.work.calendars import calendar_of
from vetgrid.work.limits import limit_for
from vetgrid.work.models import Clock, ClockEvent, WorkItem
from vetgrid.work.rules import Tick, read
from vetgrid.work.sweeping import sweep

SEED = 581_003
START = date(2018, 12, 28)
HEADS = 3_902
"""Heads received in five years, as the bureau reported; the rows add up to it, the figure counts them."""
FIRST_TOWN = full_code("350581100")
"""Where the demo accounts of village and town work."""
RESOLVED, SOLVED, CLOSED, ASKED = 184, 63, 860, 420
OPEN_AGES = (0, 1, 2, 4, 6, 9, 13, 20, 26, 33, 41, 48, 55, 58, 70)
_CHANNELS = ("counter", "counter", "counter", "phone", "phone", "letter", "home_visit", "hotline", "mini_program")


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

    def number(self, kind: str, year: int) -> str:
        key = (kind, year)
        self.numbers[key] = self.numbers.get(key, 0) + 1
        return f"{MARKS[kind]}〔{year}〕{self.numbers[key]}号"

    def day(self, first: date = START, last: date | None = None) -> date:
        until = last or self.today
        return first + timedelta(days=self.dice.randrange((until - first).days + 1))

    def moment(self, day: date) -> datetime:
        return datetime.combine(day, time(8 + self.dice.randrange(9), self.dice.randrange(60)), CHINA)

    def key(self) -> uuid.UUID:
        return uuid.UUID(int=self.dice.getrandbits(128), version=4)

    def station_for(self, person: Person) -> Station:
        """Mostly the village's own station, sometimes the town's or the city's."""
        draw = self.dice.random()
        level = Level.VILLAGE if draw < 0.55 else Level.TOWN if draw < 0.85 else Level.COUNTY
        return self.stations[ancestor(person.division, level)]


def load(*, county: str, by: Actor, today: date) -> None:
    """Everything in order: officers first, then what is finished, then what is open, then one round of the clockwork."""
    dice = random.Random(SEED)  # noqa: S311  # the same county every time is what is wanted
    code = full_code(county)
    _discipline_officers(dice, code, today)
    people = list(Person.objects.filter(is_veteran=True, merged_into=None).order_by("id"))
    owners: dict[int, list[Staff]] = {}
    for post in (
        Post.objects.filter(to_on=None, kind="affairs_officer").select_related("staff").order_by("division", "id")
    ):
        owners.setdefault(post.division, []).append(post.staff)
    stations = {row.division: row for row in Station.objects.filter(closed_on=None).exclude(kind="university")}
    place = County(dice, today, by, people, stations, owners, _table("matters"), _table("topics"))
    _receptions(place)
    _finished_appeals(place)
    _finished_mediations(place)
    _answered_consultations(place)
    insert(
        Series(division=code, key=f"{kind}-{year}", last=last) for (kind, year), last in sorted(place.numbers.items())
    )
    _open_matters(place)
    warning.look(by=by, today=today)
    sweep(today=today)


def _table(name_of: str) -> list[dict[str, str]]:
    with (settings.DATA / "demo" / f"{name_of}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _discipline_officers(dice: random.Random, county: int, today: date) -> None:
    """Two officers of the dispatched discipline group: they work for the county but belong to none of its stations."""
    for _ in range(2):
        called, number = name(dice, sex="1", born=1980), phone(dice)
        staff = Staff(
            id=uuid.UUID(int=dice.getrandbits(128), version=4),
            division=county,
            name=called,
            name_pinyin=spell(called)[0],
            phone=number,
            phone_index=blind(number, "phone"),
            started_on=date(2019, 1, 1),
        )
        staff.save(force_insert=True)
        Post(staff=staff, division=county, kind=Post.Kind.DISCIPLINE, from_on=date(2019, 1, 1)).save(force_insert=True)


def _heads(dice: random.Random) -> Iterator[int]:
    """How many came, visit by visit, until exactly HEADS were received."""
    left = HEADS
    while left:
        people = min(left, dice.choices((1, 2, 3, 4, 5), (80, 11, 5, 2, 2))[0])
        yield people
        left -= people


def _receptions(place: County) -> None:
    rows = []
    for people in _heads(place.dice):
        person = place.dice.choice(place.people)
        station = place.station_for(person)
        on = place.day()
        topic = place.dice.choice(place.topics)
        rows.append(
            Reception(
                id=place.key(),
                division=station.division,
                station=station,
                on=on,
                channel="reception" if place.dice.random() < 0.08 else "counter",
                person=person,
                visitor=person.name,
                people=people,
                topic=topic["topic"],
                outcome=topic["outcome"],
                receiver_name=place.dice.choice(place.owners[station.division]).name,
                recorded_at=place.moment(on),
                recorded_by_name="演示数据",
            )
        )
    insert(rows)


@dataclass
class Rows:
    """Rows of finished appeals, collected before they go to the database."""

    appeals: list[Appeal] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    items: list[WorkItem] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    events: list[ClockEvent] = field(default_factory=list)
    tickets: list[RatingTicket] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)


def _finished_appeals(place: County) -> None:
    rows = Rows()
    solved = set(place.dice.sample(range(CLOSED), SOLVED))
    for at in range(CLOSED):
        _finished_appeal(place, rows, is_solved=at in solved)
    for collected in (
        rows.appeals,
        rows.steps,
        rows.bands,
        rows.items,
        rows.clocks,
        rows.events,
        rows.tickets,
        rows.ratings,
    ):
        insert(collected)


def _finished_appeal(place: County, rows: Rows, *, is_solved: bool) -> None:
    dice, person = place.dice, place.dice.choice(place.people)
    station, matter = place.station_for(person), place.dice.choice(place.matters)
    received = place.day(last=place.today - timedelta(days=90))
    accepted = received + timedelta(days=dice.randint(0, 12))
    answered = accepted + timedelta(days=dice.randint(5, 58))
    closed = min(answered + timedelta(days=dice.randint(1, 9)), place.today)
    owner = dice.choice(place.owners[station.division])
    is_suggestion = matter["category"] == "policy"
    appeal = Appeal(
        id=place.key(),
        division=station.division,
        origin=station.division,
        station=station,
        origin_station=station,
        number=place.number("appeal", received.year),
        kind="suggestion" if is_suggestion else "claim",
        channel=(channel := dice.choice(_CHANNELS)),
        source_number=f"12345-{dice.randrange(10**8):08d}" if channel == "hotline" else "",
        category=matter["category"],
        title=matter["title"],
        text=matter["text"],
        wish=matter["wish"],
        person=person,
        applicant=person.name,
        phone=person.phone,
        state="closed",
        received_on=received,
        accepted_on=accepted,
        answered_on=answered,
        closed_on=closed,
        opinion="adopt" if is_suggestion else dice.choice(("support", "explain", "explain", "reject")),
        is_solved=is_solved,
        registered_at=place.moment(received),
        registered_by=place.by.id,
        registered_by_name=owner.name,
    )
    if is_solved:
        appeal.opinion = "support"
    rows.appeals.append(appeal)
    rows.bands += [
        Band(band=band, received_on=received, division=appeal.division, appeal_id=appeal.id)
        for band in sorted(set(rules.bands(matter["title"] + matter["text"])))
    ]
    _steps(place, rows, appeal, owner)
    _item(place, rows, appeal, owner)
    if dice.random() < 0.3:
        _rated(place, rows, appeal, owner)


def _steps(place: County, rows: Rows, appeal: Appeal, owner: Staff) -> None:
    assert appeal.accepted_on and appeal.answered_on and appeal.closed_on
    line = (
        ("register", "", "registered", appeal.received_on, appeal.get_channel_display()),
        ("accept", "registered", "accepted", appeal.accepted_on, ""),
        ("answer", "accepted", "answered", appeal.answered_on, appeal.get_opinion_display()),
        ("call_back", "answered", "called_back", appeal.closed_on, "电话回访,本人表示知晓。"),
        ("close", "called_back", "closed", appeal.closed_on, ""),
    )
    for minute, (move, before, after, on, note) in enumerate(line):
        rows.steps.append(
            Step(
                id=place.key(),
                appeal=appeal,
                division=appeal.division,
                move=move,
                from_state=before,
                to_state=after,
                on=on,
                at=datetime.combine(on, time(17, minute), CHINA),
                by=place.by.id,
                by_name=owner.name,
                station=appeal.station,
                note=note,
            )
        )


def _item(place: County, rows: Rows, appeal: Appeal, owner: Staff) -> None:
    """The closed work item with its handling clock: started at acceptance, stopped by the answer."""
    assert appeal.accepted_on and appeal.answered_on
    limit = limit_for("appeal_handle", on=appeal.accepted_on)
    ticks = [Tick("start", appeal.accepted_on, limit.days, limit.unit), Tick("stop", appeal.answered_on)]
    reading = read(ticks, calendar_of(appeal.division))
    item = WorkItem(
        id=place.key(),
        division=appeal.division,
        kind="appeal",
        subject_id=appeal.id,
        title=f"{appeal.number} {appeal.title}",
        station=appeal.station,
        owner=owner,
        opened_on=appeal.received_on,
        next_step="办结归档",
        closed_on=appeal.closed_on,
        outcome="办结归档",
        due_on=reading.due_on,
    )
    clock = Clock(
        id=place.key(),
        division=appeal.division,
        item=item,
        limit="appeal_handle",
        started_on=appeal.accepted_on,
        state="stopped",
        due_on=reading.due_on,
        stopped_on=appeal.answered_on,
    )
    rows.items.append(item)
    rows.clocks.append(clock)
    for number, (tick, reason) in enumerate(zip(ticks, ("受理", "书面答复"), strict=True), start=1):
        rows.events.append(
            ClockEvent(
                id=place.key(),
                division=appeal.division,
                clock=clock,
                number=number,
                kind=tick.kind,
                on=tick.on,
                days=tick.days or None,
                unit=tick.unit,
                article=limit.article if tick.kind == "start" else "",
                reason=reason,
                by=place.by.id,
                by_name=owner.name,
                at=datetime.combine(tick.on, time(17), CHINA),
            )
        )


def _rated(place: County, rows: Rows, appeal: Appeal, owner: Staff) -> None:
    assert appeal.closed_on
    at = place.moment(appeal.closed_on)
    ticket = RatingTicket(
        id=place.key(),
        division=appeal.division,
        subject="appeal",
        subject_id=appeal.id,
        subject_number=appeal.number,
        token_hash=digest_of(appeal.id.bytes),
        station=appeal.station,
        handler=owner,
        made_at=at,
        expires_on=appeal.closed_on + timedelta(days=60),
        used_at=at,
    )
    rows.tickets.append(ticket)
    rows.ratings.append(
        Rating(
            id=place.key(),
            division=appeal.division,
            ticket=ticket,
            level=place.dice.choices((5, 4, 3), (60, 30, 10))[0],
            aspects=[place.dice.choice(("overall", "speed", "attitude"))],
            handler=owner,
            rated_at=at,
        )
    )


def _finished_mediations(place: County) -> None:
    cases: list[Mediation] = []
    parties: list[Party] = []
    agreements: list[Agreement] = []
    performances: list[Performance] = []
    for at in range(RESOLVED + 21):
        dice, person = place.dice, place.dice.choice(place.people)
        station = place.stations[ancestor(person.division, Level.TOWN if dice.random() < 0.6 else Level.VILLAGE)]
        applied = place.day(last=place.today - timedelta(days=45))
        ended = applied + timedelta(days=dice.randint(3, 28))
        is_resolved = at < RESOLVED
        case = Mediation(
            id=place.key(),
            division=station.division,
            station=station,
            number=place.number("mediation", applied.year),
            kind=dice.choices(("people", "administrative", "judicial"), (70, 22, 8))[0],
            category=dice.choice(("dispute", "dispute", "land")),
            title=dice.choice(("拖欠工资纠纷", "邻里宅基地纠纷", "合伙经营纠纷", "赡养纠纷", "借款纠纷", "租赁纠纷")),
            facts="双方各执一词,由调解员调查后组织调解。",
            state="performed" if is_resolved else dice.choice(("refused", "failed", "broken")),
            applied_on=applied,
            ended_on=ended,
            routes_told_on=None if is_resolved else ended,
            registered_by_name=dice.choice(place.owners[station.division]).name,
        )
        cases.append(case)
        other = name(dice, sex=dice.choice("12"), born=1970)
        refuses = case.state == "refused"
        for called, who, says_no in ((person.name, person, False), (other, None, refuses)):
            parties.append(
                Party(
                    id=place.key(),
                    division=case.division,
                    mediation=case,
                    name=called,
                    person=who,
                    consented_on=None if says_no else applied,
                    refused_on=ended if says_no else None,
                )
            )
        if is_resolved or case.state == "broken":
            agreements.append(
                Agreement(
                    id=place.key(),
                    division=case.division,
                    mediation=case,
                    content="双方自愿达成协议,一次性履行,今后互不追究。",
                    agreed_on=ended,
                    confirm_until=ended + timedelta(days=30),
                )
            )
            performances.append(
                Performance(
                    id=place.key(),
                    division=case.division,
                    mediation=case,
                    what="按协议履行",
                    due_on=ended + timedelta(days=15),
                    done_on=ended + timedelta(days=10) if is_resolved else None,
                    note="已履行" if is_resolved else "未履行,已告知其他途径",
                )
            )
    for collected in (cases, parties, agreements, performances):
        insert(collected)


def _answered_consultations(place: County) -> None:
    rows = []
    for _ in range(ASKED):
        person = place.dice.choice(place.people)
        station = place.station_for(person)
        asked = place.day(last=place.today - timedelta(days=5))
        topic = place.dice.choice(place.topics)
        rows.append(
            Consultation(
                id=place.key(),
                division=station.division,
                station=station,
                number=place.number("consultation", asked.year),
                channel=place.dice.choice(("counter", "phone", "phone", "mini_program")),
                question=f"{topic['topic']}:需要哪些材料,多久能办好?",
                person=person,
                asker=person.name,
                phone=person.phone,
                state="answered",
                asked_on=asked,
                answer=topic["outcome"],
                answered_on=asked + timedelta(days=place.dice.randint(0, 2)),
                answered_by_name=place.dice.choice(place.owners[station.division]).name,
                registered_by_name="演示数据",
                registered_at=place.moment(asked),
            )
        )
    insert(rows)


# --- what is open: made by the same actions that the pages call --------------------------------------------------------


def _open_matters(place: County) -> None:
    villages = [code for code in sorted(place.stations) if level_of(code) == Level.VILLAGE]
    first = sorted(villages, key=lambda code: (ancestor(code, Level.TOWN) != FIRST_TOWN, code))
    near = [person for person in place.people if person.died_on is None and person.left_on is None]
    by_village: dict[int, list[Person]] = {}
    for person in near:
        by_village.setdefault(person.division, []).append(person)
    for at, age in enumerate((*OPEN_AGES, *OPEN_AGES)):
        # Half of them in the first town, where the demo accounts work.
        code = first[at % 6] if at < len(OPEN_AGES) else place.dice.choice(first)
        _open_appeal(place, place.dice.choice(by_village[code]), age)
    _repeated(place, by_village[first[1]][0])
    for at in range(6):
        _open_consultation(place, place.dice.choice(by_village[first[at % 3]]), at)
    _open_mediation(place, by_village[first[0]][0])
    _open_aid(place, by_village[first[0]][1])


def _register(place: County, person: Person, age: int, matter: dict[str, str]) -> Appeal:
    day = place.today - timedelta(days=age)
    asked = rules.Registration(
        kind="suggestion" if matter["category"] == "policy" else "claim",
        channel=place.dice.choice(("counter", "phone", "home_visit")),
        category=matter["category"],
        title=matter["title"],
        text=matter["text"],
        wish=matter["wish"],
        received_on=day,
    )
    station = place.stations[person.division]
    return registering.register(asked, station_id=station.id, person_id=person.id, by=place.by, today=day)


def _open_appeal(place: County, person: Person, age: int) -> None:
    appeal = _register(place, person, age, place.dice.choice(place.matters))
    day = place.today - timedelta(days=age)
    call: dict[str, Any] = {"appeal_id": appeal.id, "by": place.by}
    if age >= 4:
        moving.accept(**call, today=day + timedelta(days=2))
    if age in (9, 20):
        town = place.stations[ancestor(person.division, Level.TOWN)]
        moving.transfer(**call, station_id=town.id, note="需要镇级核实政策依据。", today=day + timedelta(days=5))
    if age >= 55:
        return
    if age >= 33 and place.dice.random() < 0.5:
        text = moving.OpinionText(
            facts="经核实,反映情况基本属实。",
            law="《退役军人保障法》及本地实施办法",
            answer="予以支持,由承办单位落实。",
            opinion="support",
            promise="补发到账" if age == 41 else "",
            promised_on=place.today - timedelta(days=2) if age == 41 else None,
        )
        moving.answer(**call, text=text, today=day + timedelta(days=20))


def _repeated(place: County, person: Person) -> None:
    """One person comes three times within a year with the same kind of matter: what the early warning looks for."""
    matter = next(row for row in place.matters if row["category"] == "housing")
    for age in (200, 120, 16):
        appeal = _register(place, person, age, matter)
        if age > 100:
            day = place.today - timedelta(days=age - 10)
            call: dict[str, Any] = {"appeal_id": appeal.id, "by": place.by}
            moving.accept(**call, today=day)
            text = moving.OpinionText(
                facts="房屋确有渗漏。", law="农村危房改造有关规定", answer="列入下一批改造计划。", opinion="explain"
            )
            moving.answer(**call, text=text, today=day + timedelta(days=10))
            moving.call_back(**call, note="本人希望尽快改造。", today=day + timedelta(days=12))
            moving.close(**call, note="", today=day + timedelta(days=12))


def _open_consultation(place: County, person: Person, age: int) -> None:
    consulting.ask(
        station_id=place.stations[person.division].id,
        question=f"{place.dice.choice(place.topics)['topic']}:需要哪些材料?",
        channel="phone",
        person_id=person.id,
        by=place.by,
        today=place.today - timedelta(days=age % 3),
    )


def _open_mediation(place: County, person: Person) -> None:
    day = place.today - timedelta(days=6)
    row = mediating.apply(
        station_id=place.stations[person.division].id,
        kind="people",
        category="dispute",
        title="拖欠工程款纠纷",
        facts="退伍后承包的小工程完工一年,工程款未结清。",
        parties=[(person.name, ""), ("某建筑队负责人", "")],
        by=place.by,
        today=day,
    )
    for party in row.parties.all():
        mediating.say(party_id=party.id, consents=True, by=place.by, today=day)


def _open_aid(place: County, person: Person) -> None:
    aiding.apply(
        station_id=place.stations[person.division].id,
        matter="wages",
        facts="在工地务工被拖欠工资,请求指派律师。",
        person_id=person.id,
        by=place.by,
        today=place.today - timedelta(days=2),
    )
