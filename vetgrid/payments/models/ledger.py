"""We store: the ledger, one row a posting, double entry in fen; the database refuses to change or remove a row."""

from django.db import models
from django.db.models import F, Q

from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.payments.models.runs import PayRun
from vetgrid.registry.models import Person


class Purpose(models.Model):
    """用途: an opaque key (a programme's, say) with the words that screens show. Holds no personal data."""

    key = models.CharField(primary_key=True, max_length=60)
    label = models.CharField(max_length=80)

    protection = Protection(domain=None)

    def __str__(self) -> str:
        return self.label


class Posting(Scoped):
    """分录: `amount_fen` from `credit` to `debit`. `division` is the payee's; rows of a whole run carry the run's own.

    `month` is the month that the money is for, `on` the day of the entry. `ref` makes each entry happen once.
    """

    class Kind(models.TextChoices):
        ACCRUAL = "accrual", "计提"
        RECOVERY = "recovery", "冲减"
        OFFSET = "offset", "抵扣"
        PAYMENT = "payment", "付款"
        REVERSAL = "reversal", "退回"
        FUNDING = "funding", "拨款"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    debit = models.CharField(max_length=16)
    credit = models.CharField(max_length=16)
    amount_fen = models.BigIntegerField()
    payee = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="postings", db_constraint=False, db_index=False
    )
    purpose = models.CharField(max_length=60)
    month = models.DateField()
    on = models.DateField()
    run = models.ForeignKey(PayRun, models.PROTECT, related_name="postings", db_constraint=False, db_index=False)
    line_id = models.UUIDField(null=True)
    reverses_id = models.UUIDField(null=True)
    """The payment that this entry takes back."""
    ref = models.CharField(max_length=130)
    reason = models.CharField(max_length=80)
    by = models.UUIDField()
    at = models.DateTimeField()

    # Not in the trail: it is a log itself, only added to; the acts that wrote it are in the trail.
    protection = Protection(
        domain="payments",
        app=("SELECT", "INSERT"),
        job=("SELECT", "INSERT"),
        is_audited=False,
        follows=("payee", "registry_person"),
        person_column="payee_id",
    )

    class Meta:
        indexes = [
            models.Index(fields=["payee", "purpose", "month"], name="posting_by_payee"),
            models.Index(fields=["run", "kind"], name="posting_by_run"),
            models.Index(fields=["kind", "on", "division"], name="posting_by_day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["ref"], name="posting_ref_once"),
            models.UniqueConstraint(
                fields=["reverses_id"], condition=Q(reverses_id__isnull=False), name="posting_reversed_once"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="posting_amount_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="posting_two_accounts"),
            models.CheckConstraint(condition=Q(month__day=1), name="posting_month_is_a_month"),
        ]
