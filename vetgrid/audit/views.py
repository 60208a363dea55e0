"""Console pages of the auditor."""

import json
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from vetgrid.audit import chain, queries
from vetgrid.audit.permissions import AuditPermission
from vetgrid.audit.trail import record
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.web.forms import DayField, Form


class EntryFilterForm(Form):
    actor_name = forms.CharField(label="操作人", required=False, max_length=40)
    verb = forms.CharField(label="操作", required=False, max_length=60)
    table = forms.CharField(label="数据表", required=False, max_length=63)
    row = forms.CharField(label="记录编号", required=False, max_length=64)
    day = DayField(label="日期", required=False)


class VerifyForm(Form):
    against = forms.CharField(
        label="纸质校验值", required=False, max_length=64, help_text="可填每日校验表上的任一校验值,核对它仍在链上。"
    )


@guarded(AuditPermission.READ)
def entries(request: Any) -> HttpResponse:
    form = EntryFilterForm(request.GET)
    form.is_valid()
    texts: dict[str, Any] = {key: form.cleaned_data.get(key) or "" for key in form.fields if key != "day"}
    asked = queries.EntryFilter(**texts, day=form.cleaned_data.get("day"))
    page = page_of(queries.entries(asked, seen_by=request.actor), number=request.GET.get("page"), size="50")
    rows = [(row, _short(row.before), _short(row.after)) for row in page.rows]
    return render(request, "audit/entries.html", {"form": form, "page": page, "rows": rows})


def _short(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)[:400]


@guarded(AuditPermission.VERIFY)
@require_http_methods(["GET", "POST"])
def verify(request: Any) -> HttpResponse:
    form = VerifyForm(request.POST or None)
    verdict = None
    if request.method == "POST" and form.is_valid():
        verdict = chain.verify(against=form.cleaned_data["against"].strip())
        record(
            request.actor,
            AuditPermission.VERIFY,
            division=request.actor.places(AuditPermission.VERIFY).low,
            detail={"seals": verdict.seals, "problems": len(verdict.problems)},
        )
    return render(request, "audit/verify.html", {"form": form, "verdict": verdict})


@guarded(AuditPermission.READ)
def digest(request: Any) -> HttpResponse:
    """The daily digest, to print and keep in a safe: real time, not the demo's day."""
    form = EntryFilterForm(request.GET)
    form.is_valid()
    day = form.cleaned_data.get("day") or timezone.localdate()
    return render(request, "audit/digest.html", {"day": day, "seals": queries.seals_of(day, seen_by=request.actor)})
