"""Which runs: the list, one run with everything on its page, its lines and findings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from vetgrid.core.actor import Actor
from vetgrid.core.errors import NotFound
from vetgrid.core.flow import Move
from vetgrid.core.places import Level, ancestor
from vetgrid.core.reach import within
from vetgrid.payments import gate, rules
from vetgrid.payments.models import (
    AccountNotice,
    Claim,
    Finding,
    Funding,
    PayFile,
    PayLine,
    PayRun,
    Posting,
    Purpose,
    ReturnRow,
    RunStep,
)
from vetgrid.payments.permissions import PaymentsPermission
from vetgrid.payments.policy import forbidden_pairs, split_for
from vetgrid.payments.states import RUN
from vetgrid.payments.telling import WAITS_FOR, permissions_for

READ = PaymentsPermission.READ


@dataclass(frozen=True)
class RunFilter:
    """What the list asks; empty means not asked."""

    state: str = ""
    text: str = ""
    year: int | None = None
    is_open: bool = False
    ids: tuple[UUID, ...] | None = None
    """Exactly these."""


def waiting_for(*, seen_by: Actor, today: date) -> list[UUID]:
    """Runs that wait for the viewer: he may do the very step that comes next, and did none that excludes it."""
    rows = within(PayRun.objects.filter(state__in=WAITS_FOR, pending=""), seen_by.places(READ))
    return [
        found.id
        for found in rows.exclude(kind=PayRun.Kind.HISTORY)
        if WAITS_FOR[found.state] in {move.key for move in moves_for(found, seen_by=seen_by)}
        and all(
            seen_by.may(one, at=found.division) for one in permissions_for(found, WAITS_FOR[found.state], today=today)
        )
    ]


def runs(asked: RunFilter, *, seen_by: Actor) -> QuerySet[PayRun]:
    """Runs of the places that the viewer reads, the newest month first."""
    rows = within(PayRun.objects.all(), seen_by.places(READ))
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.ids is not None:
        rows = rows.filter(pk__in=asked.ids)
    if asked.is_open:
        rows = rows.exclude(state__in=["closed", "cancelled"])
    if asked.year:
        rows = rows.filter(month__gte=date(asked.year, 1, 1), month__lte=date(asked.year, 12, 31))
    if asked.text:
        rows = rows.filter(Q(number__startswith=asked.text) | Q(label__contains=asked.text))
    return rows.order_by("-month", "-number")


def run(run_id: UUID, *, seen_by: Actor) -> PayRun:
    """The run; NotFound when absent or out of reach."""
    found = within(PayRun.objects.all(), seen_by.places(READ)).filter(pk=run_id).first()
    if found is None:
        raise NotFound("没有找到这个发放批次。它可能不在您的管辖范围内。请返回列表重新查找。")
    return found


@dataclass(frozen=True)
class SumLine:
    """One line of a table of sums."""

    key: str
    label: str
    count: int
    fen: int


@dataclass(frozen=True)
class Whole:
    """Everything on the page of a run besides lines and findings."""

    steps: list[RunStep]
    files: list[PayFile]
    unmatched: list[ReturnRow]
    by_purpose: list[SumLine]
    outcomes: dict[str, tuple[int, int]]
    findings: list[tuple[str, str, bool, int, int]]
    """Check key, label, whether it may be signed off, open, all."""


def whole(found: PayRun, *, seen_by: Actor) -> Whole:
    """Sums, steps, files and findings of a run that the viewer was allowed to see."""
    totals = (
        PayLine.objects.filter(run=found)
        .order_by()
        .values_list("outcome")
        .annotate(n=Count("id"), fen=Sum("amount_fen"))
    )
    returns = ReturnRow.objects.filter(file__run=found, outcome=ReturnRow.Outcome.UNMATCHED)
    return Whole(
        steps=list(RunStep.objects.filter(run=found).order_by("at", "id")),
        files=list(PayFile.objects.filter(run=found).order_by("made_at")),
        unmatched=list(returns.select_related("file").order_by("file", "row_no")[:200]),
        by_purpose=_by_purpose(found),
        outcomes={outcome: (n, int(fen)) for outcome, n, fen in totals},
        findings=_by_check(found),
    )


def _by_purpose(found: PayRun) -> list[SumLine]:
    """What each purpose adds to the run: from the claims of a regular run, from the payments of others."""
    rows: QuerySet[Any]
    if found.kind == PayRun.Kind.REGULAR:
        held = PayLine.objects.filter(run=found, payee_id=OuterRef("payee_id"), outcome=PayLine.Outcome.HELD)
        rows, amount = Claim.objects.filter(~Exists(held), run=found), "due_fen"
    else:
        rows, amount = Posting.objects.filter(run=found, kind=Posting.Kind.PAYMENT), "amount_fen"
    sums = list(rows.order_by().values_list("purpose").annotate(n=Count("payee_id", distinct=True), fen=Sum(amount)))
    labels = purposes([key for key, _, _ in sums])
    return sorted((SumLine(key, labels.get(key, key), n, int(fen)) for key, n, fen in sums), key=lambda one: -one.fen)


def towns_of(found: PayRun) -> list[tuple[int, int, int]]:
    """Town, how many it pays there, and how much; of a run that the viewer was allowed to see."""
    rows: Iterable[tuple[int, int, int]]
    if found.kind == PayRun.Kind.HISTORY:
        paid = Posting.objects.filter(run=found, kind=Posting.Kind.PAYMENT)
        rows = (
            paid.order_by().values_list("division").annotate(n=Count("payee_id", distinct=True), fen=Sum("amount_fen"))
        )
    else:
        pays = PayLine.objects.filter(run=found, amount_fen__gt=0).exclude(outcome=PayLine.Outcome.HELD)
        rows = pays.order_by().values_list("division").annotate(n=Count("id"), fen=Sum("amount_fen"))
    towns: dict[int, tuple[int, int]] = {}
    for division, count, fen in rows:
        town = ancestor(division, Level.TOWN)
        before = towns.get(town, (0, 0))
        towns[town] = before[0] + count, before[1] + int(fen)
    return [(town, count, fen) for town, (count, fen) in sorted(towns.items())]


def _by_check(found: PayRun) -> list[tuple[str, str, bool, int, int]]:
    is_open = Q(cleared_at=None, signed_at=None, held_at=None)
    rows = (
        Finding.objects.filter(run=found)
        .order_by()
        .values_list("check_key")
        .annotate(waiting=Count("id", filter=is_open), n=Count("id"))
    )
    lines = [(key, gate.label_of(key), gate.may_sign_off(key), waiting, n) for key, waiting, n in rows]
    return sorted(lines, key=lambda line: (-line[3], line[1]))


def findings_of(found: PayLine, *, seen_by: Actor) -> QuerySet[Finding]:
    """What the gate found of one line."""
    rows = within(Finding.objects.filter(line=found), seen_by.places(READ))
    return rows.order_by("found_at", "check_key", "id")


def findings(found: PayRun, *, seen_by: Actor, check_key: str = "", is_open: bool = False) -> QuerySet[Finding]:
    """What the gate found, open ones first."""
    rows = within(Finding.objects.filter(run=found), seen_by.places(READ)).select_related("line", "line__payee")
    if check_key:
        rows = rows.filter(check_key=check_key)
    if is_open:
        rows = rows.filter(cleared_at=None, signed_at=None, held_at=None)
    return rows.order_by("-held_at", "signed_at", "cleared_at", "line__number", "check_key")


def finding(finding_id: UUID, *, seen_by: Actor) -> Finding:
    rows = within(Finding.objects.filter(pk=finding_id), seen_by.places(READ)).select_related(
        "line", "line__payee", "run"
    )
    found = rows.first()
    if found is None:
        raise NotFound("没有找到这条核查发现。它可能不在您的管辖范围内。")
    return found


def line(line_id: UUID, *, seen_by: Actor) -> PayLine:
    found = within(PayLine.objects.filter(pk=line_id), seen_by.places(READ)).select_related("payee").first()
    if found is None:
        raise NotFound("没有找到这笔发放明细。它可能不在您的管辖范围内。")
    return found


def number_of(found: PayLine) -> str:
    """The number of a line's run; empty for a reader who does not see the paying place (the database scopes it)."""
    return PayRun.objects.filter(pk=found.run_id).values_list("number", flat=True).first() or ""


def lines(
    found: PayRun, *, seen_by: Actor, show: str = "", text: str = "", town: int | None = None
) -> QuerySet[PayLine]:
    """Lines of a run in the order of their numbers, by outcome, name or number, and town."""
    rows = within(PayLine.objects.filter(run=found), seen_by.places(READ)).select_related("payee")
    if show in PayLine.Outcome.values:
        rows = rows.filter(outcome=show)
    if text.isascii() and text.isdigit() and len(text) < 10:
        rows = rows.filter(number=int(text))
    elif text:
        rows = rows.filter(Q(payee__name__contains=text) | Q(payee__name_initials__startswith=text.lower()))
    if town is not None:
        rows = rows.filter(division__gte=town, division__lte=town + 999)
    return rows.order_by("number")


def claims_of(found: PayLine, *, seen_by: Actor) -> QuerySet[Claim]:
    """The claims behind a line."""
    rows = within(Claim.objects.filter(run_id=found.run_id, payee_id=found.payee_id), seen_by.places(READ))
    return rows.order_by("purpose", "month")


def pay_file(pay_file_id: UUID, *, seen_by: Actor) -> PayFile:
    found = within(PayFile.objects.filter(pk=pay_file_id), seen_by.places(READ)).select_related("run").first()
    if found is None:
        raise NotFound("没有找到这个银行文件。它可能不在您的管辖范围内。")
    return found


def purposes(keys: Iterable[str]) -> dict[str, str]:
    """Labels of purposes; they hold no personal data and are the same for everybody."""
    return dict(Purpose.objects.filter(key__in=list(keys)).values_list("key", "label"))


@dataclass(frozen=True)
class Share:
    """Who bears how much of a purpose; before the release as today's splits would have it."""

    purpose: str
    account: str
    share: int
    fen: int


def funding_of(found: PayRun, *, today: date) -> tuple[list[Share], bool]:
    """The split of a run's cost, and whether it is posted already."""
    rows = list(Funding.objects.filter(run=found).order_by("purpose", "account"))
    labels = purposes({row.purpose for row in rows})
    if rows or found.released_on is not None:
        return [
            Share(labels.get(row.purpose, row.purpose), row.account, row.share, row.amount_fen) for row in rows
        ], True
    planned: list[Share] = []
    for line in _by_purpose(found):
        split = split_for(line.key, on=today)
        parts = rules.split(line.fen, split.shares)
        planned += [Share(line.label, account, share, parts[account]) for account, share in split.shares]
    return planned, False


def account_notice(account_notice_id: UUID, *, seen_by: Actor) -> AccountNotice:
    found = within(AccountNotice.objects.filter(pk=account_notice_id), seen_by.places(READ)).first()
    if found is None:
        raise NotFound("没有找到这条账户通知。它可能不在您的管辖范围内。")
    return found


def account_notices(person_id: UUID, *, seen_by: Actor) -> list[AccountNotice]:
    rows = within(AccountNotice.objects.filter(payee_id=person_id), seen_by.places(READ))
    return list(rows.order_by("lifted_on", "-reported_on"))


def moves_for(found: PayRun, *, seen_by: Actor) -> list[Move]:
    """The moves that this viewer may make now: state, right at the place, and no act of his own that excludes it."""
    if found.pending or found.kind == PayRun.Kind.HISTORY:
        return []
    done = list(RunStep.objects.filter(run=found, by=seen_by.id).values_list("move", flat=True))
    return [
        move
        for move in RUN.possible(found.state)
        if move.key != "settle"
        and seen_by.may(move.permission, at=found.division)
        and rules.forbidden_with(move.key, done, forbidden_pairs()) is None
    ]
