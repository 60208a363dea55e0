"""Pages of staff and their posts."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.core.clock import today
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.orgs import actions, queries
from vetgrid.orgs.forms import (
    PostForm,
    StaffFilterForm,
    StaffForm,
)
from vetgrid.orgs.models import Post
from vetgrid.orgs.names import names_of
from vetgrid.orgs.permissions import OrgsPermission
from vetgrid.orgs.views.pages import form_page

READ, EDIT = OrgsPermission.READ, OrgsPermission.EDIT


@guarded(READ)
def staff(request: Any) -> HttpResponse:
    form = StaffFilterForm(request.GET, seen_by=request.actor)
    form.is_valid()
    data = form.cleaned_data
    division = int(data["division"]) if data.get("division") else None
    rows = queries.staff(
        text=data.get("text", ""), division=division, is_present=not data.get("presence"), seen_by=request.actor
    )
    page = page_of(rows, number=request.GET.get("page"), size=request.GET.get("size"))
    labels = dict(Post.Kind.choices)
    lines = [(row, "、".join(dict.fromkeys(labels[post.kind] for post in row.present))) for row in page.rows]  # type: ignore[attr-defined]  # prefetched
    context = {
        "form": form,
        "page": page,
        "lines": lines,
        "names": names_of(row.division for row in page.rows),
        "may_edit": request.actor.may(EDIT),
    }
    return render(request, "orgs/staff.html", context)


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def new_staff(request: Any) -> HttpResponse:
    form = StaffForm(request.POST or None, seen_by=request.actor, initial={"started_on": today()})
    return form_page(
        request,
        form,
        title="登记工作人员",
        back="/staff",
        sentence="已登记。",
        act=lambda data: actions.add_staff(
            **(data | {"division": int(data["division"])}), by=request.actor, today=today()
        ),
    )


@guarded(READ)
def staff_member(request: Any, staff_id: UUID) -> HttpResponse:
    found = queries.staff_member(staff_id, seen_by=request.actor)
    posts = queries.posts_of(found, seen_by=request.actor)
    form = PostForm(seen_by=request.actor, initial={"from_on": today()})
    context = {
        "staff": found,
        "posts": posts,
        "form": form,
        "names": names_of([found.division, *(post.division for post in posts)]),
        "may_edit": request.actor.may(EDIT, at=found.division) and found.ended_on is None,
    }
    return render(request, "orgs/staff_member.html", context)


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def give_post(request: Any, staff_id: UUID) -> HttpResponse:
    queries.staff_member(staff_id, seen_by=request.actor)
    form = PostForm(request.POST or None, seen_by=request.actor, initial={"from_on": today()})
    return form_page(
        request,
        form,
        title="任命岗位",
        back=f"/staff/{staff_id}",
        sentence="已登记岗位。",
        act=lambda data: actions.give_post(
            staff_id=staff_id, **(data | {"division": int(data["division"])}), by=request.actor, today=today()
        ),
    )


@guarded(EDIT)
@require_POST
def end_post(request: Any, post_id: UUID) -> HttpResponse:
    post = actions.end_post(post_id=post_id, by=request.actor, today=today())
    messages.success(request, "岗位已结束。")
    return redirect(f"/staff/{post.staff_id}")


@guarded(EDIT)
@require_POST
def end_staff(request: Any, staff_id: UUID) -> HttpResponse:
    actions.end_staff(staff_id=staff_id, by=request.actor, today=today())
    messages.success(request, "已登记离岗。")
    return redirect(f"/staff/{staff_id}")
