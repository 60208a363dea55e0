"""Pages of a job of the background: how far it is, cancel, take it up again."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from vetgrid.core.clock import today
from vetgrid.core.errors import NotFound
from vetgrid.core.guard import guarded
from vetgrid.payments import actions, tasks
from vetgrid.payments.permissions import PaymentsPermission
from vetgrid.payments.queries import jobs as queries
from vetgrid.payments.states import JOB

BUSY = ("waiting", "running")


@guarded(PaymentsPermission.READ)
def job(request: Any, pay_job_id: UUID) -> HttpResponse:
    """While it runs only the progress card asks again; when it is done the page leads to the run."""
    found = queries.job(pay_job_id, seen_by=request.actor)
    context = {
        "job": found,
        "state": JOB.label(found.state),
        "is_busy": found.state in BUSY,
        "moves": queries.moves_for(found, seen_by=request.actor),
    }
    if request.headers.get("HX-Request"):
        response = render(request, "payments/job_progress.html", context)
        if not context["is_busy"]:
            response["HX-Redirect"] = f"/payments/jobs/{found.id}"
        return response
    if found.state == "done" and found.run_id is not None:
        tab = "?tab=files" if found.kind == "returned" else ""
        return redirect(f"/payments/runs/{found.run_id}{tab}")
    return render(request, "payments/job.html", context)


@guarded(PaymentsPermission.PREPARE, PaymentsPermission.RECONCILE)
@require_POST
def move(request: Any, pay_job_id: UUID, job_verb: str) -> HttpResponse:
    found = queries.job(pay_job_id, seen_by=request.actor)
    if job_verb == "cancel":
        actions.cancel_job(job_id=found.id, by=request.actor, today=today())
        messages.success(request, "已取消,没有留下任何记录。")
    elif job_verb == "resume":
        actions.resume_job(job_id=found.id, by=request.actor, today=today())
        tasks.queue_job(found.id)
        messages.success(request, "已重新交后台办理。")
    else:
        raise NotFound("没有这样的办理动作。")
    return redirect(f"/payments/jobs/{found.id}")
