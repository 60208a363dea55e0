"""The zero boards: standing sentences with their exceptions, and the button that mends one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from vetgrid.core.clock import today
from vetgrid.core.guard import signed_in
from vetgrid.desk import boards
from vetgrid.desk.mending import mend


@signed_in("each check asks for its own permission and shows only the viewer's places")
def zero(request: Any) -> HttpResponse:
    return render(request, "desk/zero.html", {"boards": boards.boards(seen_by=request.actor, today=today())})


@signed_in("the action asks for the permission at the place of the row")
@require_POST
def repair(request: Any, check_key: str, row_id: UUID) -> HttpResponse:
    mend(key=check_key, row_id=row_id, by=request.actor, today=today())
    messages.success(request, "已处理。")
    return redirect("/zero")
