"""Clockwork of the registry: reading, checking and loading imports, making exports; each in the name of who asked."""

from collections.abc import Callable
from uuid import UUID

from procrastinate.contrib.django import app

from vetgrid.accounts.sessions import actor_of
from vetgrid.core.actor import Actor
from vetgrid.core.clock import now, today
from vetgrid.core.cut_off import CUT_OFF
from vetgrid.core.errors import Conflict, Refused
from vetgrid.core.scope import acting, system_actor
from vetgrid.registry.intake import actions, exporting
from vetgrid.registry.models import ExportRun, ImportBatch


def _as_asker(asker: str, work: Callable[[Actor], object], failed: Callable[[str], object]) -> None:
    """Runs the work in the asker's scope. A refusal becomes the batch's error sentence; a step already done is left alone."""
    with acting(system_actor("后台任务")):
        by = actor_of(UUID(asker))
    if by is None:
        return
    try:
        with acting(by):
            work(by)
    except Conflict as conflict:
        if conflict.code != "conflict":
            with acting(by):
                failed(conflict.sentence)
    except Refused as error:
        with acting(by):
            failed(error.sentence)


def _fail_batch(batch_id: str) -> Callable[[str], object]:
    return lambda sentence: ImportBatch.objects.filter(pk=batch_id).update(
        state=ImportBatch.State.FAILED, error=sentence[:300], finished_at=now()
    )


@app.task(retry=CUT_OFF)
def read_sheet(batch_id: str, asker: str) -> None:
    _as_asker(asker, lambda by: actions.read_sheet(batch_id=UUID(batch_id), by=by), _fail_batch(batch_id))


@app.task(retry=CUT_OFF)
def check_rows(batch_id: str, asker: str) -> None:
    _as_asker(asker, lambda by: actions.check(batch_id=UUID(batch_id), by=by, today=today()), _fail_batch(batch_id))


@app.task(retry=CUT_OFF)
def load_rows(batch_id: str, asker: str) -> None:
    _as_asker(asker, lambda by: actions.load(batch_id=UUID(batch_id), by=by, today=today()), _fail_batch(batch_id))


@app.task(retry=CUT_OFF)
def make_export(run_id: str, asker: str) -> None:
    def failed(sentence: str) -> object:
        return ExportRun.objects.filter(pk=run_id).update(state=ExportRun.State.FAILED, error=sentence[:300])

    _as_asker(asker, lambda by: exporting.make(run_id=UUID(run_id), by=by, today=today()), failed)
