"""Pages of early warning: what the rules found, with the rows that caused it, and the conclusion."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from vetgrid.appeals.actions import warning
from vetgrid.appeals.forms import ConclusionForm
from vetgrid.appeals.permissions import AppealsPermission
from vetgrid.appeals.queries import others as queries
from vetgrid.core.clock import today
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.orgs.names import names_of
from vetgrid.web.answering import form_page

READ = AppealsPermission.READ


@guarded(READ)
def alerts(request: Any) -> HttpResponse:
    is_open = request.GET.get("state") != "closed"
    page = page_of(queries.alerts(is_open=is_open, seen_by=request.actor), number=request.GET.get("page"))
    context = {
        "page": page,
        "is_open": is_open,
        "rules": warning.rules_on(today()),
        "labels": {row.id: warning.rule_label(row.rule) for row in page.rows},
        "names": names_of(row.division for row in page.rows),
    }
    return render(request, "appeals/alerts.html", context)


@guarded(READ)
@require_http_methods(["GET", "POST"])
def alert(request: Any, alert_id: UUID) -> HttpResponse:
    row = queries.alert(alert_id, seen_by=request.actor)
    form = ConclusionForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        warning.conclude(alert_id=row.id, conclusion=data["conclusion"], by=request.actor, today=today())

    context = {
        "row": row,
        "rows": row.rows.order_by("id"),
        "rule": warning.rule_label(row.rule),
        "place": names_of([row.division])[row.division],
        "may_conclude": row.closed_on is None and request.actor.may(AppealsPermission.HANDLE, at=row.division),
    }
    return form_page(
        request,
        form,
        title=row.title,
        back=f"/alerts/{row.id}",
        act=act,
        done="已登记核查结论。",
        button="登记结论",
        template="appeals/alert.html",
        context=context,
    )
