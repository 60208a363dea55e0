"""We store: dated values of the parameter tables, proposals to add some, and simulations with their aggregates."""

from django.db import models
from django.db.models import F, Q

from vetgrid.core.models import Scoped
from vetgrid.core.protection import READ_WRITE, Protection

PROPOSED, APPROVED, REJECTED, WITHDRAWN = "proposed", "approved", "rejected", "withdrawn"


class Simulation(Scoped):
    """政策模拟: what would change; `result` holds sums and counts only, never a person."""

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "正在测算"
        DONE = "done", "已完成"
        FAILED = "failed", "没有完成"
        CANCELLED = "cancelled", "已取消"

    label = models.CharField(max_length=80)
    assumptions = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=300, blank=True)
    asked_by = models.UUIDField()
    asked_by_name = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    expires_on = models.DateField()
    """The worker removes it after this day, unless it belongs to a proposal."""

    protection = Protection(domain="benefits", job=(*READ_WRITE, "DELETE"))

    class Meta:
        indexes = [models.Index(fields=["division", "-asked_at"], name="simulation_by_division")]

    def __str__(self) -> str:
        return self.label


class Proposal(Scoped):
    """标准变更: values that somebody wants to add for a place, and what another person said to it. `division` is the place."""

    label = models.CharField(max_length=80)
    document = models.CharField(max_length=200)
    trust = models.CharField(max_length=12)
    effective_on = models.DateField()
    known_since = models.DateField()
    rows = models.JSONField(default=list)
    """[{"table", "cell", "mode", "value", "unit"}] as in the files of parameters."""
    warnings = models.JSONField(default=list)
    """What the checks said; the proposer explains it in `explanation`."""
    explanation = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, default=PROPOSED)
    proposed_by = models.UUIDField()
    proposed_by_name = models.CharField(max_length=80)
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    """Why it was rejected or withdrawn."""
    simulation = models.ForeignKey(Simulation, models.PROTECT, null=True, related_name="+", db_index=False)

    protection = Protection(domain="benefits")

    class Meta:
        indexes = [models.Index(fields=["division", "state", "-proposed_at"], name="proposal_queue")]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")), name="proposal_decided_by_another"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[PROPOSED, WITHDRAWN], decided_by=None)
                | Q(state__in=[APPROVED, REJECTED], decided_by__isnull=False),
                name="proposal_decision_has_a_name",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class ParameterRow(Scoped):
    """标准: one dated value of a cell at a place (`division`), with its document. Only ever added (database.sql)."""

    table = models.CharField(max_length=40)
    cell = models.CharField(max_length=60, blank=True)
    effective_on = models.DateField()
    known_since = models.DateField()
    recorded_at = models.DateTimeField()
    """When it came to be used here: the approval; for rows that ship, the day from which they are known."""
    mode = models.CharField(max_length=10)
    amount = models.BigIntegerField()
    written = models.CharField(max_length=20)
    unit = models.CharField(max_length=12)
    document = models.CharField(max_length=200)
    trust = models.CharField(max_length=12)
    note = models.CharField(max_length=200, blank=True)
    proposal = models.ForeignKey(Proposal, models.PROTECT, null=True, related_name="added", db_index=False)

    protection = Protection(domain="benefits", is_public=True, app=("SELECT", "INSERT"), job=("SELECT", "INSERT"))

    class Meta:
        indexes = [models.Index(fields=["table", "effective_on"], name="parameter_by_table")]
        constraints = [
            models.UniqueConstraint(
                fields=["table", "cell", "division", "mode", "effective_on", "known_since", "written", "unit"],
                condition=Q(proposal=None),
                name="parameter_shipped_once",
            ),
            models.UniqueConstraint(fields=["proposal", "table", "cell", "mode"], name="parameter_once_a_proposal"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.cell} {self.effective_on}"
