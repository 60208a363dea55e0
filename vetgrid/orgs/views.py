"""Console pages of the service network."""

import tomllib
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.errors import NotFound, Refused
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.core.places import Level, ancestor
from vetgrid.orgs import actions, queries
from vetgrid.orgs.forms import (
    ExceptionForm,
    MergeForm,
    PostForm,
    ReasonForm,
    RenameForm,
    RotaForm,
    StaffFilterForm,
    StaffForm,
    StationFactForm,
    StationFilterForm,
    StationForm,
)
from vetgrid.orgs.models import Division, Post
from vetgrid.orgs.names import names_of
from vetgrid.orgs.permissions import OrgsPermission
from vetgrid.web.forms import Form

READ, EDIT, RESTRUCTURE = OrgsPermission.READ, OrgsPermission.EDIT, OrgsPermission.RESTRUCTURE


def _form_page(
    request: Any,
    form: Form,
    *,
    title: str,
    back: str,
    act: Callable[[dict[str, Any]], Any],
    sentence: str,
    button: str = "保存",
) -> HttpResponse:
    """A form in a drawer or on a page of its own: show, check, act, go back."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, sentence)
            return redirect(back)
    return render(
        request,
        "orgs/form.html",
        {"form": form, "title": title, "back": back, "button": button},
        status=422 if form.errors else 200,
    )


@guarded(READ, RESTRUCTURE)
def divisions(request: Any) -> HttpResponse:
    rows = queries.divisions(seen_by=request.actor)
    towns = [(row, [child for child in rows if child.parent_id == row.code]) for row in rows if row.level == Level.TOWN]
    alone = [
        row for row in rows if row.level == Level.VILLAGE and not any(town.code == row.parent_id for town, _ in towns)
    ]
    context = {
        "top": [row for row in rows if row.level == Level.COUNTY],
        "towns": towns,
        "alone": alone,
        "changes": queries.changes(seen_by=request.actor)[:50],
        "may_restructure": request.actor.may(RESTRUCTURE),
    }
    return render(request, "orgs/divisions.html", context)


@guarded(RESTRUCTURE)
@require_http_methods(["GET", "POST"])
def rename_division(request: Any, code: int) -> HttpResponse:
    division = Division.objects.filter(pk=code).first()
    if division is None:
        raise NotFound()
    form = RenameForm(request.POST or None, initial={"name": division.name})
    return _form_page(
        request,
        form,
        title=f"{division.name}更名",
        back="/divisions",
        sentence="已更名。",
        act=lambda data: actions.rename_division(code=code, **data, by=request.actor, today=today()),
    )


@guarded(RESTRUCTURE)
@require_http_methods(["GET", "POST"])
def merge_division(request: Any, code: int) -> HttpResponse:
    division = Division.objects.filter(pk=code).first()
    if division is None:
        raise NotFound()
    form = MergeForm(request.POST or None, seen_by=request.actor)
    return _form_page(
        request,
        form,
        title=f"{division.name}并入其他村(社区)",
        back="/divisions",
        sentence="已合并,人员和微网格已随之转移。",
        button="合并",
        act=lambda data: actions.merge_division(
            code=code, into=int(data["into"]), document=data["document"], by=request.actor, today=today()
        ),
    )


@guarded(READ)
def stations(request: Any) -> HttpResponse:
    form = StationFilterForm(request.GET)
    form.is_valid()
    asked = {key: form.cleaned_data.get(key, "") for key in ("text", "kind", "gap")}
    page = page_of(
        queries.stations(**asked, seen_by=request.actor), number=request.GET.get("page"), size=request.GET.get("size")
    )
    return render(
        request,
        "orgs/stations.html",
        {"form": form, "page": page, "names": names_of(row.division for row in page.rows)},
    )


@guarded(READ)
def station(request: Any, station_id: UUID) -> HttpResponse:
    found = queries.station(station_id, seen_by=request.actor)
    facts = queries.facts_of(found, seen_by=request.actor)
    lists: tuple[list[Any], ...] = (facts.five_haves, facts.places, facts.boards, facts.honours)
    groups = [
        (what, label, [(fact, codes(table).label(fact.code) if table else "政治文化宣传栏") for fact in rows])
        for (what, (_, table, label)), rows in zip(actions.STATION_FACTS.items(), lists, strict=True)
    ]
    context = {
        "station": found,
        "facts": facts,
        "groups": groups,
        "place": names_of([found.division])[found.division],
        "may_edit": request.actor.may(EDIT, at=found.division) and found.closed_on is None,
    }
    return render(request, "orgs/station.html", context)


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def edit_station(request: Any, station_id: UUID) -> HttpResponse:
    found = queries.station(station_id, seen_by=request.actor)
    initial = {key: getattr(found, key) for key in ("name", "address", "phone", "hours", "version")}
    form = StationForm(request.POST or None, initial=initial)
    return _form_page(
        request,
        form,
        title="修改服务站信息",
        back=f"/stations/{station_id}",
        sentence="已保存。",
        act=lambda data: actions.edit_station(station_id=station_id, **data, by=request.actor, today=today()),
    )


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def add_station_fact(request: Any, station_id: UUID, what: str) -> HttpResponse:
    queries.station(station_id, seen_by=request.actor)
    if what not in actions.STATION_FACTS:
        raise NotFound()
    form = StationFactForm(request.POST or None, what=what, initial={"from_on": today()})
    return _form_page(
        request,
        form,
        title=f"登记{actions.STATION_FACTS[what][2]}",
        back=f"/stations/{station_id}",
        sentence="已登记。",
        act=lambda data: actions.add_station_fact(
            station_id=station_id,
            what=what,
            code=data.get("code", ""),
            from_on=data["from_on"],
            note=data["note"],
            by=request.actor,
            today=today(),
        ),
    )


@guarded(EDIT)
@require_POST
def end_station_fact(request: Any, what: str, fact_id: UUID) -> HttpResponse:
    station_id = actions.end_station_fact(what=what, fact_id=fact_id, by=request.actor, today=today())
    messages.success(request, "已登记终止。")
    return redirect(f"/stations/{station_id}")


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
    return _form_page(
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
    return _form_page(
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
    form.fields["leader"].choices = [("", "请选择"), *((str(row.id), row.name) for row in leaders)]  # type: ignore[attr-defined]  # a ChoiceField
    return _form_page(
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
    return _form_page(
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
    return _form_page(
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
