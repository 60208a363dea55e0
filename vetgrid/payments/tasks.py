"""Clockwork of payments: drafts, returns, gates and releases of large runs, each in the name of who asked; twice does no harm."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from vetgrid.accounts.sessions import actor_of
from vetgrid.core.clock import today
from vetgrid.core.cut_off import CUT_OFF
from vetgrid.core.errors import Refused
from vetgrid.core.scope import acting, system_actor
from vetgrid.payments.actions import asking, gating, releasing, working
from vetgrid.payments.jobs import Stopped
from vetgrid.payments.models import PayJob, PayRun

_WAITED = timedelta(seconds=20)
"""A step that waits this long may have lost its job with the database that was killed."""


def queue(run_id: UUID) -> None:
    """Puts the run's pending step into the queue, in the caller's transaction; steps of one run never run side by side."""
    do_step.configure(lock=_lock(run_id)).defer(run_id=str(run_id))


def _lock(run_id: UUID) -> str:
    return f"pay_run:{run_id}"


@app.task(retry=CUT_OFF)
def do_step(run_id: str) -> None:
    """The pending step, when the run still waits for one: after a kill the job comes again and finds it undone or done."""
    with acting(system_actor("后台任务")):
        run = PayRun.objects.filter(pk=run_id).exclude(pending="").first()
        by = actor_of(run.pending_by) if run is not None and run.pending_by is not None else None
    if run is None:
        return
    if by is None:
        _give_up(run, "交办人的账号已停用或没有角色,请由其他有权限的人员办理。")
        return
    try:
        with acting(by):
            if run.pending == "gate":
                gating.run_gate(run_id=run.id, by=by, today=today())
            else:
                releasing.release(run_id=run.id, format_key=run.pending_format, by=by, today=today())
    except Refused as error:
        _give_up(run, error.sentence)


def _give_up(run: PayRun, sentence: str) -> None:
    with acting(system_actor("后台任务")) as system:
        working.give_up(run_id=run.id, move=run.pending, sentence=sentence, by=system)


def queue_job(job_id: UUID) -> None:
    """Puts a job into the queue, in the caller's transaction; it never runs beside itself."""
    do_job.configure(lock=_job_lock(job_id)).defer(job_id=str(job_id))


def _job_lock(job_id: UUID) -> str:
    return f"pay_job:{job_id}"


@app.task(retry=CUT_OFF)
def do_job(job_id: str) -> None:
    """A draft or a return. What is refused becomes the job's sentence; what was cancelled in the middle left nothing."""
    key = UUID(job_id)
    with acting(system_actor("后台任务")) as system:
        if not asking.begin_job(job_id=key, by=system):
            return
        by = actor_of(PayJob.objects.values_list("asked_by", flat=True).get(pk=key))
    sentence = "交办人的账号已停用或没有角色,请由其他有权限的人员办理。"
    if by is not None:
        try:
            with acting(by):
                asking.work_job(job_id=key, by=by, today=today())
        except Stopped:
            return
        except Refused as error:
            sentence = error.sentence
        else:
            return
    with acting(system_actor("后台任务")) as system:
        asking.fail_job(job_id=key, sentence=sentence, by=system)


@app.periodic(cron="* * * * * */15")
@app.task(queueing_lock="payments_pending", pass_context=False)
def pick_up(timestamp: int) -> None:
    """Queues again what waits for a job that is no longer there; one that stalled is taken up by the worker's own rescue."""
    with acting(system_actor("后台任务")):
        waiting = PayRun.objects.exclude(pending="").filter(pending_at__lt=timezone.now() - _WAITED)
        for run_id in list(waiting.values_list("pk", flat=True)):
            if not ProcrastinateJob.objects.filter(lock=_lock(run_id), status__in=["todo", "doing"]).exists():
                queue(run_id)
        late = PayJob.objects.filter(state__in=("waiting", "running"), asked_at__lt=timezone.now() - _WAITED)
        for job_id in list(late.values_list("pk", flat=True)):
            if not ProcrastinateJob.objects.filter(lock=_job_lock(job_id), status__in=["todo", "doing"]).exists():
                queue_job(job_id)
