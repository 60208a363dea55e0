"""Clockwork of benefits: the nightly look at everybody, a second look at a person whose facts changed, and batches."""

from uuid import UUID

from procrastinate.contrib.django import app

from vetgrid.benefits.actions import confirming, running, sweeping
from vetgrid.benefits.spelling import refresh_places, settle
from vetgrid.core.clock import today
from vetgrid.core.cut_off import CUT_OFF
from vetgrid.core.errors import Refused
from vetgrid.core.places import NATION, Level, Places
from vetgrid.core.ruling.months import month_on
from vetgrid.core.scope import acting, system_actor
from vetgrid.orgs.models import Division


@app.periodic(cron="10 3 * * *")
@app.task(queueing_lock="look_at_benefits", pass_context=False)
def look_at_benefits(timestamp: int) -> None:
    """Every night: spells anew, confirmations noted in the files, lapses, findings; one transaction a step and place."""
    by = system_actor("待遇巡查")
    with acting(by):
        counties = _counties()
    for county in counties:
        with acting(by):
            refresh_places(Places.of([county]))
            confirming.confirm_from_files(places=Places.of([county]), by=by, today=today())
            confirming.lapse(places=Places.of([county]), by=by, today=today())
        for village in _villages(county):
            with acting(by):
                sweeping.sweep(division=village, month=month_on(today()), by=by, today=today())


def _counties() -> list[int]:
    return list(Division.objects.filter(level=Level.COUNTY, closed_on=None).values_list("code", flat=True))


def _villages(county: int) -> list[int]:
    with acting(system_actor("待遇巡查")):
        return running.villages(county)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="look_again", pass_context=False)
def look_again(timestamp: int) -> None:
    """Every minute: whoever's facts or awards changed meanwhile."""
    by = system_actor("待遇巡查")
    with acting(by):
        for county in _counties():
            people = settle(county)
            if people:
                sweeping.sweep_people(people, division=county, by=by, today=today())


@app.task(retry=CUT_OFF)
def work_run(run_id: str) -> None:
    """Goes through a batch village by village; each is a transaction of its own, so that a killed worker loses one at most."""
    by = system_actor("批量测算", division=NATION)
    with acting(by):
        if not running.begin_run(UUID(run_id), by=by):
            return
    try:
        while _one_village(run_id):
            pass
    except Refused as error:
        with acting(by):
            running.fail_run(UUID(run_id), error.sentence)


def _one_village(run_id: str) -> bool:
    by = system_actor("批量测算", division=NATION)
    with acting(by):
        return running.next_village(UUID(run_id), by=by, today=today())
