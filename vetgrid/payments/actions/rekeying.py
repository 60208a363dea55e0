"""Do: carry the frozen runs over a change of keys: content that did not change keeps its review and approval."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor
from vetgrid.payments import freezing
from vetgrid.payments.actions.acting import add_step
from vetgrid.payments.models import PayRun


@transaction.atomic
def keep_frozen(*, run_ids: Iterable[UUID], by: Actor, today: date) -> int:
    """更换密钥: runs that were intact just before get the digest of the newly sealed rows; each has a step and a line in the trail."""
    ids = list(run_ids)
    before = dict(PayRun.objects.filter(pk__in=ids).values_list("id", "digest"))
    done = freezing.freeze_anew(ids, today=today.isoformat())
    for run in PayRun.objects.filter(pk__in=ids).order_by("number"):
        add_step(run, "rekey", run.state, note="更换密钥,内容没有变动", by=by, today=today)
        record(
            by,
            "payments.rekey",
            division=run.division,
            table="payments_payrun",
            row=run.id,
            detail={"digest_before": before[run.id], "digest": run.digest},
        )
    return done
