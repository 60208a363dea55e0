"""Clockwork of citizens: every night what has served its purpose is deleted."""

from procrastinate.contrib.django import app

from vetgrid.citizens.actions.forgetting import forget
from vetgrid.core.clock import today
from vetgrid.core.scope import acting, system_actor


@app.periodic(cron="50 2 * * *")
@app.task(queueing_lock="forget_citizens", pass_context=False)
def forget_used(timestamp: int) -> None:
    with acting(system_actor("到期清理")):
        forget(today=today())
