"""Console pages of employment: the list of vacancies and of fairs, each with one form."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from vetgrid.core.clock import today
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.employment import actions, queries
from vetgrid.employment.forms import FairForm, VacancyForm
from vetgrid.employment.permissions import EmploymentPermission
from vetgrid.web.answering import form_page

READ, EDIT = EmploymentPermission.READ, EmploymentPermission.EDIT


@guarded(READ)
def vacancies(request: Any) -> HttpResponse:
    text, is_all = request.GET.get("text", "")[:40], request.GET.get("all") == "1"
    rows = queries.vacancies(text=text, on=None if is_all else today(), seen_by=request.actor)
    context = {
        "text": text,
        "is_all": is_all,
        "page": page_of(rows, number=request.GET.get("page")),
        "may_edit": request.actor.may(EDIT),
    }
    return render(request, "employment/vacancies.html", context)


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def new_vacancy(request: Any) -> HttpResponse:
    def act(data: dict[str, Any]) -> None:
        division = request.actor.places(EDIT).low
        actions.keep_vacancy(data, division=division, by=request.actor, today=today())

    form = VacancyForm(request.POST or None, initial={"published_on": today()})
    return form_page(request, form, title="登记招聘岗位", back="/vacancies", act=act, done="已发布。")


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def edit_vacancy(request: Any, vacancy_id: UUID) -> HttpResponse:
    row = queries.vacancy(vacancy_id, seen_by=request.actor)

    def act(data: dict[str, Any]) -> None:
        actions.keep_vacancy(
            data, division=row.division, by=request.actor, today=today(), vacancy_id=row.id, version=row.version
        )

    form = VacancyForm(request.POST or None, initial={name: getattr(row, name) for name in VacancyForm.base_fields})
    return form_page(request, form, title=f"修改岗位 · {row.title}", back="/vacancies", act=act, done="已保存。")


@guarded(READ)
def fairs(request: Any) -> HttpResponse:
    rows = queries.fairs(seen_by=request.actor)
    page = page_of(rows, number=request.GET.get("page"))
    return render(request, "employment/fairs.html", {"page": page, "may_edit": request.actor.may(EDIT)})


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def new_fair(request: Any) -> HttpResponse:
    def act(data: dict[str, Any]) -> None:
        actions.keep_fair(data, division=request.actor.places(EDIT).low, by=request.actor, today=today())

    return form_page(
        request, FairForm(request.POST or None), title="登记招聘会", back="/fairs", act=act, done="已发布。"
    )


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def edit_fair(request: Any, fair_id: UUID) -> HttpResponse:
    row = queries.fair(fair_id, seen_by=request.actor)

    def act(data: dict[str, Any]) -> None:
        actions.keep_fair(
            data, division=row.division, by=request.actor, today=today(), fair_id=row.id, version=row.version
        )

    form = FairForm(request.POST or None, initial={name: getattr(row, name) for name in FairForm.base_fields})
    return form_page(request, form, title=f"修改招聘会 · {row.title}", back="/fairs", act=act, done="已保存。")
