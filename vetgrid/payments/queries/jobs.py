"""Which jobs of the background: those of the viewer's paying places that are not done, and one of them."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from vetgrid.core.actor import Actor
from vetgrid.core.errors import NotFound
from vetgrid.core.flow import Move
from vetgrid.core.reach import within
from vetgrid.payments.models import PayJob
from vetgrid.payments.permissions import PaymentsPermission
from vetgrid.payments.states import JOB

READ = PaymentsPermission.READ
_SHOWN = timedelta(days=14)
"""So long a job that could not be done stays in the list."""


def open_jobs(*, seen_by: Actor) -> QuerySet[PayJob]:
    """What waits, runs or could not be done lately; whatever is done shows as a run."""
    rows = within(PayJob.objects.all(), seen_by.places(READ))
    late = Q(state="failed", asked_at__gte=timezone.now() - _SHOWN)
    return rows.filter(Q(state__in=("waiting", "running")) | late).order_by("-asked_at")


def job(job_id: UUID, *, seen_by: Actor) -> PayJob:
    found = within(PayJob.objects.filter(pk=job_id), seen_by.places(READ)).select_related("run").first()
    if found is None:
        raise NotFound("没有找到这件后台办理。它可能不在您的管辖范围内。请返回发放批次。")
    return found


def moves_for(found: PayJob, *, seen_by: Actor) -> list[Move]:
    """Cancel and resume, for whoever asked."""
    if found.asked_by != seen_by.id:
        return []
    return [move for move in JOB.possible(found.state) if move.key in ("cancel", "resume")]
