"""The demo county's service network: divisions, 139 stations with what they have, staff with posts, the rota."""

import csv
import random
import uuid
from datetime import date, timedelta

from django.conf import settings

from vetgrid.core.actor import Actor
from vetgrid.core.bulk import insert
from vetgrid.core.codes import codes
from vetgrid.core.crypto import blind
from vetgrid.core.pinyin import spell
from vetgrid.core.places import Level, full_code, level_of
from vetgrid.orgs.divisions_file import import_divisions
from vetgrid.orgs.models import (
    Division,
    FiveHave,
    NoticeBoard,
    Place,
    Post,
    ReceptionDay,
    Staff,
    Station,
    StationHonour,
)
from vetgrid.orgs.wordlists import name, phone

START = date(2018, 12, 28)


def load(dice: random.Random, *, county: str, by: Actor, today: date) -> None:
    """Fills an empty database; deterministic for the same dice."""
    import_divisions(
        settings.DATA / f"divisions-{county}.csv", county=county, open_stations=True, opened_on=START, by=by
    )
    code = full_code(county)
    Station(
        division=code, kind=Station.Kind.UNIVERSITY, name="石狮某高校退役军人服务站", opened_on=date(2021, 5, 20)
    ).save(force_insert=True)
    stations = list(Station.objects.order_by("division", "kind"))
    _station_facts(dice, stations)
    _honours(stations)
    _staff(dice, stations, today)
    _rota(today, code)


def _key(dice: random.Random) -> uuid.UUID:
    return uuid.UUID(int=dice.getrandbits(128), version=4)


def _day(dice: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=dice.randrange((last - first).days + 1))


def _station_facts(dice: random.Random, stations: list[Station]) -> None:
    haves, places, boards = [], [], []
    for station in stations:
        until = date(2020, 6, 30) if station.kind != Station.Kind.UNIVERSITY else date(2022, 6, 30)
        for have in codes("five_haves").codes:
            haves.append(
                FiveHave(
                    station=station,
                    division=station.division,
                    code=have.code,
                    from_on=_day(dice, station.opened_on, until),
                )
            )
        if station.kind == Station.Kind.UNIVERSITY:
            continue
        boards.append(
            NoticeBoard(
                station=station, division=station.division, code="board", from_on=_day(dice, START, date(2021, 12, 31))
            )
        )
        kinds = codes("place_kind").codes
        wanted = kinds if station.kind != Station.Kind.VILLAGE else dice.sample(kinds, dice.randint(3, 6))
        places += [
            Place(
                station=station,
                division=station.division,
                code=kind.code,
                from_on=_day(dice, START, date(2021, 12, 31)),
                area_m2=dice.randint(12, 90),
            )
            for kind in wanted
        ]
    insert(haves)
    insert(boards)
    insert(places)


def _honours(stations: list[Station]) -> None:
    """Which stations won what: from `data/demo/station_honours.csv`."""
    by_division = {station.division: station for station in stations if station.kind != Station.Kind.UNIVERSITY}
    with (settings.DATA / "demo" / "station_honours.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    insert(
        StationHonour(
            station=by_division[full_code(row["division"])],
            division=full_code(row["division"]),
            code=row["honour"],
            from_on=date.fromisoformat(row["on"]),
            issuer=row["issuer"],
        )
        for row in rows
    )


_TEAMS: dict[str, list[tuple[str, int]]] = {
    "city": [
        (Post.Kind.BUREAU_LEADER, 3),
        (Post.Kind.SECTION_CHIEF, 4),
        (Post.Kind.CENTRE_HEAD, 1),
        (Post.Kind.AFFAIRS_OFFICER, 6),
    ],
    "town": [
        (Post.Kind.TOWN_LEADER, 1),
        (Post.Kind.TOWN_COMMITTEE, 7),
        (Post.Kind.STATION_HEAD, 1),
        (Post.Kind.AFFAIRS_OFFICER, 2),
    ],
    "village": [(Post.Kind.VILLAGE_HEAD, 1), (Post.Kind.VILLAGE_COMMITTEE, 5), (Post.Kind.AFFAIRS_OFFICER, 1)],
}


def _staff(dice: random.Random, stations: list[Station], today: date) -> None:
    people, posts = [], []
    for station in stations:
        for kind, number in _TEAMS.get(station.kind, []):
            for at in range(number):
                started = (
                    START if at == 0 and kind != Post.Kind.AFFAIRS_OFFICER else _day(dice, START, date(2020, 12, 31))
                )
                left = _day(dice, date(2022, 1, 1), today) if kind == Post.Kind.VILLAGE_COMMITTEE and at == 4 else None
                person = _person(dice, station.division, started, left)
                people.append(person)
                posts.append(
                    Post(
                        id=_key(dice),
                        staff=person,
                        station=station,
                        division=station.division,
                        kind=kind,
                        from_on=started,
                        to_on=left,
                    )
                )
    insert(people)
    insert(posts)


def _person(dice: random.Random, division: int, started: date, left: date | None) -> Staff:
    called = name(dice, sex=dice.choice("112"), born=dice.randint(1965, 1995))
    number = phone(dice)
    return Staff(
        id=_key(dice),
        division=division,
        name=called,
        name_pinyin=spell(called)[0],
        phone=number,
        phone_index=blind(number, "phone"),
        started_on=started,
        ended_on=left,
    )


def _rota(today: date, county: int) -> None:
    leaders = list(Staff.objects.filter(division=county, posts__kind=Post.Kind.BUREAU_LEADER).order_by("id"))
    days = [today - timedelta(days=offset) for offset in range(-28, 120)]
    thursdays = [day for day in sorted(days) if day.isoweekday() == 4]
    insert(
        ReceptionDay(
            division=county,
            on=day,
            leader=leaders[at % len(leaders)],
            hours="09:00-11:30",
            place="市退役军人服务中心一楼接访室",
        )
        for at, day in enumerate(thursdays)
    )


def villages() -> list[Division]:
    return [row for row in Division.objects.order_by("code") if level_of(row.code) == Level.VILLAGE]
