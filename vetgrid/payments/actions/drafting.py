"""Do: draft a run from claims, or from what the ledger still owes; thousands of claims go in by COPY and whole statements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from psycopg import sql

from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Invalid
from vetgrid.core.places import Places, interval
from vetgrid.core.scope import lending
from vetgrid.payments import rules
from vetgrid.payments.actions.acting import Moving, finish, open_work
from vetgrid.payments.freezing import ACCOUNTS, freeze
from vetgrid.payments.jobs import AtStep, unheard
from vetgrid.payments.kinds import PAY_RUN
from vetgrid.payments.models import PayLine, PayRun, Purpose
from vetgrid.payments.permissions import PaymentsPermission
from vetgrid.payments.policy import explanations
from vetgrid.payments.states import RUN
from vetgrid.payments.summing import sum_up, tell_planner

_STAGING = (
    "CREATE TEMP TABLE pay_staging (person_id uuid NOT NULL, purpose varchar(60) NOT NULL, month date NOT NULL,"
    " determined_fen bigint NOT NULL, basis_id uuid, explanation varchar(20) NOT NULL DEFAULT '') ON COMMIT DROP"
)
_COLUMNS = ("person_id", "purpose", "month", "determined_fen", "basis_id", "explanation")
_CLAIMS = """
INSERT INTO payments_claim (id, division, run_id, payee_id, purpose, month, determined_fen, due_fen, basis_id, explanation)
SELECT gen_random_uuid(), p.division, %s, p.id, s.purpose, s.month, s.determined_fen, s.determined_fen - coalesce(q.fen, 0),
       s.basis_id, s.explanation
  FROM pay_staging s JOIN registry_person p ON p.id = s.person_id
  LEFT JOIN pay_posted q ON q.payee = s.person_id AND q.purpose = s.purpose AND q.month = s.month
"""
# A payee whose claims ask for nothing new and who is owed nothing has no line; a claim of nothing where nothing was posted gets
# one, so that the gate can show it.
_LINES = """
WITH asked AS (
  SELECT c.payee_id AS payee, sum(c.due_fen) AS due, bool_or(c.due_fen <> 0 OR c.determined_fen <= 0) AS is_asked
    FROM payments_claim c WHERE c.run_id = %(run)s GROUP BY 1),
owed AS (SELECT payee, sum(fen)::bigint AS fen FROM pay_balance GROUP BY 1),
wanted AS (
  SELECT coalesce(a.payee, o.payee) AS payee, coalesce(o.fen, 0) + coalesce(a.due, 0) AS balance
    FROM asked a FULL JOIN owed o ON o.payee = a.payee WHERE a.is_asked OR (o.fen + coalesce(a.due, 0)) > 0),
account AS ({accounts})
INSERT INTO payments_payline (id, division, run_id, payee_id, number, amount_fen, balance_fen, outcome, outcome_code,
                              account_id, bank, holder, account, account_index)
SELECT gen_random_uuid(), p.division, %(run)s, p.id, row_number() OVER (ORDER BY p.division, p.name_pinyin, p.id),
       greatest(w.balance, 0), w.balance, 'open', '',
       a.id, coalesce(a.bank, ''), coalesce(a.holder, ''), a.account, a.account_index
  FROM wanted w JOIN registry_person p ON p.id = w.payee LEFT JOIN account a ON a.person_id = p.id
"""
# Whom the ledger owes something and no open run pays already.
_OWED = """
SELECT t.payee_id AS payee FROM payments_posting t
 WHERE (t.credit = 'payable' OR t.debit = 'payable') AND t.division BETWEEN %s AND %s
   AND NOT EXISTS (SELECT 1 FROM payments_payline l JOIN payments_payrun r ON r.id = l.run_id
                    WHERE l.payee_id = t.payee_id AND l.outcome = 'open' AND r.state IN ('draft', 'gated', 'reviewed', 'approved'))
 GROUP BY 1 HAVING sum(CASE WHEN t.credit = 'payable' THEN t.amount_fen ELSE -t.amount_fen END) > 0
"""


@dataclass(frozen=True)
class Claimed:
    """What the domain above determined: the whole amount of one payee for one purpose and month."""

    person_id: UUID
    purpose: str
    purpose_label: str
    month: date
    determined_fen: int
    basis_id: UUID | None
    explanation: str = ""
    """A code of data/payments/explanations.csv: why the amount differs from last month."""


@transaction.atomic
def draft_run(
    claims: Iterable[Claimed], *, division: int, month: date, label: str, by: Actor, today: date, ref: str = ""
) -> PayRun:
    """编制: a run from claims. Which of them are new money, arrears or recoveries follows from the ledger alone.

    The same `ref` again gives the run that it made before: a job that is killed after its commit does no harm when it comes again.
    """
    require(by, PaymentsPermission.PREPARE, at=division)
    known = _known(division, ref)
    if known is not None:
        return known
    labels: dict[str, str] = {}
    _fresh_staging()
    connection.ensure_connection()
    assert connection.connection is not None
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in _COLUMNS)
    with (
        connection.connection.cursor() as cursor,
        cursor.copy(sql.SQL("COPY pay_staging ({}) FROM STDIN").format(columns)) as copy,
    ):
        for claim in claims:
            labels[claim.purpose] = claim.purpose_label
            copy.write_row([getattr(claim, name) for name in _COLUMNS])
    return _draft(labels, division=division, month=month, label=label, ref=ref, by=by, today=today)


@transaction.atomic
def draft_run_from_sql(
    select: sql.Composable,
    *,
    division: int,
    month: date,
    label: str,
    by: Actor,
    today: date,
    purpose_labels: Mapping[str, str] | None = None,
    is_explained: bool = False,
    ref: str = "",
    at_step: AtStep = unheard,
) -> PayRun:
    """编制: the same from a SELECT with person_id, purpose, month, determined_fen, basis_id (and explanation, when `is_explained`).

    `at_step` hears each step when it is done.
    """
    require(by, PaymentsPermission.PREPARE, at=division)
    known = _known(division, ref)
    if known is not None:
        return known
    _fresh_staging()
    names = _COLUMNS if is_explained else _COLUMNS[:-1]
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in names)
    question = sql.SQL("INSERT INTO pay_staging ({0}) SELECT {0} FROM ({1}) asked").format(columns, select)
    connection.ensure_connection()
    assert connection.connection is not None
    connection.connection.execute(question)
    at_step(1)
    labels = dict(purpose_labels or {})
    return _draft(labels, division=division, month=month, label=label, ref=ref, by=by, today=today, at_step=at_step)


@transaction.atomic
def draft_reissue(*, division: int, month: date, label: str, by: Actor, today: date) -> PayRun:
    """编制重发: a run without claims over what the ledger still owes, after the bank sent money back."""
    require(by, PaymentsPermission.PREPARE, at=division)
    run = _new_run(PayRun.Kind.REISSUE, division=division, month=month, label=label, by=by, today=today)
    with lending("registry", Places.of([division])):
        sum_up(_OWED, list(interval(division)))
        _write_lines(run, today=today)
    return _begun(run, by=by, today=today)


def _fresh_staging() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.pay_staging")
        cursor.execute(_STAGING)


def _known(division: int, ref: str) -> PayRun | None:
    """The run that this `ref` made before; two drafts of one place wait for each other here."""
    _lock(division)
    return PayRun.objects.filter(division=division, ref=ref).exclude(state="cancelled").first() if ref else None


def _lock(division: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7301, %s)", [division % 2_147_483_647])


def _draft(
    labels: dict[str, str],
    *,
    division: int,
    month: date,
    label: str,
    ref: str,
    by: Actor,
    today: date,
    at_step: AtStep = unheard,
) -> PayRun:
    run = _new_run(PayRun.Kind.REGULAR, division=division, month=month, label=label, by=by, today=today, ref=ref)
    _check_staging()
    _name_purposes(labels)
    with lending("registry", Places.of([division])), connection.cursor() as cursor:
        sum_up("SELECT DISTINCT person_id AS payee FROM pay_staging")
        at_step(2)
        cursor.execute(_CLAIMS, [run.id])
        run.claims = cursor.rowcount
        at_step(3)
        cursor.execute("SELECT count(*) FROM pay_staging")
        asked = cursor.fetchone()
        if asked is None or asked[0] != run.claims:
            missing = (asked[0] if asked else 0) - run.claims
            raise Invalid(f"有{missing}条核定找不到本辖区的人员档案,批次没有编制。请核对人员是否在辖区内。")
        tell_planner(run.claims)
        _write_lines(run, today=today)
        at_step(4)
    return _begun(run, by=by, today=today)


def _check_staging() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE pay_staging")
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE extract(day FROM month) <> 1) FROM pay_staging")
        count, wrong = cursor.fetchone() or (0, 0)
        cursor.execute("SELECT DISTINCT explanation FROM pay_staging")
        unknown = [code for (code,) in cursor.fetchall() if code and code not in explanations()]
    if not count:
        raise Invalid("没有可发放的核定,批次没有编制。")
    if wrong:
        raise Invalid(f"有{wrong}条核定的月份不是当月1日,批次没有编制。")
    if unknown:
        raise Invalid(f"没有这样的变动原因代码:{'、'.join(unknown)}。")


def _name_purposes(labels: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT purpose FROM pay_staging ORDER BY 1")
        used = [key for (key,) in cursor.fetchall()]
    known = dict(Purpose.objects.filter(key__in=used).values_list("key", "label"))
    wanted = [Purpose(key=key, label=(labels.get(key) or known.get(key) or key)[:80]) for key in used]
    changed = [row for row in wanted if known.get(row.key) != row.label]
    Purpose.objects.bulk_create(changed, update_conflicts=True, unique_fields=["key"], update_fields=["label"])


def _new_run(kind: str, *, division: int, month: date, label: str, by: Actor, today: date, ref: str = "") -> PayRun:
    if not label.strip():
        raise Invalid(fields={"label": "请填写批次名称。"})
    month = rules.first_of_month(month)
    run = PayRun(
        division=division,
        kind=kind,
        number=next_number(division, month),
        label=label.strip()[:80],
        ref=ref,
        month=month,
        state=RUN.start,
        made_by=by.id,
        made_by_name=by.name[:40],
        maker_staff=by.staff_id,
        made_at=now(),
    )
    run.save(force_insert=True)
    return run


def next_number(division: int, month: date) -> str:
    """The next number of the place and month, such as 202312-001; two drafts at once wait for each other."""
    _lock(division)
    head = f"{month:%Y%m}-"
    last = PayRun.objects.filter(division=division, number__startswith=head).order_by("-number").first()
    return f"{head}{int(last.number.removeprefix(head)) + 1 if last else 1:03d}"


def _write_lines(run: PayRun, *, today: date) -> None:
    values: dict[str, Any] = {"run": run.id, "today": today.isoformat()}
    whose = "AND b.person_id IN (SELECT payee FROM wanted)"
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(accounts=ACCOUNTS.format(where=whose)), values)
        if not cursor.rowcount:
            raise Invalid("没有需要发放的款项:台账与核定一致,也没有待重发的退回款。")
        tell_planner(cursor.rowcount)


def _begun(run: PayRun, *, by: Actor, today: date) -> PayRun:
    """The draft gets its digest, its first step and an owner with a next date."""
    freeze(run, today=today.isoformat())
    open_work(
        run, kind=PAY_RUN.key, title=f"待遇发放 {run.number} {run.label}", step="核查批次", days=2, by=by, today=today
    )
    lines = PayLine.objects.filter(run=run).count()
    moving = Moving(run, "draft", "", by, today)
    return finish(moving, target=RUN.start, note=f"{lines}笔", detail={"claims": run.claims, "lines": lines})
