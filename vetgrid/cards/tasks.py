"""Clockwork of cards: every night the temporary losses whose days are over end by themselves."""

from procrastinate.contrib.django import app

from vetgrid.cards.actions.holding import lapse_all
from vetgrid.core.clock import today
from vetgrid.core.scope import acting, system_actor


@app.periodic(cron="20 1 * * *")
@app.task(queueing_lock="end_temporary_losses", pass_context=False)
def end_temporary_losses(timestamp: int) -> None:
    by = system_actor("临时挂失到期")
    with acting(by):
        lapse_all(by=by, today=today())
