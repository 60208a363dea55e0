"""Pages of the preference list: look up, add, change, complain."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.core.places import Level, ancestor
from vetgrid.offers.actions import cataloguing, complaining
from vetgrid.offers.forms import ComplaintForm, ItemForm
from vetgrid.offers.models import Preference
from vetgrid.offers.permissions import OffersPermission
from vetgrid.offers.queries import catalogue as queries
from vetgrid.offers.rules import what_it_gives
from vetgrid.web.answering import form_page

READ, EDIT = OffersPermission.READ, OffersPermission.EDIT


def _county(request: Any) -> int:
    return ancestor(request.actor.places(EDIT).low, Level.COUNTY)


@guarded(READ)
def preferences(request: Any) -> HttpResponse:
    asked = {name: request.GET.get(name, "")[:60] for name in ("text", "category", "level")}
    is_all = request.GET.get("all") == "1"
    rows = queries.items(**asked, on=None if is_all else today(), seen_by=request.actor)
    page = page_of(rows, number=request.GET.get("page"), size=request.GET.get("size") or "50")
    context = {
        "page": page,
        **asked,
        "is_all": is_all,
        "categories": codes("preference_category").choices(on=today()),
        "levels": Preference.Level.choices,
        "labels": {row.id: codes("preference_category").label(row.category) for row in page.rows},
        "documents": {row.id: codes("preference_document").label(row.document) for row in page.rows},
        "who": {row.id: who(row.classes) for row in page.rows},
        "gives": {row.id: what_it_gives(row.kind, row.percent) or row.get_kind_display() for row in page.rows},
        "counts": queries.by_category(on=today(), seen_by=request.actor),
        "may_edit": request.actor.may(EDIT, at=_county(request)) if request.actor.may(EDIT) else False,
        "today": today(),
    }
    return render(request, "offers/preferences.html", context)


def who(classes: list[str]) -> str:
    """The classes in words; all where none is named."""
    return "、".join(codes("person_class").label(code) for code in classes) or "全部优待对象"


def _asked(data: dict[str, Any]) -> cataloguing.Item:
    values = {key: value for key, value in data.items() if key != "version"}
    return cataloguing.Item(**(values | {"classes": tuple(data["classes"])}))


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def new(request: Any) -> HttpResponse:
    def act(data: dict[str, Any]) -> str:
        row = cataloguing.add_item(_asked(data), division=_county(request), by=request.actor, today=today())
        return f"/preferences/{row.id}"

    form = ItemForm(request.POST or None)
    return form_page(request, form, title="新增优待项目", back="/preferences", act=act, done="已加入优待目录。")


@guarded(READ)
def preference(request: Any, preference_id: UUID) -> HttpResponse:
    row = queries.item(preference_id, seen_by=request.actor)
    context = {
        "row": row,
        "category": codes("preference_category").label(row.category),
        "document": codes("preference_document").label(row.document),
        "who": who(row.classes),
        "gives": what_it_gives(row.kind, row.percent) or row.get_kind_display(),
        "may_edit": request.actor.may(EDIT, at=row.division),
        "complain_url": request.build_absolute_uri(f"/alliance?list=preferences#p{row.number}"),
        "is_over": row.to_on is not None and row.to_on <= today(),
    }
    return render(request, "offers/preference.html", context)


@guarded(EDIT)
@require_http_methods(["GET", "POST"])
def edit(request: Any, preference_id: UUID) -> HttpResponse:
    row = queries.item(preference_id, seen_by=request.actor)
    initial = {name: getattr(row, name) for name in ItemForm.base_fields}
    form = ItemForm(request.POST or None, initial=initial)

    def act(data: dict[str, Any]) -> None:
        version = data["version"] if data["version"] is not None else row.version
        cataloguing.change_item(_asked(data), preference_id=row.id, version=version, by=request.actor, today=today())

    back = f"/preferences/{row.id}"
    return form_page(request, form, title=f"修改 · {row.title}", back=back, act=act, done="已保存。")


@guarded(READ)
@require_http_methods(["GET", "POST"])
def complain(request: Any, preference_id: UUID) -> HttpResponse:
    row = queries.item(preference_id, seen_by=request.actor)

    def act(data: dict[str, Any]) -> str:
        complaining.take_down(**data, preference_id=row.id, by=request.actor, today=today())
        return f"/preferences/{row.id}"

    return form_page(
        request,
        ComplaintForm(request.POST or None),
        title=f"登记投诉 · {row.title}",
        back=f"/preferences/{row.id}",
        act=act,
        done="已登记,会向提供单位了解并回访本人。",
        button="登记",
        context={
            "note": "负有优待义务的单位不履行的,责令限期履行;逾期仍不履行的,处2万元以上5万元以下罚款(军人抚恤优待条例第五十七条)。"
        },
    )
