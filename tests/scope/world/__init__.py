"""Two towns with the same things in each: whatever stands in town B carries a mark that must never show in town A.

`rows_of` makes one row of every protected table in a village, its town and the county's other town. A new table without
an entry here fails the probe.
"""

from typing import Any

from django.utils import timezone

from tests import builders as make
from tests.scope.world.marks import DAY, IDS, MARK_A, MARK_B, PHONES, PLACES
from tests.scope.world.town import town
from vetgrid.core.scope import acting
from vetgrid.policies import models as policies

__all__ = ["DAY", "IDS", "MARK_A", "MARK_B", "PHONES", "PLACES", "build"]


def build() -> dict[str, dict[str, Any]]:
    """Both towns filled; returns mark -> name of thing -> row."""
    make.county()
    towns = {mark: town(mark) for mark in (MARK_A, MARK_B)}
    with acting(make.system()):
        for things in towns.values():
            things["policy"] = policies.Policy.objects.create(
                division=make.COUNTY,
                title=f"公开政策{things['station'].division}",
                issuer="县局",
                level="county",
                issued_on=DAY,
                effective_from=DAY,
            )
            things["clause"] = policies.Clause.objects.create(
                division=make.COUNTY,
                policy=things["policy"],
                position=1,
                label="第一条",
                text="公开",
                effective_from=DAY,
                words=["公开"],
                title_words=["公开"],
            )
            things["faq"] = policies.Faq.objects.create(
                division=make.COUNTY,
                question="公开",
                answer="公开",
                words=["公开"],
                proposed_by=make.system().id,
                proposed_by_name="公开",
                proposed_at=timezone.now(),
            )
    return towns
