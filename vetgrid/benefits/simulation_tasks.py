"""Clockwork of simulations: each is worked out by the worker, in the name of who asked, and removed when its time is over."""

import logging
from uuid import UUID

from procrastinate.contrib.django import app

from vetgrid.accounts.sessions import actor_of
from vetgrid.benefits.actions import simulating
from vetgrid.core.clock import today
from vetgrid.core.cut_off import CUT_OFF
from vetgrid.core.errors import Refused
from vetgrid.core.scope import acting, system_actor

_log = logging.getLogger("vetgrid.benefits")


@app.task(retry=CUT_OFF)
def run_simulation(simulation_id: str, asker: str) -> None:
    """A refusal becomes the sentence on the page; so does what nobody thought of, with its trace in the log."""
    with acting(system_actor("后台任务")):
        by = actor_of(UUID(asker))
    if by is None:
        return
    try:
        simulating.run(simulation_id=UUID(simulation_id), by=by)
    except Refused as error:
        _fail(simulation_id, error.sentence)
    except (ArithmeticError, ValueError):
        _log.exception("simulation %s", simulation_id)
        _fail(simulation_id, "测算没有完成:假设的数字或规则算不出结果。请检查后重新模拟。")


@app.periodic(cron="40 2 * * *")
@app.task(queueing_lock="purge_simulations", pass_context=False)
def purge_simulations(timestamp: int) -> None:
    """Every night: what is kept no longer is removed, not only hidden."""
    with acting(system_actor("政策模拟清理")) as by:
        simulating.purge(by=by, today=today())


def _fail(simulation_id: str, sentence: str) -> None:
    with acting(system_actor("后台任务")):
        simulating.fail(UUID(simulation_id), sentence)
