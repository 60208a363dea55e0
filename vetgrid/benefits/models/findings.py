"""We store: what a sweep found about a person and a programme, and the batches that look at everybody."""

from django.db import models
from django.db.models import Q

from vetgrid.benefits.models.facts import BENEFITS
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.registry.models import Person


class Finding(Scoped):
    """发现: entitled and receiving or not, receiving and not entitled, or entitled soon. One open row a person, programme, kind."""

    class Kind(models.TextChoices):
        RECEIVING = "receiving", "应享已享"
        MISSING = "missing", "应享未享"
        UNDUE = "undue", "不应享而享"
        SOON = "soon", "即将可享"

    person = models.ForeignKey(Person, models.PROTECT, related_name="findings", db_constraint=False, db_index=False)
    programme = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    month = models.IntegerField()
    """The month that was looked at."""
    soon_month = models.IntegerField(null=True)
    """The first month of the entitlement that comes."""
    amount_fen = models.BigIntegerField(default=0)
    papers = models.JSONField(default=list)
    """Papers of the programme that are still missing."""
    item_id = models.UUIDField(null=True)
    found_on = models.DateField()
    closed_on = models.DateField(null=True)
    outcome = models.CharField(max_length=60, blank=True)

    # Not in the trail: the sweep makes it from facts and awards, which are there.
    protection = Protection(
        domain="benefits", is_audited=False, follows=("person", "registry_person"), person_column="person_id"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["division", "kind", "programme"], name="finding_by_division", condition=Q(closed_on=None)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "programme", "kind"], condition=Q(closed_on=None), name="finding_once_open"
            ),
        ]


class Run(Scoped):
    """测算批次: everybody of a place for a month, place by place, so that it can be stopped and taken up again."""

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "正在测算"
        CANCELLED = "cancelled", "已取消"
        DONE = "done", "已完成"
        FAILED = "failed", "失败"

    label = models.CharField(max_length=80)
    month = models.IntegerField()
    months = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    """The last place that is done; the run goes on after it."""
    results = models.JSONField(default=dict)
    """Sums only: programme to months to people and fen."""
    error = models.CharField(max_length=300, blank=True)
    asked_by = models.UUIDField()
    asked_by_name = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    protection = Protection(domain="benefits")

    class Meta:
        indexes = [models.Index(fields=["division", "-asked_at"], name="run_by_division")]


__all__ = ["BENEFITS", "Finding", "Run"]
