"""Which postings: a payee's ledger, what was posted and paid, sums by account, and whether the books agree with the runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Sum, When

from vetgrid.core.actor import Actor
from vetgrid.core.errors import NotFound
from vetgrid.core.figures import Period
from vetgrid.core.reach import within
from vetgrid.payments.models import PayLine, PayRun, Posting, Purpose
from vetgrid.payments.permissions import PaymentsPermission
from vetgrid.payments.policy import accounts
from vetgrid.registry.models import Person

READ = PaymentsPermission.READ
Kind = Posting.Kind


def _postings(seen_by: Actor) -> QuerySet[Posting]:
    return within(Posting.objects.all(), seen_by.places(READ))


def posted(
    *,
    seen_by: Actor,
    person_ids: Iterable[UUID] | None = None,
    purpose: str | None = None,
    month: date | None = None,
) -> dict[tuple[UUID, str, date], int]:
    """What was posted as due so far, by payee, purpose and month: accruals less recoveries, in fen."""
    rows = _postings(seen_by).filter(kind__in=[Kind.ACCRUAL, Kind.RECOVERY])
    if person_ids is not None:
        rows = rows.filter(payee_id__in=list(person_ids))
    if purpose is not None:
        rows = rows.filter(purpose=purpose)
    if month is not None:
        rows = rows.filter(month=month)
    signed = Sum(Case(When(kind=Kind.ACCRUAL, then=F("amount_fen")), default=-F("amount_fen")))
    found = rows.order_by().values_list("payee_id", "purpose", "month").annotate(fen=signed)
    return {(payee, key, of): int(fen) for payee, key, of, fen in found if payee is not None}


def paid_rows(period: Period, seen_by: Actor, purposes: Iterable[str] | None = None) -> QuerySet[Posting]:
    """The payments that reached their payees in the period (those the bank sent back left out): their sum is what was paid."""
    rows = _postings(seen_by).filter(kind=Kind.PAYMENT, on__lte=period.to_on)
    if period.from_on is not None:
        rows = rows.filter(on__gte=period.from_on)
    if purposes is not None:
        rows = rows.filter(purpose__in=list(purposes))
    back = Posting.objects.filter(reverses_id=OuterRef("pk"))
    return rows.filter(~Exists(back)).order_by("-on", "id")


@dataclass(frozen=True)
class Entry:
    """One posting as a payee's page shows it: what it did to what is owed, and the balance after it."""

    posting: Posting
    purpose: str
    owed_fen: int
    balance_fen: int
    run_number: str
    """Empty for a reader who does not see the paying place."""


@dataclass(frozen=True)
class Ledger:
    """A payee's ledger, oldest first. `balance_fen`: owed to him (negative: he owes)."""

    person: Person
    entries: tuple[Entry, ...]
    accrued_fen: int
    paid_fen: int
    balance_fen: int
    lines: tuple[PayLine, ...]


def ledger_of(person_id: UUID, *, seen_by: Actor) -> Ledger:
    """The payee's postings with a running balance, those of files merged into his included."""
    person = within(Person.objects.all(), seen_by.places(READ)).filter(pk=person_id).first()
    if person is None:
        raise NotFound("没有找到这份档案。它可能不在您的管辖范围内。")
    rows = _postings(seen_by).filter(
        Q(payee=person) | Q(payee__merged_into=person) | Q(payee__merged_into__merged_into=person)
    )
    labels = dict(Purpose.objects.values_list("key", "label"))
    balance = accrued = paid = 0
    entries = []
    found = list(rows.order_by("on", "at", "kind", "purpose", "month", "id"))
    numbers = dict(PayRun.objects.filter(pk__in={row.run_id for row in found}).values_list("pk", "number"))
    for row in found:
        owed = row.amount_fen * ((row.credit == "payable") - (row.debit == "payable"))
        balance += owed
        accrued += {Kind.ACCRUAL: 1, Kind.RECOVERY: -1}.get(Kind(row.kind), 0) * row.amount_fen
        paid += {Kind.PAYMENT: 1, Kind.REVERSAL: -1}.get(Kind(row.kind), 0) * row.amount_fen
        entries.append(Entry(row, labels.get(row.purpose, row.purpose), owed, balance, numbers.get(row.run_id, "")))
    lines = within(PayLine.objects.filter(payee=person), seen_by.places(READ)).order_by("-outcome_on", "id")
    return Ledger(person, tuple(entries), accrued, paid, balance, tuple(lines[:24]))


@dataclass(frozen=True)
class AccountSum:
    """One account of the trial balance."""

    code: str
    label: str
    side: str
    debit_fen: int
    credit_fen: int

    @property
    def balance_fen(self) -> int:
        """On the account's normal side."""
        difference = self.debit_fen - self.credit_fen
        return difference if self.side == "debit" else -difference


def trial_balance(*, seen_by: Actor, to_on: date | None = None) -> list[AccountSum]:
    """Sums by account in the order of the chart; debits and credits are equal whatever the reach, as each row holds both."""
    rows = _postings(seen_by)
    if to_on is not None:
        rows = rows.filter(on__lte=to_on)
    sums: dict[str, dict[str, int]] = {"debit": {}, "credit": {}}
    for debit, credit, fen in rows.order_by().values_list("debit", "credit").annotate(fen=Sum("amount_fen")):
        sums["debit"][debit] = sums["debit"].get(debit, 0) + int(fen)
        sums["credit"][credit] = sums["credit"].get(credit, 0) + int(fen)
    return [
        AccountSum(one.code, one.label, one.side, sums["debit"].get(key, 0), sums["credit"].get(key, 0))
        for key, one in accounts().items()
    ]
