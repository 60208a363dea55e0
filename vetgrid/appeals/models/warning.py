"""We store: alerts at the source: which rule, in which version, and the rows that caused it. Nobody is scored."""

from django.db import models
from django.db.models import Q

from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection


class Alert(Scoped):
    """预警: a rule found something that needs a look; the rows behind it are listed."""

    rule = models.CharField(max_length=30)
    rule_from = models.DateField()
    """Since when this version of the rule holds."""
    key = models.CharField(max_length=120)
    """The same cause gives the same key: one open alert."""
    title = models.CharField(max_length=120)
    found_on = models.DateField()
    closed_on = models.DateField(null=True)
    conclusion = models.CharField(max_length=300, blank=True)
    closed_by_name = models.CharField(max_length=80, blank=True)
    protection = Protection(domain="appeals")

    class Meta:
        indexes = [models.Index(fields=["division", "-found_on"], name="alert_by_division")]
        constraints = [models.UniqueConstraint(fields=["key"], condition=Q(closed_on=None), name="alert_once_open")]


class AlertRow(Scoped):
    """One row that caused the alert."""

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="rows")
    table = models.CharField(max_length=40)
    row = models.UUIDField()
    label = models.CharField(max_length=160)
    url = models.CharField(max_length=120)
    protection = Protection(
        domain="appeals", also_readable="EXISTS (SELECT 1 FROM appeals_alert a WHERE a.id = alert_id)"
    )
