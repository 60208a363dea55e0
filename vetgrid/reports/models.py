"""We store: sealed reports, with every figure and the rows behind it as they were on the day of sealing."""

from django.db import models

from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection

REPORTS = Protection(domain="reports", app=("SELECT", "INSERT"), job=("SELECT", "INSERT"))


class SealedReport(Scoped):
    """封存报告: figures of one period for one place, fixed; `digest` is the SM3 over its lines and rows."""

    title = models.CharField(max_length=120)
    from_on = models.DateField()
    to_on = models.DateField()
    sealed_at = models.DateTimeField()
    sealed_by = models.UUIDField()
    sealed_by_name = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    protection = REPORTS


class SealedFigure(Scoped):
    """One figure of a sealed report; `rows` is the list of rows behind it, as shown then."""

    report = models.ForeignKey(SealedReport, models.PROTECT, related_name="figures")
    position = models.IntegerField()
    key = models.CharField(max_length=60)
    label = models.CharField(max_length=120)
    unit = models.CharField(max_length=20)
    value = models.CharField(max_length=40, blank=True)
    columns = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    protection = REPORTS

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "key"], name="sealed_figure_once")]
