"""The inbox: one list over all kinds of items, the leader's view by place, one item with its clocks, bulk hand-over."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.core.clock import today
from vetgrid.core.errors import Invalid, NotFound
from vetgrid.core.guard import guarded, signed_in
from vetgrid.core.paging import page_of
from vetgrid.core.places import Level, level_of
from vetgrid.desk.forms import InboxForm
from vetgrid.orgs.names import names_of
from vetgrid.work import queries
from vetgrid.work.actions import hand_over
from vetgrid.work.kinds import kind_of, kinds
from vetgrid.work.permissions import WorkPermission
from vetgrid.work.rules import left_on

READ, ASSIGN = WorkPermission.READ, WorkPermission.ASSIGN
_OWN = "everyone sees their own items; those of a place ask for a permission"


def _asked(request: Any) -> tuple[InboxForm, queries.ItemFilter]:
    may = request.actor.may(READ)
    form = InboxForm(request.GET, may_see_place=may)
    form.is_valid()
    data = form.cleaned_data
    default = "mine" if request.actor.staff_id or not may else "place"
    division = data.get("division") or ""
    return form, queries.ItemFilter(
        whose=data.get("whose") or default,
        due=data.get("due") or "",
        kind=data.get("kind") or "",
        text=data.get("text") or "",
        priority=data.get("priority") or "",
        division=int(division) if division.isascii() and division.isdigit() and len(division) == 12 else None,
    )


@signed_in(_OWN)
def inbox(request: Any) -> HttpResponse:
    form, asked = _asked(request)
    day = today()
    rows = queries.items(asked, seen_by=request.actor, today=day)
    page = page_of(rows, number=request.GET.get("page"), size=request.GET.get("size"))
    open_rows = queries.items(
        queries.ItemFilter(whose=asked.whose, division=asked.division), seen_by=request.actor, today=day
    )
    counts = queries.counts(open_rows, today=day)
    context = {
        "form": form,
        "asked": asked,
        "page": page,
        "counts": counts,
        "whose": queries.WHOSE if request.actor.may(READ) else queries.WHOSE[:2],
        "staff": queries.names_of_staff({row.owner_id for row in page.rows}),
        "names": names_of(row.division for row in page.rows),
        "lines": [(row, kind_of(row.kind), *left_on(row.due_on, today=day)) for row in page.rows],
        "takers": queries.takers({row.division for row in page.rows}, seen_by=request.actor) if page.rows else [],
        "place": names_of([asked.division]).get(asked.division, "") if asked.division else "",
    }
    return render(request, "desk/inbox.html", context)


@signed_in(_OWN)
@require_POST
def give(request: Any) -> HttpResponse:
    """Bulk hand-over of the ticked items."""
    try:
        ids = [UUID(text) for text in request.POST.getlist("items")]
        taker = UUID(request.POST.get("to_staff", ""))
    except ValueError as error:
        raise Invalid("请勾选事项并选择接收人。") from error
    moved = hand_over(
        item_ids=ids, to_staff=taker, reason=request.POST.get("reason", "")[:200], by=request.actor, today=today()
    )
    messages.success(request, f"已移交{moved}件事项。")
    return redirect(f"/inbox?whose={'place' if request.POST.get('whose') == 'place' else 'mine'}")


@signed_in(_OWN)
@require_http_methods(["GET", "POST"])
def item(request: Any, item_id: UUID) -> HttpResponse:
    """One item: whose it is, how its clock came to its date, whom the ladder told; and where its subject is."""
    found = queries.item(item_id, seen_by=request.actor)
    kind = kind_of(found.kind)
    context = {
        "item": found,
        "kind": kind,
        "url": kind.url.format(id=found.subject_id),
        "clocks": queries.clocks_of(found),
        "told": queries.told_of(found),
        "staff": queries.names_of_staff({found.owner_id, found.deputy_id}),
        "place": names_of([found.division]).get(found.division, ""),
        "left": left_on(found.due_on, today=today()),
        "takers": [] if found.closed_on else queries.takers({found.division}, seen_by=request.actor),
        "may_give": not found.closed_on
        and (
            request.actor.staff_id in (found.owner_id, found.deputy_id) or request.actor.may(ASSIGN, at=found.division)
        ),
    }
    return render(request, "desk/item.html", context)


@guarded(READ)
def by_station(request: Any) -> HttpResponse:
    """The leader's view: who is behind, place by place; every number leads to its list."""
    loads = queries.by_station(seen_by=request.actor, today=today())
    kinds_open = {load.division: load for load in loads}
    context = {
        "loads": [(load, level_of(load.division) != Level.VILLAGE) for load in loads],
        "names": names_of(kinds_open),
        "open": sum(load.open for load in loads),
        "soon": sum(load.soon for load in loads),
        "overdue": sum(load.overdue for load in loads),
        "kinds": kinds(),
    }
    return render(request, "desk/by_station.html", context)


@signed_in(_OWN)
def subject(request: Any, item_id: UUID) -> HttpResponse:
    """Straight to what the item is about."""
    found = queries.item(item_id, seen_by=request.actor)
    url = kind_of(found.kind).url
    if not url:
        raise NotFound("这类事项没有页面。")
    return redirect(url.format(id=found.subject_id))
