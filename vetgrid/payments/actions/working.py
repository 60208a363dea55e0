"""Do: hand a step of a large run to the worker, and note when it could not be done."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from vetgrid.core.actor import Actor
from vetgrid.core.errors import Conflict
from vetgrid.payments.actions.acting import begin, locked
from vetgrid.payments.models import PayRun
from vetgrid.payments.policy import threshold

STEPS = ("gate", "release")
"""The moves that the worker does when the run is large."""


def is_large(run: PayRun, *, today: date) -> bool:
    return max(run.claims, run.payees) >= int(threshold("large_work", on=today)["rows"])


@transaction.atomic
def ask_for(
    *, run_id: UUID, move: str, by: Actor, today: date, format_key: str = "", version: int | None = None
) -> PayRun:
    """Checks the right to the move now and marks the run; the door then puts the work into the queue, in the same transaction."""
    run = begin(run_id, move, by=by, today=today, version=version).run
    if move not in STEPS:
        raise Conflict("这个办理动作不在后台办理。")
    if run.pending:
        raise Conflict("这个批次已经在后台办理,请稍候。")
    run.pending, run.pending_by, run.pending_at, run.pending_format = move, by.id, timezone.now(), format_key
    run.problem = ""
    run.save(update_fields=["pending", "pending_by", "pending_at", "pending_format", "problem"])
    return run


@transaction.atomic
def give_up(*, run_id: UUID, move: str, sentence: str, by: Actor) -> None:
    """The step was refused: the run is free again and says why."""
    run = locked(run_id)
    if run.pending == move:
        run.pending, run.problem = "", sentence[:300]
        run.save(update_fields=["pending", "problem"])
