"""We store: pay runs with their frozen claims and lines, what the gate found, who did which step, and who bears the cost."""

from django.db import models
from django.db.models import Q

from vetgrid.core.crypto import BlindIndexField, SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.registry.models import Person

_ADDED = ("SELECT", "INSERT")


class PayRun(Scoped):
    """发放批次: one payment to many, from draft to closed. `division` is the place that pays.

    `digest` is taken over claims, lines, accounts and ledger when they were frozen; later steps compare it.
    `pending` names a step that the worker still has to do, `problem` why the last one of these failed.
    """

    class Kind(models.TextChoices):
        REGULAR = "regular", "正常发放"
        REISSUE = "reissue", "重新发放"
        HISTORY = "history", "历史批次"

    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.REGULAR)
    number = models.CharField(max_length=20)
    label = models.CharField(max_length=80)
    ref = models.CharField(max_length=80, blank=True)
    """What the drafting domain calls it: the same draft asked for twice is one run."""
    month = models.DateField()
    state = models.CharField(max_length=10)
    version = models.IntegerField(default=1)
    claims = models.IntegerField(default=0)
    payees = models.IntegerField(default=0)
    """Lines that pay somebody; lines held back do not count."""
    total_fen = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(null=True)
    gated_at = models.DateTimeField(null=True)
    made_by = models.UUIDField()
    made_by_name = models.CharField(max_length=40)
    maker_staff = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    released_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    pending = models.CharField(max_length=12, blank=True)
    pending_by = models.UUIDField(null=True)
    pending_at = models.DateTimeField(null=True)
    """In real time: what has waited too long is queued again."""
    pending_format = models.CharField(max_length=40, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    protection = Protection(domain="payments")

    class Meta:
        indexes = [models.Index(fields=["division", "-month", "-number"], name="pay_run_by_month")]
        constraints = [
            models.UniqueConstraint(fields=["division", "number"], name="pay_run_number_once"),
            models.UniqueConstraint(fields=["id", "division"], name="pay_run_id_and_division"),
            models.UniqueConstraint(
                fields=["division", "ref"], condition=~Q(ref="") & ~Q(state="cancelled"), name="pay_run_ref_once"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="pay_run_month_is_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.label}"


class Claim(Scoped):
    """应发核定: frozen input. `determined_fen` is the whole amount of that month; `due_fen` is what the ledger still lacks."""

    run = models.ForeignKey(PayRun, models.PROTECT, related_name="claim_rows", db_index=False)
    payee = models.ForeignKey(Person, models.PROTECT, related_name="claims", db_constraint=False, db_index=False)
    purpose = models.CharField(max_length=60)
    month = models.DateField()
    determined_fen = models.BigIntegerField()
    due_fen = models.BigIntegerField()
    basis_id = models.UUIDField(null=True)
    explanation = models.CharField(max_length=20, blank=True)
    """A code of `data/payments/gate.toml`: why the amount differs from last month."""

    # Not in the trail: only added, and the run's digest covers it.
    protection = Protection(
        domain="payments", app=_ADDED, job=_ADDED, is_audited=False, follows=("payee", "registry_person")
    )

    class Meta:
        indexes = [
            models.Index(fields=["run", "payee"], name="claim_by_run"),
            models.Index(fields=["payee", "division"], name="claim_by_payee"),
        ]
        constraints = [models.CheckConstraint(condition=Q(month__day=1), name="claim_month_is_a_month")]


class PayLine(Scoped):
    """发放明细: what one payee gets in one run, with the account as it was frozen. Amount and payee never change.

    `balance_fen` is what the ledger will owe the payee after this run's accruals; a debt pays nothing and stays.
    """

    class Outcome(models.TextChoices):
        OPEN = "open", "待发放"
        HELD = "held", "已暂缓"
        SENT = "sent", "已送银行"
        PAID = "paid", "已到账"
        REJECTED = "rejected", "银行退回"
        NOTHING = "nothing", "本次不付款"

    run = models.ForeignKey(PayRun, models.PROTECT, related_name="lines", db_index=False)
    payee = models.ForeignKey(Person, models.PROTECT, related_name="pay_lines", db_constraint=False, db_index=False)
    number = models.IntegerField()
    amount_fen = models.BigIntegerField()
    balance_fen = models.BigIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.OPEN)
    outcome_on = models.DateField(null=True)
    outcome_code = models.CharField(max_length=20, blank=True)
    account_id = models.UUIDField(null=True)
    """The fact of the registry that the account comes from."""
    bank = models.CharField(max_length=80, blank=True)
    holder = models.CharField(max_length=60, blank=True)
    account = SealedField(purpose="bank_account")
    account_index = BlindIndexField(null=True)

    # Not in the trail: a trigger lets only outcome and account change, and the acts that change them are in the trail.
    protection = Protection(domain="payments", is_audited=False, follows=("payee", "registry_person"))

    class Meta:
        indexes = [
            models.Index(fields=["payee", "division"], name="pay_line_by_payee"),
            models.Index(fields=["run", "outcome", "number"], name="pay_line_by_outcome"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "payee"], name="pay_line_once_in_run"),
            models.UniqueConstraint(fields=["run", "number"], name="pay_line_number_once"),
            models.UniqueConstraint(fields=["id", "division"], name="pay_line_id_and_division"),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="pay_line_not_negative"),
        ]


class Finding(Scoped):
    """核查发现: what a check of the gate says of one line, until it is cleared, signed off, or the line is held back."""

    run = models.ForeignKey(PayRun, models.PROTECT, related_name="findings", db_index=False)
    line = models.ForeignKey(PayLine, models.PROTECT, related_name="findings", db_constraint=False)
    check_key = models.CharField(max_length=40)
    sentence = models.CharField(max_length=300)
    found_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.UUIDField(null=True)
    signed_by_name = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    held_at = models.DateTimeField(null=True)

    protection = Protection(domain="payments", follows=("line", "payments_payline"))

    class Meta:
        indexes = [models.Index(fields=["run", "check_key"], name="finding_by_run")]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "check_key", "sentence"], condition=Q(cleared_at=None), name="finding_once"
            ),
            models.CheckConstraint(
                condition=Q(signed_at=None) | (Q(signed_by__isnull=False) & ~Q(reason="")),
                name="finding_signed_by_name_with_reason",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.cleared_at is None and self.signed_at is None and self.held_at is None


class RunStep(Scoped):
    """批次经过: who did which act when; the forbidden pairs of acts are read from here. Only added."""

    run = models.ForeignKey(PayRun, models.PROTECT, related_name="steps")
    move = models.CharField(max_length=20)
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)
    on = models.DateField()
    at = models.DateTimeField()
    by = models.UUIDField()
    by_name = models.CharField(max_length=40)
    note = models.CharField(max_length=300, blank=True)

    protection = Protection(domain="payments", app=_ADDED, job=_ADDED)


class Funding(Scoped):
    """经费分担: who bears how much of a run, by purpose; written with the release, as the splits of that day said."""

    run = models.ForeignKey(PayRun, models.PROTECT, related_name="funding")
    purpose = models.CharField(max_length=60)
    account = models.CharField(max_length=16)
    share = models.IntegerField()
    """In hundredths of a percent."""
    amount_fen = models.BigIntegerField()

    protection = Protection(domain="payments", app=_ADDED, job=_ADDED)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "purpose", "account"], name="funding_once")]


class PayJob(Scoped):
    """后台办理: something about money that takes a while, done by the worker in one transaction; whoever asked sees how far it is.

    Cancelled in the middle it leaves nothing behind, and taken up again it begins anew. `done` is only told while it runs.
    """

    class Kind(models.TextChoices):
        MONTH = "month", "编制月度发放"
        REISSUE = "reissue", "编制重发批次"
        RETURNED = "returned", "登记银行回盘"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    label = models.CharField(max_length=80)
    month = models.DateField(null=True)
    run = models.ForeignKey(PayRun, models.PROTECT, null=True, related_name="jobs")
    """The run that a return is for, or that was drafted."""
    file = models.UUIDField(null=True)
    format_key = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10)
    version = models.IntegerField(default=1)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    asked_by = models.UUIDField()
    asked_by_name = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    """In real time: what has waited too long is queued again."""
    finished_at = models.DateTimeField(null=True)

    protection = Protection(domain="payments")

    class Meta:
        indexes = [models.Index(fields=["division", "-asked_at"], name="pay_job_by_place")]
        constraints = [
            models.CheckConstraint(condition=Q(month=None) | Q(month__day=1), name="pay_job_month_is_a_month"),
        ]

    def __str__(self) -> str:
        return self.label
