"""Do: release a run. In one transaction: accruals, payments, cost split, bank file. Each entry has a key of its own and happens once."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from vetgrid.core.actor import Actor
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.payments import rules
from vetgrid.payments.actions.acting import Moving, begin, finish
from vetgrid.payments.actions.gating import check_gate
from vetgrid.payments.actions.sending import write_file
from vetgrid.payments.freezing import check_frozen
from vetgrid.payments.models import Funding, PayLine, PayRun, Posting
from vetgrid.payments.policy import split_for
from vetgrid.payments.summing import sum_up_run, tell_planner

_COLUMNS = 'id, division, kind, debit, credit, amount_fen, payee_id, purpose, month, "on", run_id, line_id, reverses_id, ref, reason, by, at'
_ACCRUALS = f"""
INSERT INTO payments_posting ({_COLUMNS})
SELECT gen_random_uuid(), c.division, CASE WHEN c.due_fen > 0 THEN 'accrual' ELSE 'recovery' END,
       CASE WHEN c.due_fen > 0 THEN 'expense' ELSE 'payable' END, CASE WHEN c.due_fen > 0 THEN 'payable' ELSE 'expense' END,
       abs(c.due_fen), c.payee_id, c.purpose, c.month, %(on)s, c.run_id, l.id, NULL, 'a:' || c.id,
       %(label)s, %(by)s, %(at)s
  FROM payments_claim c JOIN payments_payline l ON l.run_id = c.run_id AND l.payee_id = c.payee_id
 WHERE c.run_id = %(run)s AND c.due_fen <> 0 AND l.outcome = 'open'
"""
# What a line pays, by purpose: debts of one purpose are taken from what is owed for the others, in the order of their keys.
_SHARES = """
CREATE TEMP TABLE pay_share ON COMMIT DROP AS
SELECT x.*, CASE WHEN fen < 0 THEN 0 ELSE greatest(0, least(fen, upto - debt)) END AS pays FROM (
  SELECT l.id AS line_id, l.number, l.payee_id, l.division, b.purpose, b.fen, l.amount_fen,
         sum(greatest(b.fen, 0)) OVER (PARTITION BY l.id ORDER BY b.purpose) AS upto,
         -sum(least(b.fen, 0)) OVER (PARTITION BY l.id) AS debt
    FROM payments_payline l JOIN pay_balance b ON b.payee = l.payee_id
   WHERE l.run_id = %s AND l.outcome = 'open' AND l.amount_fen > 0 AND b.fen <> 0) x
"""
_OFFSETS = f"""
INSERT INTO payments_posting ({_COLUMNS})
SELECT gen_random_uuid(), division, 'offset', CASE WHEN fen > 0 THEN 'payable' ELSE 'offset' END,
       CASE WHEN fen > 0 THEN 'offset' ELSE 'payable' END, abs(fen - pays), payee_id, purpose, %(month)s, %(on)s, %(run)s, line_id, NULL,
       'o:' || line_id || ':' || purpose, %(label)s, %(by)s, %(at)s
  FROM pay_share WHERE fen <> pays
"""
_PAYMENTS = f"""
INSERT INTO payments_posting ({_COLUMNS})
SELECT gen_random_uuid(), division, 'payment', 'payable', 'bank', pays, payee_id, purpose, %(month)s, %(on)s, %(run)s, line_id, NULL,
       'p:' || line_id || ':' || purpose, %(label)s, %(by)s, %(at)s
  FROM pay_share WHERE pays > 0
"""
_SENT = """
UPDATE payments_payline SET outcome = CASE WHEN amount_fen > 0 THEN 'sent' ELSE 'nothing' END, outcome_on = %(on)s
 WHERE run_id = %(run)s AND outcome = 'open'
"""


@transaction.atomic
def release(
    *, run_id: UUID, by: Actor, today: date, format_key: str = "fixed_gb18030", version: int | None = None
) -> PayRun:
    """放行: the ledger and the bank's file, together or not at all. A second release finds the run released and is refused."""
    moving = begin(run_id, "release", by=by, today=today, version=version)
    run = moving.run
    check_gate(run)
    with connection.cursor() as cursor:  # two releases at once would not see one another's postings
        cursor.execute("SELECT pg_advisory_xact_lock(7302)")
    check_frozen(run, today=today.isoformat())
    if run.total_fen <= 0 and not PayLine.objects.filter(run=run, outcome=PayLine.Outcome.OPEN).exists():
        raise Conflict("这个批次的每一笔都已暂缓,没有可以放行的内容。请作废批次。")
    _post(run, by=by, today=today)
    fund(run, by=by, today=today)
    run.released_on = today
    with lending("registry", Places.of([run.division])):
        sent = write_file(run, format_key, by=by, today=today)
    done = finish(moving, detail={"file_digest": sent.digest, "lines": sent.lines, "total_fen": sent.total_fen})
    if not sent.lines:
        return settle(done, by=by, today=today)
    return done


def _post(run: PayRun, *, by: Actor, today: date) -> None:
    values: dict[str, Any] = {
        "run": run.id,
        "month": run.month,
        "on": today,
        "by": by.id,
        "at": now(),
        "label": f"{run.number} {run.label}"[:80],
    }
    with connection.cursor() as cursor:
        cursor.execute(_ACCRUALS, values)
        with lending("registry", Places.of([run.division])):
            sum_up_run(run.id)
        cursor.execute("DROP TABLE IF EXISTS pg_temp.pay_share")
        cursor.execute(_SHARES, [run.id])
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM pay_share GROUP BY line_id HAVING sum(pays) <> max(amount_fen)) x"
        )
        wrong = (cursor.fetchone() or (0,))[0]
        cursor.execute("SELECT coalesce(sum(pays), 0) FROM pay_share")
        if wrong or int((cursor.fetchone() or (0,))[0]) != run.total_fen:
            raise Conflict("批次金额与台账不符,没有放行。请由复核人退回编制,作废后重新编制。", code="changed")
        cursor.execute(_OFFSETS, values)
        cursor.execute(_PAYMENTS, values)
        cursor.execute(_SENT, values)
    tell_planner(run.payees)


def fund(run: PayRun, *, by: Actor, today: date) -> None:
    """分担: the net expense of each purpose drawn from province, city and county as the day's splits say."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT purpose, sum(CASE WHEN kind = 'accrual' THEN amount_fen ELSE -amount_fen END) FROM payments_posting"
            " WHERE run_id = %s AND kind IN ('accrual', 'recovery') GROUP BY 1 ORDER BY 1",
            [run.id],
        )
        expenses = [(purpose, int(fen)) for purpose, fen in cursor.fetchall()]
    rows, postings = [], []
    for purpose, expense in expenses:
        found = split_for(purpose, on=today)
        shares = dict(found.shares)
        for account, fen in rules.split(expense, found.shares).items():
            rows.append(
                Funding(
                    run=run,
                    division=run.division,
                    purpose=purpose,
                    account=account,
                    share=shares[account],
                    amount_fen=fen,
                )
            )
            if fen:
                postings.append(_funding_posting(run, purpose, account, fen, by=by, today=today))
    Funding.objects.bulk_create(rows)
    Posting.objects.bulk_create(postings)


def _funding_posting(run: PayRun, purpose: str, account: str, fen: int, *, by: Actor, today: date) -> Posting:
    debit, credit = ("bank", account) if fen > 0 else (account, "bank")
    return Posting(
        division=run.division,
        kind=Posting.Kind.FUNDING,
        debit=debit,
        credit=credit,
        amount_fen=abs(fen),
        purpose=purpose,
        month=run.month,
        on=today,
        run=run,
        ref=f"f:{run.id}:{account}:{purpose}",
        reason=f"{run.number} 经费分担"[:80],
        by=by.id,
        at=now(),
    )


def settle(run: PayRun, *, by: Actor, today: date) -> PayRun:
    """结清: when no line waits for the bank any more; called by release and return, in their transactions."""
    if PayLine.objects.filter(run=run, outcome=PayLine.Outcome.SENT).exists() or run.state == "settled":
        return run
    return finish(Moving(run, "settle", run.state, by, today))
