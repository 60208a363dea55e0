"""Clockwork of the trail: a seal every minute."""

from procrastinate.contrib.django import app

from vetgrid.audit.chain import seal_finished
from vetgrid.core.scope import acting, system_actor


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="seal_trail", pass_context=False)
def seal_trail(timestamp: int) -> None:
    """Seals what has finished; idempotent, so a killed run does no harm."""
    with acting(system_actor("审计封条")):
        seal_finished()
