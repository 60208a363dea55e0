"""Do: start a batch over everybody of a place, let the worker go through it village by village, cancel it, take it up again."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from vetgrid.audit.trail import record
from vetgrid.benefits.actions.sweeping import sweep
from vetgrid.benefits.determining import determine_into, fresh_table, of_places
from vetgrid.benefits.models import Run
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.spelling import refresh_places
from vetgrid.benefits.states import RUN
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Level, Places, ancestor, interval
from vetgrid.core.ruling.months import iso, label, month_on
from vetgrid.core.scope import lending
from vetgrid.orgs.models import Division

MOST_MONTHS = 12


@transaction.atomic
def start_run(*, division: int, month: int, months: int = 1, by: Actor, today: date) -> Run:
    """批量测算: waits for the worker, which goes through the villages of the place one by one."""
    require(by, BenefitsPermission.RUN, at=division)
    wrong = {}
    if not 2011 * 12 + 7 <= month <= month_on(today) + 12:
        wrong["month"] = "月份应在2011年8月以后、一年之内。"
    if not 1 <= months <= MOST_MONTHS:
        wrong["months"] = f"一次最多测算{MOST_MONTHS}个月。"
    if wrong:
        raise Invalid(fields=wrong)
    if Run.objects.filter(division=division, state__in=("waiting", "running")).exists():
        raise Conflict("这个地方已有一个批次在测算。请等它完成,或先取消。")
    run = Run(
        division=division,
        label=f"{label(month)}{'起' + str(months) + '个月' if months > 1 else ''}测算",
        month=month,
        months=months,
        total=len(villages(division)),
        asked_by=by.id,
        asked_by_name=by.name[:80],
        asked_at=now(),
    )
    run.save(force_insert=True)
    record(by, BenefitsPermission.RUN, division=division, table="benefits_run", row=run.id)
    _enqueue(run)
    return run


@transaction.atomic
def cancel_run(*, run_id: UUID, by: Actor, today: date) -> Run:
    """取消: stops after the village that is being worked on; what is done stays."""
    return _moved(run_id, "cancel", by=by)


@transaction.atomic
def resume_run(*, run_id: UUID, by: Actor, today: date) -> Run:
    """继续: from the village after the last one that is done."""
    run = _moved(run_id, "resume", by=by)
    _enqueue(run)
    return run


def villages(division: int) -> list[int]:
    """The places that a batch goes through, in order; the place itself where it has no villages."""
    low, high = interval(division)
    with lending("orgs", Places.of([division])):
        found = Division.objects.filter(level=Level.VILLAGE, code__gte=low, code__lte=high).order_by("code")
        return list(found.values_list("code", flat=True)) or [division]


def begin_run(run_id: UUID, *, by: Actor) -> bool:
    """The worker takes the batch; False when it was cancelled meanwhile or another worker has it."""
    with transaction.atomic():
        run = Run.objects.select_for_update().filter(pk=run_id).first()
        if run is None or run.state not in ("waiting", "running"):
            return False
        run.state, run.started_at, run.error = "running", run.started_at or now(), ""
        run.save(update_fields=["state", "started_at", "error"])
    return True


@transaction.atomic
def next_village(run_id: UUID, *, by: Actor, today: date) -> bool:
    """Works the next village in one transaction; False when there is none left or the batch was cancelled."""
    run = Run.objects.select_for_update().filter(pk=run_id).first()
    if run is None or run.state != "running":
        return False
    left = [code for code in villages(run.division) if code > run.cursor]
    if not left:
        run.state, run.finished_at = RUN.after(run.state, "finish"), now()
        run.save(update_fields=["state", "finished_at"])
        return False
    place = left[0]
    refresh_places(Places.of([place]))
    _add_up(run, place)
    sweep(division=place, month=run.month, by=by, today=today)
    run.cursor, run.done = place, run.done + 1
    run.save(update_fields=["cursor", "done", "results"])
    return True


def fail_run(run_id: UUID, sentence: str) -> None:
    Run.objects.filter(pk=run_id, state="running").update(state="failed", error=sentence[:300], finished_at=now())


def _add_up(run: Run, place: int) -> None:
    """Sums by programme and month of one village, added to the batch's."""
    with lending("benefits", Places.of([place])), connection.cursor() as cursor:
        fresh_table("run_amounts")
        months = range(run.month, run.month + run.months)
        determine_into("run_amounts", months, source=of_places(place), county=ancestor(place, Level.COUNTY))
        cursor.execute("SELECT programme, month, count(*), sum(amount_fen)::bigint FROM run_amounts GROUP BY 1, 2")
        rows = cursor.fetchall()
    results: dict[str, Any] = dict(run.results)
    for programme, month, people, fen in rows:
        entry = results.setdefault(programme, {}).setdefault(iso(month), {"people": 0, "fen": 0})
        entry["people"] += people
        entry["fen"] += fen
    run.results = results


def _moved(run_id: UUID, move: str, *, by: Actor) -> Run:
    division = Run.objects.filter(pk=run_id).values_list("division", flat=True).first()
    if division is None:
        raise NotFound("没有找到这个测算批次。它可能不在您的管辖范围内。")
    require(by, BenefitsPermission.RUN, at=division)
    run = Run.objects.select_for_update().get(pk=run_id)
    run.state = RUN.after(run.state, move)
    run.finished_at = now() if run.state == "cancelled" else None
    run.save(update_fields=["state", "finished_at"])
    Run.objects.filter(pk=run.pk).update(version=F("version") + 1)
    record(by, f"benefits.{move}_run", division=division, table="benefits_run", row=run.id)
    return run


def _enqueue(run: Run) -> None:
    from vetgrid.benefits.tasks import work_run

    work_run.defer(run_id=str(run.id))
