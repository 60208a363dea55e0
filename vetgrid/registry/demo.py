"""The demo county's people: about 7,600 invented persons in 128 villages, with services, families, and some dirt."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from vetgrid.core.actor import Actor
from vetgrid.core.bulk import insert
from vetgrid.core.clock import CHINA
from vetgrid.core.crypto import blind
from vetgrid.core.pinyin import spell
from vetgrid.orgs.demo import villages
from vetgrid.orgs.wordlists import name, phone, streets
from vetgrid.registry import models

PEOPLE = 7_600
SECRETARIES = 118
START = date(2018, 12, 28)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DECADES = ((1930, 2), (1940, 8), (1950, 20), (1960, 18), (1970, 19), (1980, 17), (1990, 13), (2000, 3))


@dataclass
class Rows:
    """What is collected before it goes to the database in one COPY a table."""

    people: list[models.Person] = field(default_factory=list)
    facts: dict[type[models.Fact], list[models.Fact]] = field(default_factory=dict)

    def add(self, fact: models.Fact) -> None:
        self.facts.setdefault(type(fact), []).append(fact)


def load(dice: random.Random, *, by: Actor, today: date) -> list[tuple[uuid.UUID, int, date]]:
    """Fills the registry; returns (person id, division, first day) of the living veterans, who need a contact."""
    places = [row.code for row in villages()]
    rows = Rows()
    for at in range(PEOPLE):
        _person(dice, rows, places[at % len(places)], by, today)
    _duplicates(dice, rows, by)
    _secretaries(dice, rows, places, by)
    insert(rows.people)
    for facts in rows.facts.values():
        insert(facts)
    living = [
        person for person in rows.people if person.is_veteran and person.died_on is None and person.left_on is None
    ]
    return [(person.id, person.division, person.registered_at.date()) for person in living]


def _key(dice: random.Random) -> uuid.UUID:
    return uuid.UUID(int=dice.getrandbits(128), version=4)


def _moment(dice: random.Random, first: date, last: date) -> datetime:
    day = first + timedelta(days=dice.randrange((last - first).days + 1))
    return datetime.combine(day, time(8 + dice.randrange(9), dice.randrange(60)), CHINA)


def id_number(dice: random.Random, born: date, sex: str) -> str:
    """An invented number of area 350581 with the right check character; the serial is drawn, so it belongs to nobody known."""
    serial = dice.randrange(50) * 2 + (1 if sex == "1" else 0) + dice.randrange(9) * 100
    first = f"350581{born:%Y%m%d}{serial:03d}"
    rest = sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True)) % 11
    return first + "10X98765432"[rest]


def _person(dice: random.Random, rows: Rows, division: int, by: Actor, today: date) -> models.Person:
    decade = dice.choices([start for start, _ in _DECADES], [weight for _, weight in _DECADES])[0]
    born = date(decade + dice.randrange(10 if decade < 2000 else 5), dice.randint(1, 12), dice.randint(1, 28))
    is_veteran = dice.random() < 0.93
    sex = "1" if dice.random() < (0.97 if is_veteran else 0.3) else "2"
    called = name(dice, sex=sex, born=born.year)
    id_text = id_number(dice, born, sex) if dice.random() < 0.985 else ""
    phone_text = phone(dice) if dice.random() < 0.955 else ""
    registered = (
        _moment(dice, START, date(2019, 12, 31)) if dice.random() < 0.8 else _moment(dice, date(2020, 1, 1), today)
    )
    pinyin, initials = spell(called)
    person = models.Person(
        id=_key(dice),
        division=division,
        name=called,
        name_pinyin=pinyin,
        name_initials=initials,
        sex=sex,
        born_on=born.isoformat() if dice.random() < 0.95 else str(born.year),
        id_number=id_text or None,
        id_index=blind(id_text, "id_number"),
        phone=phone_text or None,
        phone_index=blind(phone_text, "phone"),
        is_veteran=is_veteran,
        registered_at=registered,
        confirmed_on=_moment(dice, date(2023, 1, 5), today).date() if dice.random() < 0.8 else None,
    )
    _end(dice, person, born, today)
    rows.people.append(person)
    common = {"person": person, "division": division, "known_since": registered, "recorded_by": by.id}
    _basics(dice, rows, person, common, id_text, phone_text)
    if is_veteran:
        _service(dice, rows, person, born, common, today)
    else:
        rows.add(
            models.PersonClass(
                id=_key(dice),
                code=dice.choice(["91", "91", "92", "21", "22", "23", "82"]),
                source="civil_affairs",
                **common,
            )
        )
    return person


def _end(dice: random.Random, person: models.Person, born: date, today: date) -> None:
    """Some died, mostly the old; a few moved away."""
    age = today.year - born.year
    day = _moment(dice, person.registered_at.date(), today).date()
    if dice.random() < (0.16 if age > 78 else 0.03 if age > 60 else 0.004):
        person.died_on = day.isoformat()
    elif dice.random() < 0.012:
        person.left_on = day


def _basics(
    dice: random.Random, rows: Rows, person: models.Person, common: dict[str, object], id_text: str, phone_text: str
) -> None:
    rows.add(
        models.Identity(
            id=_key(dice),
            name=person.name,
            sex=person.sex,
            born_on=person.born_on,
            ethnic="03" if person.name[0] in "丁郭" and dice.random() < 0.4 else "01",
            native_place="福建石狮",
            id_number=id_text or None,
            source="id_card",
            **common,
        )
    )
    if phone_text:
        rows.add(models.Phone(id=_key(dice), number=phone_text, belongs_to="本人", source="self_report", **common))
    if dice.random() < 0.96:
        address = f"{dice.choice(streets())}{dice.randint(1, 300)}号"
        rows.add(
            models.Residence(
                id=_key(dice),
                address=address,
                register_division=person.division,
                register_address=address,
                household_kind=dice.choice(["rural", "rural", "urban", "resident"]),
                source="household_book",
                **common,
            )
        )
    rows.add(
        models.Situation(
            id=_key(dice),
            politics=dice.choices(["01", "03", "13"], [48, 4, 48])[0],
            education=dice.choices(["30", "20", "60", "70", "80"], [14, 8, 33, 35, 10])[0],
            marriage=dice.choices(["10", "20", "30", "40"], [8, 80, 8, 4])[0],
            health=dice.choices(["good", "fair", "chronic", "serious"], [60, 25, 13, 2])[0],
            source="staff_check",
            **common,
        )
    )


def _service(
    dice: random.Random, rows: Rows, person: models.Person, born: date, common: dict[str, object], today: date
) -> None:
    enlisted = date(born.year + dice.randint(18, 20), dice.choice([3, 9, 11, 12]), 1)
    years = dice.choices([2, 3, 4, 5, 8, 12, 16, 20], [45, 20, 10, 8, 7, 6, 3, 1])[0]
    kind = "conscript" if years < 5 else "officer" if dice.random() < 0.12 else "sergeant"
    discharged = date(enlisted.year + years, dice.choice([9, 11, 12]), 1)
    if discharged > today:
        discharged = date(today.year, 9, 1)
    if enlisted > discharged:
        enlisted = date(discharged.year - 2, 9, 1)
    how = {
        "conscript": "returned" if discharged.year < 2011 else "self_employment",
        "sergeant": "arranged" if years >= 12 else "self_employment",
        "officer": "transferred",
    }[kind]
    rows.add(
        models.Service(
            id=_key(dice),
            enlisted_on=f"{enlisted:%Y-%m}",
            discharged_on=f"{discharged:%Y-%m}" if dice.random() < 0.97 else str(discharged.year),
            branch=dice.choices(["army", "navy", "air", "armed_police", "rocket"], [60, 12, 8, 18, 2])[0],
            unit=f"{dice.randint(31000, 96999)}部队",
            kind=kind,
            discharge_kind=how,
            certificate_kind={"conscript": "conscript", "sergeant": "sergeant", "officer": "transfer"}[kind],
            certificate_no=f"闽{dice.randrange(10**8):08d}",
            enlisted_from="福建石狮",
            source="discharge_paper",
            **common,
        )
    )
    code = {"conscript": "70", "sergeant": "70", "officer": "71"}[kind]
    rows.add(models.PersonClass(id=_key(dice), code=code, source="archive", **common))
    _more_classes(dice, rows, person, born, common, today)
    if dice.random() < 0.22:
        code = dice.choices(["commendation", "merit_3", "merit_2"], [70, 27, 3])[0]
        rows.add(
            models.Merit(id=_key(dice), code=code, awarded_on=str(discharged.year - 1), source="archive", **common)
        )
    if today.year - born.year < 62:
        job = dice.choices(["employed", "flexible", "self_employed", "unemployed", "farming"], [48, 22, 12, 4, 14])[0]
        rows.add(models.Employment(id=_key(dice), code=job, source="self_report", **common))


def _more_classes(
    dice: random.Random, rows: Rows, person: models.Person, born: date, common: dict[str, object], today: date
) -> None:
    age = today.year - born.year
    if age >= 60 and dice.random() < 0.7:
        rows.add(
            models.PersonClass(id=_key(dice), code="81", from_on=f"{born.year + 60}", source="civil_affairs", **common)
        )
    if 58 <= age <= 70 and dice.random() < 0.1:
        rows.add(models.PersonClass(id=_key(dice), code="51", source="archive", **common))
    if dice.random() < 0.025:
        cause = dice.choice(["war", "duty", "duty", "illness"])
        rows.add(
            models.Disability(
                id=_key(dice),
                grade=dice.randint(1, 6) if cause == "illness" else dice.randint(3, 10),
                cause=cause,
                source="archive",
                **common,
            )
        )
        rows.add(models.PersonClass(id=_key(dice), code="11", source="archive", **common))
    if dice.random() < 0.02:
        rows.add(
            models.Hardship(
                id=_key(dice),
                code=dice.choice(["illness", "housing", "work", "schooling"]),
                description="",
                source="staff_check",
                **common,
            )
        )


def _duplicates(dice: random.Random, rows: Rows, by: Actor) -> None:
    """The dirt that real lists have: the same man twice, once with a digit wrong, once with another character of the same sound."""
    alike = {"建": "健", "国": "囯", "明": "铭", "强": "墙", "志": "智", "辉": "晖"}
    for person in dice.sample([row for row in rows.people if not row.is_veteran or row.died_on], 36):
        id_text = person.id_number.reveal() if hasattr(person.id_number, "reveal") else str(person.id_number or "")
        called = "".join(alike.get(letter, letter) for letter in person.name)
        twin = models.Person(
            id=_key(dice),
            division=person.division,
            name=called,
            name_pinyin=person.name_pinyin,
            name_initials=person.name_initials,
            sex=person.sex,
            born_on=person.born_on,
            id_number=id_text or None,
            id_index=blind(id_text, "id_number"),
            is_veteran=False,
            registered_at=person.registered_at,
        )
        rows.people.append(twin)
        rows.add(
            models.Identity(
                id=_key(dice),
                person=twin,
                division=twin.division,
                name=called,
                sex=twin.sex,
                born_on=twin.born_on,
                id_number=id_text or None,
                source="import",
                known_since=twin.registered_at,
                recorded_by=by.id,
            )
        )


def _secretaries(dice: random.Random, rows: Rows, places: list[int], by: Actor) -> None:
    """Most villages are led by a veteran; the others by somebody who did not serve."""
    led = set(dice.sample(places, SECRETARIES))
    for place in places:
        here = [
            row
            for row in rows.people
            if row.division == place
            and row.died_on is None
            and row.left_on is None
            and row.is_veteran == (place in led)
            and "1950" < str(row.born_on) < "1997"
        ]
        if not here:
            raise RuntimeError(f"no candidate in {place}: choose another seed")
        person = dice.choice(here)
        rows.add(
            models.VillageOffice(
                id=_key(dice),
                person=person,
                division=place,
                code=dice.choice(["secretary", "secretary_director"]),
                village=place,
                term="第十三届",
                from_on="2021-11",
                source="staff_check",
                known_since=person.registered_at,
                recorded_by=by.id,
            )
        )
