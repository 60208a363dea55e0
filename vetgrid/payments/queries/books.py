"""Whether ledger, runs, lines and bank files agree: each question names the runs or lines that do not, to be opened one by one."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from vetgrid.core.actor import Actor
from vetgrid.core.reach import within
from vetgrid.payments.models import PayLine, PayRun
from vetgrid.payments.permissions import PaymentsPermission
from vetgrid.payments.policy import accounts

READ = PaymentsPermission.READ
_KEPT_IN_SIGHT = timedelta(days=31)
"""A run that was archived longer ago was looked at every day until then and cannot change; the page of accounts still asks all."""


@dataclass(frozen=True)
class Wrong:
    """What must not be: a SELECT of ids of lines or runs that break it; `{runs}` is the condition on the run's id."""

    key: str
    sentence: str
    is_about_lines: bool
    question: str


WRONG = (
    Wrong(
        "books-account",
        "分录的科目不在科目表里",
        False,
        "SELECT run_id FROM payments_posting WHERE run_id IN {runs} AND NOT (debit = ANY(%s) AND credit = ANY(%s))",
    ),
    Wrong(
        "books-offset",
        "待遇抵扣没有结平",
        False,
        "SELECT run_id FROM payments_posting WHERE run_id IN {runs} AND kind = 'offset' GROUP BY run_id"
        " HAVING sum(CASE WHEN debit = 'offset' THEN amount_fen ELSE -amount_fen END) <> 0",
    ),
    Wrong(
        "books-funding",
        "经费分担与支出不符",
        False,
        "SELECT run_id FROM payments_posting WHERE run_id IN {runs} AND kind IN ('accrual', 'recovery', 'funding')"
        " GROUP BY run_id, purpose"
        " HAVING sum(CASE WHEN debit = 'expense' THEN amount_fen WHEN credit = 'expense' THEN -amount_fen ELSE 0 END)"
        " <> sum(CASE WHEN kind <> 'funding' THEN 0 WHEN debit = 'bank' THEN amount_fen ELSE -amount_fen END)",
    ),
    Wrong(
        "books-payment",
        "已放行的明细与付款分录不符",
        True,
        "SELECT l.id FROM payments_payline l JOIN payments_payrun r ON r.id = l.run_id"
        " LEFT JOIN (SELECT line_id, sum(amount_fen) AS fen FROM payments_posting WHERE run_id IN {runs} AND kind = 'payment'"
        " GROUP BY 1) t ON t.line_id = l.id"
        " WHERE l.run_id IN {runs} AND coalesce(t.fen, 0)"
        " <> CASE WHEN r.released_on IS NULL OR l.outcome IN ('held', 'open') THEN 0 ELSE l.amount_fen END",
    ),
    Wrong(
        "books-reversal",
        "退回的明细没有冲回分录,或未退回的有冲回分录",
        True,
        "SELECT l.id FROM payments_payline l"
        " LEFT JOIN (SELECT line_id, sum(amount_fen) AS fen FROM payments_posting WHERE run_id IN {runs} AND kind = 'reversal'"
        " GROUP BY 1) t ON t.line_id = l.id"
        " WHERE l.run_id IN {runs} AND coalesce(t.fen, 0) <> CASE WHEN l.outcome = 'rejected' THEN l.amount_fen ELSE 0 END",
    ),
    Wrong(
        "books-accrual",
        "核定与计提分录不符",
        False,
        "SELECT run_id FROM ("
        " SELECT c.run_id, c.payee_id, c.purpose, c.month, c.due_fen AS fen FROM payments_claim c"
        " JOIN payments_payrun r ON r.id = c.run_id AND r.released_on IS NOT NULL"
        " LEFT JOIN payments_payline l ON l.run_id = c.run_id AND l.payee_id = c.payee_id"
        " WHERE c.run_id IN {runs} AND l.outcome IS DISTINCT FROM 'held'"
        " UNION ALL SELECT run_id, payee_id, purpose, month, CASE kind WHEN 'accrual' THEN -amount_fen ELSE amount_fen END"
        " FROM payments_posting WHERE run_id IN {runs} AND kind IN ('accrual', 'recovery') AND line_id IS NOT NULL) x"
        " GROUP BY run_id, payee_id, purpose, month HAVING sum(fen) <> 0",
    ),
    Wrong(
        "books-file",
        "已放行的批次没有银行文件",
        False,
        "SELECT r.id FROM payments_payrun r WHERE r.id IN {runs} AND r.released_on IS NOT NULL AND r.kind <> 'history'"
        " AND NOT EXISTS (SELECT 1 FROM payments_payfile f WHERE f.run_id = r.id AND f.way = 'sent')",
    ),
)


def rows_of(wrong: Wrong, *, seen_by: Actor, today: date | None = None) -> QuerySet[Any]:
    """The runs or lines that break it, of paying places that the viewer reads whole; with `today` those still in sight alone."""
    runs = within(PayRun.objects.all(), seen_by.places(READ))
    if today is not None:
        runs = runs.filter(Q(closed_on=None) | Q(closed_on__gte=today - _KEPT_IN_SIGHT))
    chosen = [key for key, place in runs.values_list("id", "division") if seen_by.places(READ).covers(place)]
    values: list[object] = []
    question = wrong.question
    for _ in range(question.count("{runs}")):
        question = question.replace("IN {runs}", "= ANY(%s)", 1)
        values.append(chosen)
    if wrong.key == "books-account":
        values += [list(accounts())] * 2
    broken = RawSQL(question, values)  # noqa: S611  # constants, with values as parameters
    if wrong.is_about_lines:
        return PayLine.objects.filter(pk__in=broken).select_related("run").order_by("run__number", "number")
    return PayRun.objects.filter(pk__in=broken).order_by("number")


def wrong_in_the_books(*, seen_by: Actor) -> list[str]:
    """The standing check over all runs ever: sentences of what does not agree; empty when all does."""
    if not seen_by.may(READ):
        return []
    counted = ((wrong.sentence, rows_of(wrong, seen_by=seen_by).count()) for wrong in WRONG)
    return [f"{sentence}:{count}" for sentence, count in counted if count]
