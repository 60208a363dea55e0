"""We store: spreadsheets on their way in (batches, rows, remembered mappings) and lists on their way out."""

from django.db import models

from vetgrid.core.crypto import SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.registry.models.person import REGISTRY


class ImportBatch(Scoped):
    """导入批次: one uploaded sheet, from upload to done. `division` is the place the clerk imports for."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", "已上传"
        READING = "reading", "正在读取"
        MAPPING = "mapping", "待对应列"
        CHECKING = "checking", "正在检查"
        CHECKED = "checked", "已检查"
        LOADING = "loading", "正在导入"
        DONE = "done", "已完成"
        FAILED = "failed", "失败"
        DISCARDED = "discarded", "已放弃"

    file = models.UUIDField()
    file_name = models.CharField(max_length=200)
    file_digest = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=State.choices, default=State.UPLOADED)
    headers = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    """Column number (as text) to field key of the catalogue, '' for ignored."""
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    good = models.IntegerField(default=0)
    bad = models.IntegerField(default=0)
    created_count = models.IntegerField(default=0)
    updated_count = models.IntegerField(default=0)
    unchanged_count = models.IntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    made_by = models.UUIDField()
    made_by_name = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    protection = REGISTRY

    class Meta:
        indexes = [models.Index(fields=["division", "-made_at"], name="import_batch_by_division")]


class ImportRow(Scoped):
    """导入行: one row of the sheet, sealed; `errors` maps a column number to its sentence (without personal data)."""

    class Outcome(models.TextChoices):
        NEW = "new", "新建"
        UPDATE = "update", "更新"
        SAME = "same", "无变化"
        BAD = "bad", "有错误"
        LOADED = "loaded", "已导入"

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows", db_index=False)
    row_no = models.IntegerField()
    cells = SealedField(purpose="import_row", null=False)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    errors = models.JSONField(default=dict)
    is_chosen = models.BooleanField(default=True)
    person_id = models.UUIDField(null=True)
    protection = Protection(
        domain="registry",
        is_audited=False,
        app=("SELECT", "INSERT", "UPDATE", "DELETE"),
        job=("SELECT", "INSERT", "UPDATE", "DELETE"),
    )

    class Meta:
        indexes = [models.Index(fields=["batch", "outcome", "row_no"], name="import_row_by_outcome")]
        constraints = [models.UniqueConstraint(fields=["batch", "row_no"], name="import_row_once")]


class ImportMapping(Scoped):
    """记住的列对应: the mapping last used for sheets with these headers at this place."""

    signature = models.CharField(max_length=64)
    mapping = models.JSONField()
    used_at = models.DateTimeField()
    protection = REGISTRY

    class Meta:
        constraints = [models.UniqueConstraint(fields=["division", "signature"], name="import_mapping_once")]


class ExportRun(Scoped):
    """导出: a list asked for with a reason; the file is made by the worker. `division` is the exporter's place."""

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "正在生成"
        DONE = "done", "可下载"
        FAILED = "failed", "失败"

    what = models.CharField(max_length=40)
    filters = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    is_masked = models.BooleanField(default=True)
    reason = models.CharField(max_length=200)
    asked_by = models.UUIDField()
    asked_by_name = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    file = models.UUIDField(null=True)
    error = models.CharField(max_length=300, blank=True)
    protection = REGISTRY

    class Meta:
        indexes = [models.Index(fields=["division", "-asked_at"], name="export_run_by_division")]
