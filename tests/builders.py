"""Plain builders for tests: a small county of two towns, and one function for each thing that a test needs.

All build through the models, in the scope of a system task, and return the saved row.
"""

from datetime import date
from typing import Any

from django.utils import timezone

from vetgrid.accounts.models import Grant, Session, User
from vetgrid.accounts.sessions import COOKIE, hash_of, held_from, new_token
from vetgrid.core.actor import Actor
from vetgrid.core.clock import now
from vetgrid.core.crypto import blind
from vetgrid.core.ids import new_id
from vetgrid.core.places import Level, full_code, level_of, parent_of
from vetgrid.core.scope import acting, system_actor
from vetgrid.grid.models import Cell, Duty, Membership
from vetgrid.orgs.models import Division, Post, Staff, Station
from vetgrid.registry.models import Identity, Person

TODAY = date(2023, 12, 28)
COUNTY = full_code("350581")
TOWN_A, TOWN_B = full_code("350581100"), full_code("350581101")
VILLAGE_A1, VILLAGE_A2 = full_code("350581100201"), full_code("350581100202")
VILLAGE_B1 = full_code("350581101201")

NAMES = {
    full_code("35"): "福建省",
    full_code("3505"): "泉州市",
    COUNTY: "石狮市",
    TOWN_A: "灵秀镇",
    TOWN_B: "宝盖镇",
    VILLAGE_A1: "仕林村委会",
    VILLAGE_A2: "灵狮村委会",
    VILLAGE_B1: "坑东村委会",
}


def system() -> Actor:
    return system_actor("测试准备")


def county() -> None:
    """The divisions of two towns, and a station for each of them."""
    with acting(system()):
        for code, name in sorted(NAMES.items()):
            level = level_of(code)
            parent = parent_of(code) if level > Level.PROVINCE else None
            Division.objects.get_or_create(
                code=code, defaults={"name": name, "level": level, "parent_id": parent, "opened_on": date(2018, 12, 28)}
            )
            if level >= Level.COUNTY:
                station(code)


def station(division: int, **values: Any) -> Station:
    kind = {Level.COUNTY: "city", Level.TOWN: "town", Level.VILLAGE: "village"}[level_of(division)]
    with acting(system()):
        return Station.objects.create(
            **{
                "division": division,
                "kind": kind,
                "name": f"{NAMES.get(division, division)}退役军人服务站",
                "opened_on": date(2018, 12, 28),
            }
            | values
        )


def staff(division: int, name: str = "蔡文明", post: str = "village_committee", **values: Any) -> Staff:
    with acting(system()):
        found = Staff.objects.create(
            **{"division": division, "name": name, "name_pinyin": "caiwenming", "started_on": date(2019, 1, 1)} | values
        )
        Post.objects.create(staff=found, division=division, kind=post, from_on=date(2019, 1, 1))
        return found


def staffed_county() -> dict[str, Any]:
    """The county with people at work: village A1 and its town, another village, the city, the discipline group."""
    county()
    places = {"village": VILLAGE_A1, "other_village": VILLAGE_B1, "town": TOWN_A, "city": COUNTY}
    with acting(system()):
        found: dict[str, Any] = {key: Station.objects.get(division=code) for key, code in places.items()}
    for key, division, post in (
        ("officer", VILLAGE_A1, "affairs_officer"),
        ("head", VILLAGE_A1, "village_head"),
        ("other_officer", VILLAGE_B1, "affairs_officer"),
        ("other_head", VILLAGE_B1, "village_head"),
        ("town_officer", TOWN_A, "affairs_officer"),
        ("town_head", TOWN_A, "station_head"),
        ("city_officer", COUNTY, "affairs_officer"),
        ("chief", COUNTY, "section_chief"),
        ("leader", COUNTY, "bureau_leader"),
        ("discipline", COUNTY, "discipline"),
        ("discipline_2", COUNTY, "discipline"),
    ):
        found[key] = staff(division, key, post=post)
    with acting(system()):
        for station in ("village", "other_village", "town", "city"):
            at = found[station]
            Post.objects.filter(division=at.division).exclude(kind="discipline").update(station=at)
    roles = {
        "clerk": ("village_clerk", VILLAGE_A1, "officer"),
        "other_clerk": ("village_clerk", VILLAGE_B1, "other_officer"),
        "town_clerk": ("town_head", TOWN_A, "town_officer"),
        "town_boss": ("town_head", TOWN_A, "town_head"),
        "city_clerk": ("city_clerk", COUNTY, "city_officer"),
        "section": ("section_chief", COUNTY, "chief"),
        "boss": ("bureau_leader", COUNTY, "leader"),
        "inspector": ("discipline_officer", COUNTY, "discipline"),
    }
    found |= {f"as_{key}": actor(role, at, key, staff=found[who]) for key, (role, at, who) in roles.items()}
    return found


def cell(division: int, name: str = "第一微网格", *, contact: Staff | None = None, deputy: Staff | None = None) -> Cell:
    with acting(system()):
        first = not Cell.objects.filter(division=division, closed_on=None).exists()
        found = Cell.objects.create(division=division, name=name, opened_on=date(2019, 1, 1), is_default=first)
        for kind, who in (
            ("contact", contact or staff(division, "林志强")),
            ("deputy", deputy or staff(division, "陈美玲")),
        ):
            Duty.objects.create(division=division, cell=found, kind=kind, staff=who, from_on=date(2019, 1, 1))
        return found


def person(division: int, name: str = "王建国", *, id_number: str = "", phone: str = "", **values: Any) -> Person:
    """A person who is no veteran unless `is_veteran=True` is given (then use `veteran`)."""
    with acting(system()):
        found = Person.objects.create(
            **{
                "division": division,
                "name": name,
                "name_pinyin": "wangjianguo",
                "name_initials": "wjg",
                "sex": "1",
                "born_on": "1965-03-12",
                "id_number": id_number or None,
                "id_index": blind(id_number, "id_number"),
                "phone": phone or None,
                "phone_index": blind(phone, "phone"),
                "registered_at": now(),
            }
            | values
        )
        Identity.objects.create(
            person=found,
            division=division,
            name=name,
            sex="1",
            born_on=found.born_on,
            id_number=id_number or None,
            source="id_card",
            known_since=now(),
            recorded_by=system().id,
        )
        return found


def veteran(division: int, name: str = "王建国", *, at: Cell | None = None, **values: Any) -> Person:
    """A living veteran with a cell, contact and deputy."""
    with acting(system()):
        at = at or Cell.objects.filter(division=division, closed_on=None).first() or cell(division)
        found = person(division, name, is_veteran=True, **values)
        Membership.objects.create(person=found, cell=at, division=division, from_on=date(2019, 1, 1))
        return found


def actor(role: str, at: int, name: str = "测试人员", *, staff: Staff | None = None) -> Actor:
    """Someone with this role at this place, without an account."""
    return Actor(id=new_id(), name=name, held=held_from([(role, at)]), staff_id=staff.id if staff else None)


def user(
    username: str, *grants: tuple[str, int], name: str = "测试人员", staff: Staff | None = None, **values: Any
) -> User:
    """An account with grants; it cannot sign in by password unless `password` (a hash) is given."""
    with acting(system()):
        home = grants[0][1] if grants else COUNTY
        found = User.objects.create(
            **{
                "division": home,
                "username": username,
                "password": "!",
                "name": name,
                "staff": staff,
                "must_change_password": False,
                "password_changed_at": timezone.now(),
            }
            | values
        )
        for role, at in grants:
            Grant.objects.create(user=found, role=role, division=at, from_on=date(2019, 1, 1), granted_by=system().id)
        return found


def sign_in(client: Any, who: User) -> str:
    """Gives the test client an open session of this user, second factor passed; returns the token."""
    token = new_token()
    with acting(system()):
        Session.objects.create(
            user=who,
            division=who.division,
            token_hash=hash_of(token),
            started_at=timezone.now(),
            last_seen_at=timezone.now(),
            address="127.0.0.1",
            agent="test",
            second_factor_at=timezone.now(),
        )
    client.cookies[COOKIE] = token
    return token


def id_number(first_17: str) -> str:
    """An invented ID number with the right check character."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    rest = sum(int(digit) * weight for digit, weight in zip(first_17, weights, strict=True)) % 11
    return first_17 + "10X98765432"[rest]
