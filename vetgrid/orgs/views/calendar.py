"""Pages of reception days and of the working calendar."""

import tomllib
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from vetgrid.core.clock import today
from vetgrid.core.guard import guarded
from vetgrid.core.places import Level, ancestor
from vetgrid.orgs import actions, queries
from vetgrid.orgs.forms import (
    ExceptionForm,
    ReasonForm,
    RotaForm,
)
from vetgrid.orgs.models import Post
from vetgrid.orgs.permissions import OrgsPermission
from vetgrid.orgs.views.pages import form_page

READ, EDIT = OrgsPermission.READ, OrgsPermission.EDIT


def _month(request: Any) -> tuple[int, int]:
    year, month = request.GET.get("year", ""), request.GET.get("month", "")
    good = (
        year.isascii()
        and year.isdigit()
        and month.isascii()
        and month.isdigit()
        and 2018 <= int(year) <= 2100
        and 1 <= int(month) <= 12
    )
    return (int(year), int(month)) if good else (today().year, today().month)


def _reception_defaults() -> dict[str, Any]:
    return tomllib.loads((settings.DATA / "policy" / "reception.toml").read_text(encoding="utf-8"))


@guarded(READ)
def reception_days(request: Any) -> HttpResponse:
    year, month = _month(request)
    rows = queries.reception_days(year=year, month=month, seen_by=request.actor)
    context = {
        "rows": rows,
        "year": year,
        "month": month,
        "may_edit": request.actor.may(EDIT),
        "previous": (year - 1, 12) if month == 1 else (year, month - 1),
        "next": (year + 1, 1) if month == 12 else (year, month + 1),
    }
    return render(
        request, "orgs/reception_print.html" if "print" in request.GET else "orgs/reception_days.html", context
    )


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def publish_reception_days(request: Any) -> HttpResponse:
    division = request.actor.places(EDIT).intervals[0][0]
    leaders = (
        queries.staff(seen_by=request.actor)
        .filter(posts__to_on=None, posts__kind__in=[Post.Kind.BUREAU_LEADER, Post.Kind.TOWN_LEADER])
        .distinct()
    )
    form = RotaForm(
        request.POST or None, initial=_reception_defaults() | {"year": today().year, "month": today().month}
    )
    form.set_choices("leader", [("", "请选择"), *((str(row.id), row.name) for row in leaders)])
    return form_page(
        request,
        form,
        title="发布领导接访日",
        back="/reception-days",
        sentence="已发布。",
        button="发布",
        act=lambda data: actions.publish_reception_days(
            division=division,
            leader_id=UUID(data["leader"]),
            year=data["year"],
            month=data["month"],
            weekday=int(data["weekday"]),
            hours=data["hours"],
            place=data["place"],
            by=request.actor,
            today=today(),
        ),
    )


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def cancel_reception_day(request: Any, day_id: UUID) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    return form_page(
        request,
        form,
        title="取消接访日",
        back="/reception-days",
        sentence="已取消并在公示表上注明。",
        button="取消接访",
        act=lambda data: actions.cancel_reception_day(
            day_id=day_id, reason=data["reason"], by=request.actor, today=today()
        ),
    )


@guarded(READ)
def year(request: Any) -> HttpResponse:
    number, _ = _month(request)
    text = request.GET.get("year", "")
    number = int(text) if text.isascii() and text.isdigit() and 2004 <= int(text) <= 2100 else number
    place = request.actor.places(READ).low
    months = queries.year_of_days(number, division=place, seen_by=request.actor)
    blanks = [range(month[0][0].weekday()) for month in months]
    context = {
        "year": number,
        "months": list(zip(range(1, 13), blanks, months, strict=True)),
        "may_edit": request.actor.may(EDIT),
        "is_provisional": any(kind.is_provisional for month in months for _, kind in month),
        "county": ancestor(place, Level.COUNTY),
    }
    return render(request, "orgs/calendar.html", context)


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def set_exception(request: Any) -> HttpResponse:
    form = ExceptionForm(request.POST or None, seen_by=request.actor)
    return form_page(
        request,
        form,
        title="设置日历例外",
        back="/calendar",
        sentence="已设置。",
        act=lambda data: actions.set_calendar_exception(
            division=int(data["division"]),
            on=data["on"],
            is_working=data["is_working"] == "yes",
            reason=data["reason"],
            by=request.actor,
            today=today(),
        ),
    )
