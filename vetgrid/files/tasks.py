"""Clockwork of files: every night those whose time is over are removed, uploads that nothing refers to among them."""

from procrastinate.contrib.django import app

from vetgrid.core.clock import today
from vetgrid.core.scope import acting, system_actor
from vetgrid.files.store import remove_over


@app.periodic(cron="0 3 * * *")
@app.task(queueing_lock="remove_files", pass_context=False)
def remove_files(timestamp: int) -> None:
    with acting(system_actor("到期清理")):
        remove_over(today=today())
