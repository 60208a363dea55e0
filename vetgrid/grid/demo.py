"""The demo county's grid: cells for every village, the chain above them, and hand-overs in the past."""

import random
import uuid
from datetime import date, timedelta

from vetgrid.core.bulk import insert
from vetgrid.core.places import Level, level_of
from vetgrid.grid.models import Cell, Duty, Membership
from vetgrid.orgs.models import Division, Post, Staff

START = date(2019, 1, 1)
_NAMES = ("第一微网格", "第二微网格", "第三微网格")


def load(dice: random.Random, *, veterans: list[tuple[uuid.UUID, int, date]], today: date) -> None:
    """Cells, duties and memberships; every living veteran in `veterans` (id, village, first day) gets a contact."""
    committee: dict[int, list[Staff]] = {}
    posts = Post.objects.filter(to_on=None).select_related("staff").order_by("division", "id")
    holders: dict[tuple[int, str], list[Staff]] = {}
    for post in posts:
        holders.setdefault((post.division, post.kind), []).append(post.staff)
        if post.kind in (Post.Kind.VILLAGE_COMMITTEE, Post.Kind.AFFAIRS_OFFICER):
            committee.setdefault(post.division, []).append(post.staff)
    cells: dict[int, list[Cell]] = {}
    duties: list[Duty] = []
    for division in Division.objects.order_by("code"):
        if level_of(division.code) == Level.TOWN:
            duties.append(_duty(dice, "town_leader", division.code, holders[(division.code, Post.Kind.TOWN_LEADER)][0]))
        elif level_of(division.code) == Level.VILLAGE:
            cells[division.code] = _village(dice, division, committee[division.code], holders, duties)
    insert(cell for found in cells.values() for cell in found)
    insert(duties)
    insert(
        Membership(
            id=_key(dice),
            person_id=person,
            cell=(cell := dice.choice(cells[place])),
            division=place,
            from_on=max(cell.opened_on, first),
            reason="建网归属",
        )
        for person, place, first in veterans
    )


def _key(dice: random.Random) -> uuid.UUID:
    return uuid.UUID(int=dice.getrandbits(128), version=4)


def _duty(
    dice: random.Random,
    kind: str,
    division: int,
    staff: Staff,
    *,
    cell: Cell | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
) -> Duty:
    start = from_on or max(START, staff.started_on)
    return Duty(
        id=_key(dice),
        kind=kind,
        division=division,
        cell=cell,
        staff=staff,
        from_on=start,
        to_on=to_on,
        reason="" if to_on is None else "工作调整",
    )


def _village(
    dice: random.Random,
    division: Division,
    committee: list[Staff],
    holders: dict[tuple[int, str], list[Staff]],
    duties: list[Duty],
) -> list[Cell]:
    town_members = holders[(division.parent_id or 0, Post.Kind.TOWN_COMMITTEE)]
    duties.append(_duty(dice, "area_member", division.code, dice.choice(town_members)))
    duties.append(_duty(dice, "group_head", division.code, holders[(division.code, Post.Kind.VILLAGE_HEAD)][0]))
    found = []
    for at in range(dice.choice([1, 2, 2, 3])):
        contact, deputy, former = dice.sample(committee, 3)
        cell = Cell(
            id=_key(dice),
            division=division.code,
            name=_NAMES[at],
            area=f"第{at * 4 + 1}至{at * 4 + 4}村民小组",
            opened_on=date(2021, 1, 1),
            is_default=at == 0,
        )
        found.append(cell)
        changed = cell.opened_on + timedelta(days=dice.randrange(200, 900)) if dice.random() < 0.3 else None
        if changed is not None:
            duties.append(
                _duty(dice, "contact", division.code, former, cell=cell, from_on=cell.opened_on, to_on=changed)
            )
        duties.append(_duty(dice, "contact", division.code, contact, cell=cell, from_on=changed or cell.opened_on))
        duties.append(_duty(dice, "deputy", division.code, deputy, cell=cell, from_on=cell.opened_on))
    return found
