"""Suspected duplicates: found in batches, compared side by side, merged or dismissed, and merged ones parted again."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from vetgrid.core.clock import today
from vetgrid.core.errors import NotFound
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.orgs.names import names_of
from vetgrid.registry import actions, queries
from vetgrid.registry.forms import DuplicateFilterForm
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.registry.reading import show

REASONS = {
    "same_id": "身份证号相同",
    "same_name_and_birth": "姓名和出生日期相同",
    "similar_name": "姓名读音和出生日期相同",
    "id_one_digit": "同名且身份证号只差一位",
}


@guarded(RegistryPermission.MERGE)
def duplicates(request: Any) -> HttpResponse:
    form = DuplicateFilterForm(request.GET or {"state": "open"})
    form.is_valid()
    page = page_of(
        queries.duplicates(state=form.cleaned_data.get("state", "open"), seen_by=request.actor),
        number=request.GET.get("page"),
    )
    names = names_of({row.division for row in page.rows} | {row.other_division for row in page.rows})
    rows = [(row, REASONS.get(row.reason, row.reason)) for row in page.rows]
    return render(request, "registry/duplicates.html", {"form": form, "page": page, "rows": rows, "names": names})


@guarded(RegistryPermission.MERGE)
@require_POST
def find(request: Any) -> HttpResponse:
    added = 0
    for low, _ in request.actor.places(RegistryPermission.MERGE).intervals:
        added += actions.find_duplicates(division=low, by=request.actor, today=today())
    messages.success(request, f"查找完成,新发现{added}对疑似重复。" if added else "查找完成,没有新的疑似重复。")
    return redirect("/duplicates")


@guarded(RegistryPermission.MERGE)
def duplicate(request: Any, duplicate_id: UUID) -> HttpResponse:
    row = queries.duplicates(state="", seen_by=request.actor).filter(pk=duplicate_id).first()
    if row is None:
        raise NotFound()
    one, other = (dict(_values(person, request)) for person in (row.person, row.other))
    lines = [
        (label, one.get(label, ""), other.get(label, ""), one.get(label, "") == other.get(label, ""))
        for label in one | other
    ]
    context = {
        "row": row,
        "lines": lines,
        "reason": REASONS.get(row.reason, row.reason),
        "names": names_of([row.division, row.other_division]),
    }
    return render(request, "registry/duplicate.html", context)


def _values(person: Any, request: Any) -> list[tuple[str, str]]:
    found = []
    for part in queries.file_of(person, seen_by=request.actor):
        for at, fact in enumerate(part.facts):
            for entry in part.section.fields:
                text = show(entry, getattr(fact, entry.attribute))
                if text:
                    found.append((f"{part.section.label}{at + 1 if len(part.facts) > 1 else ''} · {entry.label}", text))
    return found


@guarded(RegistryPermission.MERGE)
@require_POST
def decide(request: Any, duplicate_id: UUID) -> HttpResponse:
    row = queries.duplicates(state="", seen_by=request.actor).filter(pk=duplicate_id).first()
    if row is None:
        raise NotFound()
    if "dismiss" in request.POST:
        actions.dismiss_duplicate(
            duplicate_id=duplicate_id, note=request.POST.get("note", ""), by=request.actor, today=today()
        )
        messages.success(request, "已标记为不是同一人。")
        return redirect("/duplicates")
    kept, absorbed = (
        (row.person_id, row.other_id) if request.POST.get("keep") != "other" else (row.other_id, row.person_id)
    )
    actions.merge(kept_id=kept, absorbed_id=absorbed, by=request.actor, today=today())
    messages.success(request, "已合并。如有差错,可在“合并记录”里撤销。")
    return redirect("/merges")


@guarded(RegistryPermission.MERGE)
def merges(request: Any) -> HttpResponse:
    page = page_of(queries.merges(seen_by=request.actor), number=request.GET.get("page"))
    return render(request, "registry/merges.html", {"page": page, "names": names_of(row.division for row in page.rows)})


@guarded(RegistryPermission.MERGE)
@require_POST
def undo(request: Any, merge_id: UUID) -> HttpResponse:
    actions.undo_merge(merge_id=merge_id, by=request.actor, today=today())
    messages.success(request, "已撤销合并,两份档案恢复原样。")
    return redirect("/merges")
