"""We store: files with the results of city, province, bank and maker, and what became of each of their rows."""

from django.db import models

from vetgrid.core.crypto import SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection


class StepFile(Scoped):
    """回执文件: one uploaded sheet; the same bytes are never applied twice."""

    step = models.CharField(max_length=12)
    """A key of data/cards/intake.toml."""
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    rows = models.IntegerField()
    applied = models.IntegerField()
    repeated = models.IntegerField()
    unmatched = models.IntegerField()
    loaded_at = models.DateTimeField()
    loaded_by_name = models.CharField(max_length=80)
    protection = Protection(domain="cards", app=("SELECT", "INSERT"), job=("SELECT", "INSERT"))

    class Meta:
        indexes = [models.Index(fields=["division", "-loaded_at"], name="card_file_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["division", "step", "digest"], name="card_file_once"),
            models.UniqueConstraint(fields=["id", "division"], name="card_file_id_and_division"),
        ]


class StepRow(Scoped):
    """文件行: what the row said (sealed) and what became of it; unmatched rows stay until somebody looked into them."""

    class Outcome(models.TextChoices):
        APPLIED = "applied", "已办理"
        REPEATED = "repeated", "已办过"
        UNMATCHED = "unmatched", "待查"

    file = models.ForeignKey(StepFile, models.PROTECT, related_name="lines", db_constraint=False)
    row_no = models.IntegerField()
    key = models.CharField(max_length=40, blank=True)
    """The application's number as written."""
    cells = SealedField(purpose="card_file")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    sentence = models.CharField(max_length=300, blank=True)
    application = models.UUIDField(null=True)
    settled_on = models.DateField(null=True)
    settled_note = models.CharField(max_length=200, blank=True)
    settled_by_name = models.CharField(max_length=80, blank=True)
    protection = Protection(
        domain="cards",
        follows=("file", "cards_stepfile"),
        through="EXISTS (SELECT 1 FROM cards_stepfile f WHERE f.id = file_id)",
    )

    class Meta:
        indexes = [models.Index(fields=["file", "row_no"], name="card_row_in_order")]
