"""Loads what was paid before this ledger existed: whole statements from a SELECT, one closed run for each month and day of payment."""

from datetime import date
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Invalid
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.payments.actions.drafting import next_number
from vetgrid.payments.actions.releasing import fund
from vetgrid.payments.models import PayRun, Purpose
from vetgrid.payments.permissions import PaymentsPermission
from vetgrid.payments.summing import tell_planner

_STAGING = (
    "CREATE TEMP TABLE pay_history (person_id uuid NOT NULL, purpose varchar(60) NOT NULL, month date NOT NULL,"
    " amount_fen bigint NOT NULL CHECK (amount_fen > 0), paid_on date NOT NULL) ON COMMIT DROP"
)
_POSTINGS = """
INSERT INTO payments_posting (id, division, kind, debit, credit, amount_fen, payee_id, purpose, month, "on", run_id, line_id,
                              reverses_id, ref, reason, by, at)
SELECT gen_random_uuid(), p.division, k.kind, k.debit, k.credit, h.fen, h.person_id, h.purpose, h.month, h.paid_on, h.run_id,
       NULL, NULL, k.mark || h.run_id || ':' || h.person_id || ':' || h.purpose, '历史发放', %(by)s, %(at)s
  FROM (SELECT s.person_id, s.purpose, s.month, s.paid_on, r.run_id, sum(s.amount_fen)::bigint AS fen
          FROM pay_history s JOIN pay_history_run r ON r.month = s.month AND r.paid_on = s.paid_on GROUP BY 1, 2, 3, 4, 5) h
  JOIN registry_person p ON p.id = h.person_id
 CROSS JOIN (VALUES ('accrual', 'expense', 'payable', 'ha:'), ('payment', 'payable', 'bank', 'hp:')) k (kind, debit, credit, mark)
"""


@transaction.atomic
def post_history(
    select: sql.Composable,
    *,
    division: int,
    by: Actor,
    today: date,
    purpose_labels: dict[str, str] | None = None,
) -> int:
    """Posts accrual and payment of each row of a SELECT with person_id, purpose, month, amount_fen, paid_on; returns how many postings.

    Rows of the same payee, purpose, month and day of payment become one. Loading the same again makes further runs: call it once.
    """
    require(by, PaymentsPermission.PREPARE, at=division)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.pay_history, pg_temp.pay_history_run")
        cursor.execute(_STAGING)
        cursor.execute("CREATE TEMP TABLE pay_history_run (month date, paid_on date, run_id uuid) ON COMMIT DROP")
    connection.ensure_connection()
    assert connection.connection is not None
    names = sql.SQL("person_id, purpose, month, amount_fen, paid_on")
    connection.connection.execute(
        sql.SQL("INSERT INTO pay_history ({0}) SELECT {0} FROM ({1}) asked").format(names, select)
    )
    runs = _runs(division, by=by)
    _name(purpose_labels or {})
    with lending("registry", Places.of([division])), connection.cursor() as cursor:
        cursor.execute(_POSTINGS, {"by": by.id, "at": now()})
        made = int(cursor.rowcount)
        cursor.execute(
            "SELECT count(*) * 2 FROM (SELECT DISTINCT person_id, purpose, month, paid_on FROM pay_history) x"
        )
        if made != (cursor.fetchone() or (0,))[0]:
            raise Invalid("有历史发放记录找不到本辖区的人员档案,没有导入。请核对人员。")
    tell_planner(made)
    for run in runs:
        assert run.released_on is not None
        fund(run, by=by, today=run.released_on)
    record(by, "payments.post_history", division=division, detail={"postings": made, "runs": len(runs)})
    return made


def _runs(division: int, *, by: Actor) -> list[PayRun]:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE pay_history")
        cursor.execute(
            "SELECT month, paid_on, count(DISTINCT person_id), sum(amount_fen) FROM pay_history GROUP BY 1, 2 ORDER BY 2, 1"
        )
        found: list[tuple[date, date, int, Any]] = cursor.fetchall()
    runs: list[PayRun] = []
    last: dict[date, int] = {}
    for month, paid_on, payees, fen in found:
        if month not in last:
            last[month] = int(next_number(division, month).rpartition("-")[2]) - 1
        last[month] += 1
        runs.append(
            PayRun(
                division=division,
                kind=PayRun.Kind.HISTORY,
                number=f"{month:%Y%m}-{last[month]:03d}",
                label=f"{month:%Y年%-m月}历史发放",
                month=month,
                state="closed",
                payees=payees,
                total_fen=int(fen),
                made_by=by.id,
                made_by_name=by.name[:40],
                made_at=now(),
                released_on=paid_on,
                closed_on=paid_on,
            )
        )
    PayRun.objects.bulk_create(runs)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO pay_history_run VALUES (%s, %s, %s)", [(run.month, run.released_on, run.id) for run in runs]
        )
        cursor.execute("ANALYZE pay_history_run")
    return runs


def _name(labels: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT purpose FROM pay_history ORDER BY 1")
        used = [key for (key,) in cursor.fetchall()]
    rows = [Purpose(key=key, label=labels.get(key, key)[:80]) for key in used]
    if labels:
        Purpose.objects.bulk_create(rows, update_conflicts=True, unique_fields=["key"], update_fields=["label"])
    else:
        Purpose.objects.bulk_create(rows, ignore_conflicts=True)
