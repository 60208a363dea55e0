"""Do: hand drafting and reading returns to the background, cancel it, take it up again; the worker's own steps are here too."""

from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.errors import Conflict, Invalid, NotAllowed, NotFound
from vetgrid.core.permission import Permission
from vetgrid.core.scope import knowing
from vetgrid.files.store import content, keep
from vetgrid.payments import bankfile, jobs
from vetgrid.payments.actions.acting import begin
from vetgrid.payments.actions.drafting import draft_reissue
from vetgrid.payments.actions.returning import take_return
from vetgrid.payments.models import PayJob, PayRun
from vetgrid.payments.permissions import PaymentsPermission
from vetgrid.payments.states import BEFORE_RELEASE, JOB

Kind = PayJob.Kind
_RIGHT: dict[str, Permission] = {
    Kind.MONTH: PaymentsPermission.PREPARE,
    Kind.REISSUE: PaymentsPermission.PREPARE,
    Kind.RETURNED: PaymentsPermission.RECONCILE,
}


@transaction.atomic
def ask_for_draft(*, kind: str, division: int, month: date, label: str, by: Actor, today: date) -> PayJob:
    """交后台编制: of a month from all awards, or of what the ledger still owes. One of a kind and place at a time."""
    require(by, PaymentsPermission.PREPARE, at=division)
    if kind not in (Kind.MONTH, Kind.REISSUE):
        raise Invalid(fields={"kind": "请选择编制的种类。"})
    job = PayJob(kind=kind, division=division, month=month.replace(day=1), label=label[:80])
    return _asked(job, by=by)


def _must_be_released(division: int) -> None:
    """What a run before has not yet booked would be due a second time: the gate would stop it, but only after everybody's work."""
    waiting = PayRun.objects.filter(division=division, kind=PayRun.Kind.REGULAR, state__in=BEFORE_RELEASE)
    if (run := waiting.order_by("number").first()) is not None:
        raise Conflict(f"批次 {run.number}“{run.label}”还没有放行,里面的款项会被重复编制。请先办完它,或作废后再编制。")


@transaction.atomic
def ask_to_take_return(
    *, run_id: UUID, body: bytes, name: str, format_key: str, by: Actor, today: date, version: int | None = None
) -> PayJob:
    """交后台登记回盘: right, state and file are looked at now; the rows are matched by the worker."""
    form = bankfile.format_of(format_key, "returned")
    run = begin(run_id, "take_return", by=by, today=today, version=version).run
    bankfile.check(form, body)
    stored = keep(
        body,
        name=name,
        media_type="application/octet-stream",
        kind="payment",
        division=run.division,
        by=by,
        today=today,
    )
    label = f"{run.number} {name}"[:80]
    return _asked(
        PayJob(kind=Kind.RETURNED, division=run.division, run=run, file=stored.id, format_key=format_key, label=label),
        by=by,
    )


def _check_turn(job: PayJob) -> None:
    """Raises Conflict while another job of the kind and place is worked on, or a run of the place waits to be released."""
    with connection.cursor() as cursor:  # two who ask at once would not see one another's job
        cursor.execute("SELECT pg_advisory_xact_lock(7303, %s)", [job.division % 2_147_483_647])
    others = PayJob.objects.filter(kind=job.kind, division=job.division, run=job.run).exclude(pk=job.pk)
    if others.filter(state__in=("waiting", "running")).exists():
        raise Conflict(f"这里的“{Kind(job.kind).label}”已经在后台办理,请等它完成,或先取消。")
    if job.kind == Kind.MONTH:  # after the look at the jobs: a job that is done by now has made its run
        _must_be_released(job.division)


def _asked(job: PayJob, *, by: Actor) -> PayJob:
    _check_turn(job)
    job.state, job.asked_by, job.asked_by_name, job.asked_at = JOB.start, by.id, by.name[:40], timezone.now()
    job.save(force_insert=True)
    record(by, "payments.ask", division=job.division, table="payments_payjob", row=job.id, detail={"kind": job.kind})
    return job


@transaction.atomic
def cancel_job(*, job_id: UUID, by: Actor, today: date) -> PayJob:
    """取消: a job that runs notices at its next step and leaves nothing behind."""
    return _moved(job_id, "cancel", by=by)


@transaction.atomic
def resume_job(*, job_id: UUID, by: Actor, today: date) -> PayJob:
    """重新办理: from the beginning, because what was not finished left nothing."""
    job = _moved(job_id, "resume", by=by)
    _check_turn(job)
    job.asked_at, job.done, job.problem = timezone.now(), 0, ""
    job.save(update_fields=["asked_at", "done", "problem"])
    return job


def _moved(job_id: UUID, move: str, *, by: Actor) -> PayJob:
    job = locked_job(job_id)
    require(by, _RIGHT[job.kind], at=job.division)
    if job.asked_by != by.id:
        raise NotAllowed("这件后台办理由别人交办,只能由交办人取消或重新办理。")
    job.state = JOB.after(job.state, move)
    job.version += 1
    job.finished_at = timezone.now() if move == "cancel" else None
    job.save(update_fields=["state", "version", "finished_at"])
    record(by, f"payments.{move}_job", division=job.division, table="payments_payjob", row=job.id)
    return job


def locked_job(job_id: UUID) -> PayJob:
    job = PayJob.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotFound("没有找到这件后台办理。它可能不在您的管辖范围内。")
    return job


@transaction.atomic
def begin_job(*, job_id: UUID, by: Actor) -> bool:
    """The worker takes the job; False when it is done or was cancelled meanwhile. A job that a kill left running begins anew."""
    job = locked_job(job_id)
    if "begin" not in {move.key for move in JOB.possible(job.state)}:
        return False
    job.state, job.problem = JOB.after(job.state, "begin"), ""
    job.save(update_fields=["state", "problem"])
    return True


@transaction.atomic
def work_job(*, job_id: UUID, by: Actor, today: date, told: jobs.Told | None = None) -> PayJob:
    """The work and the job's end in one transaction: killed in the middle, neither is there. Raises Stopped when it was cancelled."""
    asked = PayJob.objects.get(pk=job_id)
    run = jobs.work_of(asked.kind)(asked, told or jobs.teller(job_id), by, today)
    job = locked_job(job_id)
    if job.state != "running":
        raise jobs.Stopped
    job.run, job.state, job.finished_at = run, JOB.after(job.state, "finish"), timezone.now()
    job.done = job.total
    job.save(update_fields=["run", "state", "finished_at", "done"])
    return job


@transaction.atomic
def fail_job(*, job_id: UUID, sentence: str, by: Actor) -> None:
    """Refused: the job says why, and may be taken up again after that was mended."""
    job = locked_job(job_id)
    if job.state == "running":
        job.state, job.problem, job.finished_at = JOB.after(job.state, "fail"), sentence[:300], timezone.now()
        job.save(update_fields=["state", "problem", "finished_at"])


def _reissue(job: PayJob, told: jobs.Told, by: Actor, today: date) -> PayRun:
    assert job.month is not None
    told(0, 2)
    run = draft_reissue(division=job.division, month=job.month, label=job.label, by=by, today=today)
    told(1, 2)
    return run


def _returned(job: PayJob, told: jobs.Told, by: Actor, today: date) -> PayRun:
    assert job.run is not None and job.file is not None
    with knowing("file", str(job.file)):
        row, body = content(job.file)
    take_return(
        run_id=job.run.id,
        body=body,
        name=row.name,
        format_key=job.format_key,
        by=by,
        today=today,
        told=told,
        kept=job.file,
    )
    return job.run


jobs.declare(Kind.REISSUE, _reissue)
jobs.declare(Kind.RETURNED, _returned)
