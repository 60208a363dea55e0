"""Do: review, approve, send back, cancel and close a run."""

from datetime import date
from uuid import UUID

from django.db import connection, transaction

from vetgrid.core.actor import Actor
from vetgrid.core.errors import Conflict, Invalid, NotAllowed
from vetgrid.payments import rules
from vetgrid.payments.actions.acting import begin, finish, open_items
from vetgrid.payments.actions.gating import check_gate
from vetgrid.payments.freezing import check_frozen
from vetgrid.payments.kinds import PAY_REJECT
from vetgrid.payments.models import PayRun
from vetgrid.payments.permissions import PaymentsPermission
from vetgrid.payments.policy import threshold
from vetgrid.payments.telling import is_above_limit
from vetgrid.work import actions as work

# Rejected lines whose payee the ledger still owes something.
_UNPAID = """
SELECT count(*) FROM payments_payline l WHERE l.run_id = %s AND l.outcome = 'rejected' AND (
  SELECT sum(CASE WHEN t.credit = 'payable' THEN t.amount_fen WHEN t.debit = 'payable' THEN -t.amount_fen ELSE 0 END)
    FROM payments_posting t WHERE t.payee_id = l.payee_id) > 0
"""


@transaction.atomic
def review(*, run_id: UUID, by: Actor, today: date, note: str = "", version: int | None = None) -> PayRun:
    """复核: by somebody who did not make it; every finding is settled and nothing changed since the gate."""
    moving = begin(run_id, "review", by=by, today=today, version=version)
    check_gate(moving.run)
    check_frozen(moving.run, today=today.isoformat())
    return finish(moving, note=note)


@transaction.atomic
def approve(*, run_id: UUID, by: Actor, today: date, note: str = "", version: int | None = None) -> PayRun:
    """审批: above the threshold only by somebody who approves large runs."""
    moving = begin(run_id, "approve", by=by, today=today, version=version)
    run = moving.run
    limit = int(threshold("large_run", on=today)["fen"])
    if is_above_limit(run, today=today) and not by.may(PaymentsPermission.APPROVE_LARGE, at=run.division):
        raise NotAllowed(
            f"本批次{rules.money(run.total_fen)}元,超过{rules.money(limit)}元的审批限额,须由大额审批人审批。请转交局领导。"
        )
    check_gate(run)
    check_frozen(run, today=today.isoformat())
    return finish(moving, note=note)


@transaction.atomic
def send_back(*, run_id: UUID, reason: str, by: Actor, today: date, version: int | None = None) -> PayRun:
    """退回编制: back to the draft, to be gated anew; sign-offs stay while their sentences stay the same."""
    moving = begin(run_id, "send_back", by=by, today=today, version=version)
    if not reason.strip():
        raise Invalid(fields={"reason": "请写明退回的原因,编制人会看到。"})
    moving.run.gated_at = None
    return finish(moving, note=reason.strip())


@transaction.atomic
def cancel(*, run_id: UUID, reason: str, by: Actor, today: date, version: int | None = None) -> PayRun:
    """作废: nothing was posted before the release, so nothing has to be taken back."""
    moving = begin(run_id, "cancel", by=by, today=today, version=version)
    if not reason.strip():
        raise Invalid(fields={"reason": "请写明作废的原因。"})
    moving.run.closed_on = today
    return finish(moving, note=reason.strip())


@transaction.atomic
def close(*, run_id: UUID, by: Actor, today: date, note: str = "", version: int | None = None) -> PayRun:
    """归档: every rejected payee was paid again, or his determination was corrected."""
    moving = begin(run_id, "close", by=by, today=today, version=version)
    with connection.cursor() as cursor:
        cursor.execute(_UNPAID, [run_id])
        unpaid = (cursor.fetchone() or (0,))[0]
    if unpaid:
        raise Conflict(f"还有{unpaid}人的退回款没有重新发放,不能归档。请先编制重发批次,或由核定部门更正。")
    for item in open_items(moving.run, PAY_REJECT.key):
        work.close_item(item, outcome="退回款已处理", by=by, today=today)
    moving.run.closed_on = today
    return finish(moving, note=note)
