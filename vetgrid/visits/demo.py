"""The demo county's visits: what contacts wrote down in the last half year."""

import random
import uuid
from datetime import date, datetime, time, timedelta

from vetgrid.core.actor import Actor
from vetgrid.core.bulk import insert
from vetgrid.core.clock import CHINA
from vetgrid.grid.models import Duty, Membership
from vetgrid.visits.models import Visit

VISITS = 1_800
_TEXTS = (
    "身体硬朗,家里一切都好。",
    "说起在部队的日子,很高兴。",
    "膝盖疼,想去医院看看,已告知体检安排。",
    "儿子在外地,过年回来。提醒了防诈骗。",
    "问了老年生活补助的条件,已说明。",
    "家里修屋顶,暂住女儿家。",
    "想找一份看门的工作,已登记。",
)
_NEEDS: tuple[list[str], ...] = (["medical"], ["policy"], ["job"], ["living"], [], [], [])


def load(dice: random.Random, *, by: Actor, today: date) -> None:
    contacts = {
        duty.cell_id: duty
        for duty in Duty.objects.filter(kind=Duty.Kind.CONTACT, to_on=None).select_related("staff").order_by("id")
    }
    members = list(
        Membership.objects.filter(to_on=None)
        .order_by("person_id")
        .values_list("person_id", "cell_id", "division", "person__version")
    )
    rows = []
    for person_id, cell_id, division, version in dice.sample(members, min(VISITS, len(members))):
        staff = contacts[cell_id].staff
        at = datetime.combine(
            today - timedelta(days=dice.randrange(1, 180)), time(8 + dice.randrange(10), dice.randrange(60)), CHINA
        )
        which = dice.randrange(len(_TEXTS))
        rows.append(
            Visit(
                id=uuid.UUID(int=dice.getrandbits(128), version=4),
                client_id=uuid.UUID(int=dice.getrandbits(128), version=4),
                digest="demo",
                person_id=person_id,
                division=division,
                staff=staff,
                visited_at=at,
                way=dice.choices(["home", "phone", "station"], [60, 32, 8])[0],
                text=_TEXTS[which],
                needs=_NEEDS[which],
                base_version=version,
                recorded_by=by.id,
                recorded_by_name=staff.name,
                recorded_at=at + timedelta(minutes=20),
            )
        )
    insert(rows)
