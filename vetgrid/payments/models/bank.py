"""We store: files to and from the bank, each row that came back, and accounts that the bank reported closed or frozen."""

from django.db import models
from django.db.models import Q

from vetgrid.core.crypto import BlindIndexField, SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.payments.models.runs import PayLine, PayRun
from vetgrid.registry.models import Person


class PayFile(Scoped):
    """银行文件: sent (one a run and format) or returned (the same file twice is one row). The bytes lie sealed in `files`."""

    class Way(models.TextChoices):
        SENT = "sent", "发送银行"
        RETURNED = "returned", "银行回盘"

    run = models.ForeignKey(PayRun, models.PROTECT, related_name="files")
    way = models.CharField(max_length=8, choices=Way.choices)
    format_key = models.CharField(max_length=40)
    file = models.UUIDField()
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    """SHA-256 of the bytes."""
    lines = models.IntegerField()
    total_fen = models.BigIntegerField()
    unmatched = models.IntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    """What is wrong with the file as a whole (control totals that do not agree)."""
    made_by = models.UUIDField()
    made_by_name = models.CharField(max_length=40)
    made_at = models.DateTimeField()

    protection = Protection(domain="payments")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "way", "digest"], name="pay_file_once"),
            models.UniqueConstraint(fields=["run", "format_key"], condition=Q(way="sent"), name="pay_file_sent_once"),
        ]


class ReturnRow(Scoped):
    """回盘明细: one row as the bank sent it; a row without a line stays listed with the reason."""

    class Outcome(models.TextChoices):
        PAID = "paid", "成功"
        REJECTED = "rejected", "退回"
        UNMATCHED = "unmatched", "未匹配"
        AGAIN = "again", "重复回盘"

    file = models.ForeignKey(PayFile, models.PROTECT, related_name="rows", db_index=False)
    row_no = models.IntegerField()
    text = SealedField(purpose="pay_return", null=False)
    reference = models.CharField(max_length=40, blank=True)
    amount_fen = models.BigIntegerField(null=True)
    code = models.CharField(max_length=20, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    problem = models.CharField(max_length=200, blank=True)
    line = models.ForeignKey(PayLine, models.PROTECT, null=True, related_name="returns", db_constraint=False)

    # Not in the trail: only added, sealed, and its file's digest is kept.
    protection = Protection(domain="payments", app=("SELECT", "INSERT"), job=("SELECT", "INSERT"), is_audited=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "row_no"], name="return_row_once")]


class AccountNotice(Scoped):
    """账户通知: the bank reported this account closed or frozen; no money goes there until the notice is lifted."""

    class Kind(models.TextChoices):
        CLOSED = "closed", "已销户"
        FROZEN = "frozen", "已冻结"
        WRONG = "wrong", "账号或户名不符"

    payee = models.ForeignKey(Person, models.PROTECT, related_name="account_notices", db_constraint=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    account = SealedField(purpose="bank_account", null=False)
    account_index = BlindIndexField(null=True)
    source = models.CharField(max_length=200)
    reported_on = models.DateField()
    reported_by_name = models.CharField(max_length=40)
    lifted_on = models.DateField(null=True)
    lifted_by_name = models.CharField(max_length=40, blank=True)
    lifted_reason = models.CharField(max_length=200, blank=True)

    protection = Protection(domain="payments", follows=("payee", "registry_person"))

    class Meta:
        indexes = [
            models.Index(fields=["account_index"], name="account_notice_open", condition=Q(lifted_on=None)),
        ]
