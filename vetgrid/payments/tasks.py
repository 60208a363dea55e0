"""Clockwork of payments: gates and releases of large runs, each in the name of who asked; twice does no harm."""

from uuid import UUID

from procrastinate.contrib.django import app

from vetgrid.accounts.sessions import actor_of
from vetgrid.core.clock import today
from vetgrid.core.errors import Refused
from vetgrid.core.scope import acting, system_actor
from vetgrid.payments.actions import gating, releasing, working
from vetgrid.payments.models import PayRun


@app.task
def do_step(run_id: str, move: str, asker: str, format_key: str = "") -> None:
    """The step, when the run still waits for it: after a kill the job comes again and finds the step undone or done."""
    with acting(system_actor("后台任务")):
        by = actor_of(UUID(asker))
    if by is None:
        return
    try:
        with acting(by):
            if not PayRun.objects.filter(pk=run_id, pending=move).exists():
                return
            if move == "gate":
                gating.run_gate(run_id=UUID(run_id), by=by, today=today())
            elif move == "release":
                releasing.release(run_id=UUID(run_id), format_key=format_key, by=by, today=today())
    except Refused as error:
        with acting(by):
            working.give_up(run_id=UUID(run_id), move=move, sentence=error.sentence, by=by)
