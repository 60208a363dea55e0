"""Clockwork of appeals: every night the early-warning rules look over the county's records."""

from procrastinate.contrib.django import app

from vetgrid.appeals.actions.warning import look
from vetgrid.core.clock import today
from vetgrid.core.scope import acting, system_actor


@app.periodic(cron="40 2 * * *")
@app.task(queueing_lock="look_for_warnings", pass_context=False)
def look_for_warnings(timestamp: int) -> None:
    by = system_actor("源头预警")
    with acting(by):
        look(by=by, today=today())
