"""Clockwork of items: the ladder is swept every five minutes, provisional due dates are counted anew every night."""

from procrastinate.contrib.django import app

from vetgrid.core.clock import today
from vetgrid.core.scope import acting, system_actor
from vetgrid.work import sweeping


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="sweep_ladder", pass_context=False)
def sweep_ladder(timestamp: int) -> None:
    with acting(system_actor("到期提醒")):
        sweeping.sweep(today=today())


@app.periodic(cron="20 2 * * *")
@app.task(queueing_lock="recount_clocks", pass_context=False)
def recount_clocks(timestamp: int) -> None:
    with acting(system_actor("工作日历")):
        sweeping.recount()
