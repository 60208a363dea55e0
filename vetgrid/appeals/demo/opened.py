"""What is open: made by the same actions that the pages call."""

from datetime import timedelta
from typing import Any

from vetgrid.appeals import rules
from vetgrid.appeals.actions import aiding, consulting, mediating, moving, registering
from vetgrid.appeals.demo.drawing import County
from vetgrid.appeals.models import Appeal
from vetgrid.core.places import Level, ancestor, full_code, level_of
from vetgrid.registry.models import Person

FIRST_TOWN = full_code("350581100")
"""Where the demo accounts of village and town work."""
OPEN_AGES = (0, 1, 2, 4, 6, 9, 13, 20, 26, 33, 41, 48, 55, 58, 70)


def open_matters(place: County) -> None:
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
    return registering.register(
        asked, station_id=station.id, person_id=person.id, by=place.acting_at(station), today=day
    )


def _open_appeal(place: County, person: Person, age: int) -> None:
    appeal = _register(place, person, age, place.dice.choice(place.matters))
    day = place.today - timedelta(days=age)
    call: dict[str, Any] = {"appeal_id": appeal.id, "by": place.acting_at(place.stations[person.division])}
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
            call: dict[str, Any] = {"appeal_id": appeal.id, "by": place.acting_at(place.stations[person.division])}
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
        by=place.acting_at(place.stations[person.division]),
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
        by=place.acting_at(place.stations[person.division]),
        today=day,
    )
    for party in row.parties.all():
        mediating.say(party_id=party.id, consents=True, by=place.acting_at(place.stations[person.division]), today=day)


def _open_aid(place: County, person: Person) -> None:
    aiding.apply(
        station_id=place.stations[person.division].id,
        matter="wages",
        facts="在工地务工被拖欠工资,请求指派律师。",
        person_id=person.id,
        by=place.acting_at(place.stations[person.division]),
        today=place.today - timedelta(days=2),
    )
