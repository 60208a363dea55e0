"""Inputs are frozen with the run: one digest over claims, lines, accounts and what the ledger says of the payees.

It is computed anew from the tables each time, the registry's accounts and the ledger as they are now included; a run whose
digest differs from the frozen one has changed, and no later step takes it.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.payments.models import PayRun
from vetgrid.payments.states import BEFORE_RELEASE
from vetgrid.payments.summing import sum_up_run

ACCOUNTS = """
SELECT DISTINCT ON (b.person_id) b.person_id, b.id, b.bank, b.holder, b.account, b.account_index
  FROM registry_bankaccount b
 WHERE b.known_until IS NULL AND (b.to_on IS NULL OR b.to_on > %(today)s) {where}
 ORDER BY b.person_id, b.known_since DESC, b.id DESC
"""
_DIGEST = """
WITH account AS ({accounts})
SELECT encode(sha256(convert_to(coalesce(string_agg(x.text, chr(10) ORDER BY x.text COLLATE "C"), ''), 'UTF8')), 'hex') FROM (
  SELECT concat_ws('|', 'claim', c.payee_id, c.purpose, c.month, c.determined_fen, c.due_fen, c.basis_id, c.explanation,
                   coalesce(q.fen, 0)) AS text
    FROM payments_claim c
    LEFT JOIN pay_posted q ON q.payee = c.payee_id AND q.purpose = c.purpose AND q.month = c.month
   WHERE c.run_id = %(run)s
  UNION ALL
  SELECT concat_ws('|', 'line', l.number, l.payee_id, l.amount_fen, l.balance_fen, l.outcome, l.account_id, l.bank, l.holder,
                   encode(l.account_index, 'hex'), encode(sha256(l.account), 'hex'),
                   'now', a.id, a.bank, a.holder, encode(a.account_index, 'hex'), encode(sha256(a.account), 'hex'),
                   coalesce(w.fen, 0))
    FROM payments_payline l
    LEFT JOIN account a ON a.person_id = l.payee_id
    LEFT JOIN (SELECT payee, sum(fen)::bigint AS fen FROM pay_balance GROUP BY payee) w ON w.payee = l.payee_id
   WHERE l.run_id = %(run)s
) x
"""
_TOTALS = """
UPDATE payments_payrun r SET payees = t.payees, total_fen = t.fen FROM (
  SELECT count(*) FILTER (WHERE amount_fen > 0) AS payees, coalesce(sum(amount_fen), 0) AS fen
    FROM payments_payline WHERE run_id = %(run)s AND outcome = 'open') t WHERE r.id = %(run)s
"""


def digest_of(run: PayRun, *, today: str) -> str:
    """The digest of the run as everything is now."""
    with lending("registry", Places.of([run.division])):
        sum_up_run(run.id)
        question = _DIGEST.format(accounts=ACCOUNTS.format(where=_OF_RUN))
        return str(_one(question, {"run": run.id, "today": today}))


_OF_RUN = "AND b.person_id IN (SELECT payee_id FROM payments_payline WHERE run_id = %(run)s)"


def freeze(run: PayRun, *, today: str) -> None:
    """Takes the digest and the totals of the run's lines; the run is saved by the step that calls this."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, {"run": run.id})
    run.refresh_from_db(fields=["payees", "total_fen"])
    run.digest, run.frozen_at = digest_of(run, today=today), now()


def check_frozen(run: PayRun, *, today: str) -> None:
    """Raises Conflict when anything that the digest covers is no longer what it was."""
    if digest_of(run, today=today) != run.digest:
        raise Conflict(
            "批次冻结后,账户、金额或台账有变动(或更换密钥时中断过),不能继续。请由复核人退回编制,重新核查;如金额有变,请作废后重新编制。",
            code="changed",
        )


def intact(*, today: str) -> list[UUID]:
    """The runs before their release that are exactly as they were frozen: asked before the keys are changed."""
    waiting = PayRun.objects.filter(state__in=BEFORE_RELEASE).exclude(digest="")
    return [run.id for run in waiting if digest_of(run, today=today) == run.digest]


def freeze_anew(run_ids: Iterable[UUID], *, today: str) -> int:
    """After everything was sealed with new keys: the same content has another digest. Only for runs that were intact before."""
    runs = list(PayRun.objects.select_for_update().filter(pk__in=list(run_ids), state__in=BEFORE_RELEASE))
    for run in runs:
        run.digest = digest_of(run, today=today)
        run.save(update_fields=["digest"])
    return len(runs)


def thaw_accounts(run_id: UUID, *, today: str) -> int:
    """Takes the registry's present accounts into the lines again: what a new gate does after data were mended."""
    question = f"""
        WITH account AS ({ACCOUNTS.format(where=_OF_RUN)})
        UPDATE payments_payline l
           SET account_id = a.id, bank = coalesce(a.bank, ''), holder = coalesce(a.holder, ''), account = a.account,
               account_index = a.account_index
          FROM payments_payline k LEFT JOIN account a ON a.person_id = k.payee_id
         WHERE l.id = k.id AND l.run_id = %(run)s AND l.outcome = 'open' AND l.account_id IS DISTINCT FROM a.id"""
    with connection.cursor() as cursor:
        cursor.execute(question, {"run": run_id, "today": today})
        return int(cursor.rowcount)


def _one(question: str, values: dict[str, Any]) -> object:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        row = cursor.fetchone()
    assert row is not None
    return row[0]
