"""Console pages of the report: the lines, the rows behind a line, exports, sealed reports."""

from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from vetgrid.audit.trail import record
from vetgrid.core.clock import today
from vetgrid.core.errors import NotFound, Refused
from vetgrid.core.figures import Period
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.orgs.names import names_of
from vetgrid.reports import actions, queries
from vetgrid.reports.catalogue import MODULES
from vetgrid.reports.files import MEDIA, Row, table_xlsx
from vetgrid.reports.files import render as render_file
from vetgrid.reports.forms import PeriodForm, SealForm
from vetgrid.reports.permissions import ReportsPermission

READ, SEAL, EXPORT = ReportsPermission.READ, ReportsPermission.SEAL, ReportsPermission.EXPORT
FOUNDED = date(2018, 12, 28)


def _asked(request: Any) -> Period:
    return queries.period_from(
        request.GET.get("from_on", ""), request.GET.get("to_on", ""), default=Period(FOUNDED, today())
    )


@guarded(READ)
def five_year(request: Any) -> HttpResponse:
    asked = _asked(request)
    form = PeriodForm(initial={"from_on": asked.from_on, "to_on": asked.to_on})
    computed = queries.five_year(asked, seen_by=request.actor)
    groups = [
        (label, [(entry, queries.text_of(entry.value)) for entry in computed if entry.line.module == module])
        for module, label in MODULES.items()
    ]
    groups.sort(key=lambda group: not any(entry.state == "kept" for entry, _ in group[1]))
    places = request.actor.places(READ)
    context = {
        "groups": groups,
        "form": form,
        "asked": asked,
        "kept": sum(entry.state == "kept" for entry in computed),
        "total": len(computed),
        "place": "、".join(names_of([low for low, _ in places.intervals]).values()),
        "may_seal": request.actor.may(SEAL),
        "may_export": request.actor.may(EXPORT),
    }
    return render(request, "reports/five_year.html", context)


@guarded(READ)
def rows(request: Any, key: str) -> HttpResponse:
    asked = _asked(request)
    line, figure, found = queries.rows_behind(key, asked, seen_by=request.actor)
    page = page_of(found, number=request.GET.get("page"), size=request.GET.get("size"))
    context = {
        "line": line,
        "figure": figure,
        "value": queries.text_of(figure.value(found)),
        "page": page,
        "asked": asked,
        "cells": [[column.text(row) for column in figure.columns] for row in page.rows],
        "may_export": request.actor.may(EXPORT),
    }
    return render(request, "reports/rows.html", context)


@guarded(EXPORT)
def rows_file(request: Any, key: str) -> HttpResponse:
    line, figure, found = queries.rows_behind(key, _asked(request), seen_by=request.actor)
    record(
        request.actor, EXPORT, division=request.actor.places(EXPORT).low, detail={"figure": key, "rows": found.count()}
    )
    body = table_xlsx(
        line.label,
        [column.label for column in figure.columns],
        list(queries.as_texts(figure, found)),
        notes=[_demo_line()],
    )
    return _download(body, f"{key}.xlsx", MEDIA["xlsx"])


@guarded(EXPORT)
def file(request: Any, kind: str) -> HttpResponse:
    if kind not in MEDIA:
        raise NotFound("没有这种格式,请选择 csv、xlsx、docx 或 pdf。")
    asked = _asked(request)
    lines = [
        Row(entry.line.key, entry.line.module, entry.line.label, queries.text_of(entry.value), entry.line.unit)
        for entry in queries.five_year(asked, seen_by=request.actor)
    ]
    record(
        request.actor, EXPORT, division=request.actor.places(EXPORT).low, detail={"report": "five-year", "format": kind}
    )
    title = f"{settings.INSTANCE.county_name}退役军人工作报告"
    body = render_file(lines, kind=kind, title=title, subtitle=f"{asked.from_on} 至 {asked.to_on}", footer=_demo_line())
    return _download(body, f"five-year.{kind}", MEDIA[kind])


def _demo_line() -> str:
    return "演示数据,人物均为虚构" if settings.INSTANCE.is_demo else ""


def _download(body: bytes, name: str, media: str) -> HttpResponse:
    return HttpResponse(body, content_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@guarded(SEAL)
@require_http_methods(["GET", "POST"])
def seal(request: Any) -> HttpResponse:
    form = SealForm(
        request.POST or None,
        initial={"title": f"工作报告({FOUNDED} 至 {today()})", "from_on": FOUNDED, "to_on": today()},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            asked = queries.period_from(
                data["from_on"].isoformat(), data["to_on"].isoformat(), default=Period(FOUNDED, today())
            )
            report = actions.seal(
                title=data["title"],
                asked=asked,
                division=request.actor.places(SEAL).low,
                by=request.actor,
                today=today(),
            )
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, "报告已封存,以后的修改不会影响它。")
            return redirect(f"/reports/sealed/{report.id}")
    return render(request, "reports/seal.html", {"form": form}, status=422 if form.errors else 200)


@guarded(READ)
def sealed_reports(request: Any) -> HttpResponse:
    page = page_of(queries.sealed_reports(seen_by=request.actor), number=request.GET.get("page"))
    return render(request, "reports/sealed_reports.html", {"page": page, "may_seal": request.actor.may(SEAL)})


@guarded(READ)
def sealed_report(request: Any, report_id: UUID) -> HttpResponse:
    report = queries.sealed_report(report_id, seen_by=request.actor)
    figures = queries.sealed_figures(report, seen_by=request.actor)
    is_whole = actions.digest_of(figures) == report.digest
    return render(request, "reports/sealed_report.html", {"report": report, "figures": figures, "is_whole": is_whole})


@guarded(READ)
def sealed_rows(request: Any, report_id: UUID, key: str) -> HttpResponse:
    report = queries.sealed_report(report_id, seen_by=request.actor)
    figure = next((row for row in queries.sealed_figures(report, seen_by=request.actor) if row.key == key), None)
    if figure is None:
        raise NotFound("这份报告里没有这项数字。")
    return render(
        request,
        "reports/sealed_rows.html",
        {"report": report, "figure": figure, "rows": figure.rows[:500], "more": max(0, len(figure.rows) - 500)},
    )
