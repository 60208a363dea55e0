"""The hand-over of everything that somebody holds, on one page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from vetgrid.appeals.queries.others import leaders
from vetgrid.core.clock import today
from vetgrid.core.errors import Invalid, NotFound
from vetgrid.core.guard import guarded
from vetgrid.desk import handing
from vetgrid.grid.forms import staff_choices
from vetgrid.grid.permissions import GridPermission
from vetgrid.grid.queries import staff_for
from vetgrid.orgs.models import Staff
from vetgrid.orgs.names import names_of
from vetgrid.orgs.permissions import OrgsPermission
from vetgrid.work.permissions import WorkPermission
from vetgrid.work.queries import takers


@guarded(GridPermission.ASSIGN, WorkPermission.ASSIGN)
@require_http_methods(["GET", "POST"])
def hand_over(request: Any) -> HttpResponse:
    """Without `staff` the list of who holds anything; with it everything they hold, and successors to choose."""
    try:
        staff_id = UUID(request.GET.get("staff", ""))
    except ValueError:
        people = handing.holders(seen_by=request.actor, today=today())
        context: dict[str, Any] = {"people": people, "names": names_of(row[0].division for row in people)}
        return render(request, "desk/holders.html", context)
    leaving = Staff.objects.filter(pk=staff_id).first()
    held = handing.held_by(staff_id, seen_by=request.actor, today=today()) if leaving else None
    if leaving is None or held is None or held.is_empty:
        raise NotFound("这个人名下没有需要交接的工作,或不在您的管辖范围内。")
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            done = handing.hand_over_everything(
                staff_id=staff_id,
                to=_successors(request, held),
                reason=request.POST.get("reason", "")[:200],
                by=request.actor,
                today=today(),
            )
        except Invalid as error:
            errors = error.fields or {"all": error.sentence}
        else:
            counts = f"{done.duties}项职责(涉及{done.people}人)、{done.items}件事项、{done.days}个接访日"
            messages.success(request, f"交接完成:{counts}。")
            return redirect("/hand-over")
    return render(
        request, "desk/hand_over.html", _context(request, leaving, held, errors), status=422 if errors else 200
    )


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _successors(request: Any, held: handing.Held) -> handing.Successors:
    post = request.POST.get
    duties = {duty.id: _key(post(f"to-{duty.id}") or post("to-all") or "") for duty in held.duties}
    return handing.Successors(
        duties={key: staff for key, staff in duties.items() if staff is not None},
        items=_key(post("to-items", "")),
        days=_key(post("to-days", "")),
        leaves="leaves" in request.POST,
    )


def _context(request: Any, leaving: Staff, held: handing.Held, errors: dict[str, str]) -> dict[str, Any]:
    actor = request.actor
    by_place = {
        place: [row for row in staff_for(place, seen_by=actor) if row.id != leaving.id]
        for place in {duty.division for duty in held.duties}
    }
    names = names_of(duty.division for duty in held.duties)
    lines = [
        {
            "duty": duty,
            "place": names[duty.division],
            "choices": staff_choices(by_place[duty.division]),
            "error": errors.get(str(duty.id), ""),
            "chosen": request.POST.get(f"to-{duty.id}", ""),
        }
        for duty in held.duties
    ]
    everywhere = (
        [row for row in by_place[held.duties[0].division] if all(row in rows for rows in by_place.values())]
        if held.duties
        else []
    )
    items = [*held.owned, *held.deputised]
    item_takers = takers({item.division for item in items}, seen_by=actor) if items else []
    duty_ids = {str(duty.id) for duty in held.duties}
    return {
        "leaving": leaving,
        "held": held,
        "lines": lines,
        "errors": errors,
        "general": [sentence for key, sentence in errors.items() if key not in duty_ids],
        "all": staff_choices(everywhere, first="逐项选择"),
        "people": sum(getattr(duty, "people", 0) for duty in held.duties),
        "item_choices": staff_choices([row for row in item_takers if row.id != leaving.id]),
        "leader_choices": staff_choices([row for row in leaders() if row.id != leaving.id]),
        "chosen_items": request.POST.get("to-items", ""),
        "chosen_days": request.POST.get("to-days", ""),
        "reason": request.POST.get("reason", ""),
        "may_end": actor.may(OrgsPermission.EDIT, at=leaving.division) and leaving.ended_on is None,
    }
