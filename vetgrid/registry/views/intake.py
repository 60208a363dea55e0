"""The import wizard (upload, columns, check, load) and exports."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from vetgrid.core.clock import today
from vetgrid.core.errors import NotFound, Refused
from vetgrid.core.guard import guarded
from vetgrid.core.paging import page_of
from vetgrid.core.places import Level
from vetgrid.core.reach import within
from vetgrid.orgs.names import choices_within, names_of
from vetgrid.registry import tasks
from vetgrid.registry.intake import actions, exporting, mapping
from vetgrid.registry.models import ExportRun, ImportBatch, ImportRow
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.registry.views.people import asked_from
from vetgrid.web.forms import Form, choices

IMPORT, EXPORT = RegistryPermission.IMPORT, RegistryPermission.EXPORT
_STEPS = ["上传", "对应列", "检查", "导入"]
_STEP_OF = {
    "uploaded": 0,
    "reading": 0,
    "mapping": 1,
    "checking": 2,
    "checked": 2,
    "loading": 3,
    "done": 4,
    "failed": 0,
    "discarded": 0,
}
BUSY = ("reading", "checking", "loading")


class UploadForm(Form):
    division = forms.ChoiceField(label="导入到", choices=())
    file = forms.FileField(label="表格文件", help_text="xlsx、xls 或 csv,不超过50MB;第一个工作表,表头一行。")

    def __init__(self, *args: Any, seen_by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = choices_within(seen_by.places(IMPORT), levels=[Level.COUNTY, Level.TOWN, Level.VILLAGE])
        self.set_choices("division", places if len(places) == 1 else choices(places))


class ExportForm(Form):
    reason = forms.CharField(label="用途", max_length=200)
    is_clear = forms.BooleanField(label="含完整证件号和电话(会记入审计)", required=False)


def _batches(request: Any) -> Any:
    return within(ImportBatch.objects.all(), request.actor.places(IMPORT)).order_by("-made_at")


def _batch(request: Any, batch_id: UUID) -> ImportBatch:
    found: ImportBatch | None = _batches(request).filter(pk=batch_id).first()
    if found is None:
        raise NotFound("没有找到这个导入批次。它可能不在您的管辖范围内。")
    return found


@guarded(IMPORT)
@require_http_methods(["GET", "POST"])
def imports(request: Any) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None, seen_by=request.actor)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        if file.size > 50 * 1024 * 1024:
            form.add_error("file", "文件超过50MB。请删去多余内容,或分成几个文件上传。")
        else:
            try:
                corrects = request.POST.get("corrects", "")
                batch = actions.upload(
                    body=file.read(),
                    name=file.name or "表格",
                    division=int(form.cleaned_data["division"]),
                    corrects=UUID(corrects) if corrects else None,
                    by=request.actor,
                    today=today(),
                )
            except (Refused, ValueError) as error:
                form.refuse(error) if isinstance(error, Refused) else form.add_error(None, "请从导入批次页面重新上传。")
            else:
                tasks.read_sheet.defer(batch_id=str(batch.id), asker=str(request.actor.id))
                return redirect(f"/imports/{batch.id}")
    page = page_of(_batches(request), number=request.GET.get("page"))
    context = {"form": form, "page": page, "names": names_of(row.division for row in page.rows)}
    return render(request, "registry/imports.html", context, status=422 if form.errors else 200)


@guarded(IMPORT)
def batch(request: Any, batch_id: UUID) -> HttpResponse:
    found = _batch(request, batch_id)
    rows = ImportRow.objects.filter(batch=found).order_by("row_no")
    show = request.GET.get("show", "bad" if found.bad else "")
    page = page_of(rows.filter(outcome=show) if show else rows, number=request.GET.get("page"))
    sample = [actions.unpacked(row)[0] for row in rows[:3]] if found.state == "mapping" else []
    context = {
        "batch": found,
        "page": page,
        "show": show,
        "steps": [(at, label) for at, label in enumerate(_STEPS)],
        "step": _STEP_OF[found.state],
        "is_busy": found.state in BUSY,
        "progress": _progress(found),
        "place": names_of([found.division]).get(found.division, ""),
        "columns": [
            (str(at), header, found.mapping.get(str(at), ""), [row[at] for row in sample if at < len(row) and row[at]])
            for at, header in enumerate(found.headers)
        ],
        "choices": mapping.choices(),
        "outcomes": ImportRow.Outcome.choices,
        "lines": [
            (
                row,
                actions.unpacked(row)[0][:6],
                [
                    (found.headers[int(at)] if int(at) < len(found.headers) else "", text)
                    for at, text in row.errors.items()
                ],
            )
            for row in page.rows
        ]
        if found.state in ("checked", "done")
        else [],
    }
    template = "registry/import_progress.html" if request.headers.get("HX-Request") else "registry/import.html"
    response = render(request, template, context)
    if request.headers.get("HX-Request") and not context["is_busy"]:
        response["HX-Redirect"] = f"/imports/{batch_id}"
    return response


def _progress(found: ImportBatch) -> int | None:
    if found.state != "loading":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT registry_import_progress_of(%s)", [found.id])
        row = cursor.fetchone()
    return int(row[0] or 0)


@guarded(IMPORT)
@require_POST
def columns(request: Any, batch_id: UUID) -> HttpResponse:
    found = _batch(request, batch_id)
    chosen = {str(at): request.POST.get(f"column-{at}", "") for at in range(len(found.headers))}
    actions.choose_columns(batch_id=batch_id, chosen=chosen, by=request.actor, today=today())
    tasks.check_rows.defer(batch_id=str(batch_id), asker=str(request.actor.id))
    return redirect(f"/imports/{batch_id}")


@guarded(IMPORT)
@require_POST
def load(request: Any, batch_id: UUID) -> HttpResponse:
    _batch(request, batch_id)
    actions.start_loading(batch_id=batch_id, by=request.actor, today=today())
    tasks.load_rows.defer(batch_id=str(batch_id), asker=str(request.actor.id))
    return redirect(f"/imports/{batch_id}")


@guarded(IMPORT)
@require_POST
def discard(request: Any, batch_id: UUID) -> HttpResponse:
    _batch(request, batch_id)
    actions.discard(batch_id=batch_id, by=request.actor, today=today())
    messages.success(request, "已放弃这次导入,没有改动任何档案。")
    return redirect("/imports")


@guarded(IMPORT)
@require_POST
def choose_row(request: Any, batch_id: UUID, row_no: int) -> HttpResponse:
    """One row in or out of the load."""
    found = _batch(request, batch_id)
    if found.state == "checked":
        is_in = request.POST.get("is_chosen") == "1"
        ImportRow.objects.filter(batch=found, row_no=row_no).exclude(outcome="bad").update(is_chosen=is_in)
    return redirect(f"/imports/{batch_id}?show={request.POST.get('show', '')}")


@guarded(IMPORT)
@require_POST
def rejected(request: Any, batch_id: UUID) -> HttpResponse:
    _batch(request, batch_id)
    stored = actions.rejected_rows(batch_id=batch_id, by=request.actor, today=today())
    return redirect(f"/files/{stored.id}")


@guarded(EXPORT)
def exports(request: Any) -> HttpResponse:
    rows = within(ExportRun.objects.filter(asked_by=request.actor.id), request.actor.places(EXPORT)).order_by(
        "-asked_at"
    )
    page = page_of(rows, number=request.GET.get("page"))
    context = {"page": page, "is_busy": any(row.state in ("waiting", "running") for row in page.rows)}
    return render(
        request, "registry/exports_part.html" if request.headers.get("HX-Request") else "registry/exports.html", context
    )


@guarded(EXPORT)
@require_http_methods(["GET", "POST"])
def new_export(request: Any) -> HttpResponse:
    form = ExportForm(request.POST or None)
    _, asked = asked_from(request)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            run = exporting.ask(
                filters=vars(asked),
                is_masked=not data["is_clear"],
                reason=data["reason"],
                by=request.actor,
                today=today(),
            )
        except Refused as error:
            form.refuse(error)
        else:
            tasks.make_export.defer(run_id=str(run.id), asker=str(request.actor.id))
            return redirect("/exports")
    return render(request, "registry/new_export.html", {"form": form}, status=422 if form.errors else 200)
