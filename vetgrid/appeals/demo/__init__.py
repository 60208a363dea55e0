"""The demo county's matters of five years: visits, appeals, mediations, consultations, ratings; the open ones by the real actions."""

import csv
import random
import uuid
from datetime import date

from django.conf import settings

from vetgrid.appeals.actions import warning
from vetgrid.appeals.demo.drawing import County
from vetgrid.appeals.demo.finished import finished_appeals
from vetgrid.appeals.demo.opened import open_matters
from vetgrid.appeals.demo.past import answered_consultations, finished_mediations, receptions
from vetgrid.appeals.models import Series
from vetgrid.core.actor import Actor
from vetgrid.core.bulk import insert
from vetgrid.core.crypto import blind
from vetgrid.core.pinyin import spell
from vetgrid.core.places import full_code
from vetgrid.orgs.models import Post, Staff, Station
from vetgrid.orgs.wordlists import name, phone
from vetgrid.registry.models import Person
from vetgrid.work.sweeping import sweep

SEED = 581_003


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
    receptions(place)
    finished_appeals(place)
    finished_mediations(place)
    answered_consultations(place)
    insert(
        Series(division=code, key=f"{kind}-{year}", last=last) for (kind, year), last in sorted(place.numbers.items())
    )
    open_matters(place)
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
