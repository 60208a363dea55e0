"""Clockwork of accounts: every night sessions that ended long ago are deleted; the trail keeps who signed in when."""

from procrastinate.contrib.django import app

from vetgrid.accounts.forgetting import forget_sessions
from vetgrid.core.clock import today
from vetgrid.core.scope import acting, system_actor


@app.periodic(cron="55 2 * * *")
@app.task(queueing_lock="forget_sessions", pass_context=False)
def forget_staff_sessions(timestamp: int) -> None:
    with acting(system_actor("到期清理")):
        forget_sessions(today=today())
