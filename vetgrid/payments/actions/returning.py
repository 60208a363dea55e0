"""Do: take what the bank sent back. Rows are matched by reference and amount; what does not match is kept and listed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from vetgrid.core.actor import Actor
from vetgrid.core.bulk import insert, update
from vetgrid.core.clock import now
from vetgrid.core.ids import new_id
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.files.store import keep
from vetgrid.payments import bankfile, rules
from vetgrid.payments.actions.acting import begin, finish, open_items, open_work
from vetgrid.payments.actions.releasing import settle
from vetgrid.payments.jobs import Told, silent
from vetgrid.payments.kinds import PAY_REJECT
from vetgrid.payments.models import AccountNotice, PayFile, PayLine, PayRun, ReturnRow

Outcome = ReturnRow.Outcome
_BLOCK = 500
"""After so many rows the bar moves."""
_REVERSALS = """
INSERT INTO payments_posting (id, division, kind, debit, credit, amount_fen, payee_id, purpose, month, "on", run_id, line_id,
                              reverses_id, ref, reason, by, at)
SELECT gen_random_uuid(), t.division, 'reversal', 'bank', 'payable', t.amount_fen, t.payee_id, t.purpose, t.month, %(on)s, t.run_id,
       t.line_id, t.id, 'r:' || t.id, %(reason)s, %(by)s, %(at)s
  FROM payments_posting t WHERE t.run_id = %(run)s AND t.kind = 'payment' AND t.line_id = ANY(%(lines)s)
"""


@dataclass
class _Taking:
    """A return file while its rows are matched."""

    run: PayRun
    form: Mapping[str, Any]
    file: PayFile
    lines: dict[int, PayLine]
    changed: dict[UUID, PayLine] = field(default_factory=dict)
    rejected: list[tuple[PayLine, str]] = field(default_factory=list)


@transaction.atomic
def take_return(
    *,
    run_id: UUID,
    body: bytes,
    name: str,
    format_key: str,
    by: Actor,
    today: date,
    version: int | None = None,
    told: Told = silent,
    kept: UUID | None = None,
) -> PayFile:
    """登记回盘: paid lines are settled, rejected ones taken back; the same file a second time changes nothing.

    `kept`: the stored file, where the bytes lie already.
    """
    form = bankfile.format_of(format_key, "returned")
    moving = begin(run_id, "take_return", by=by, today=today, version=version)
    run = moving.run
    digest = hashlib.sha256(body).hexdigest()
    known = PayFile.objects.filter(run=run, way=PayFile.Way.RETURNED, digest=digest).first()
    if known is not None:
        return known
    found = bankfile.read(form, body)
    if kept is None:
        media = "application/octet-stream"
        kept = keep(body, name=name, media_type=media, kind="payment", division=run.division, by=by, today=today).id
    file = PayFile(
        run=run,
        division=run.division,
        way=PayFile.Way.RETURNED,
        format_key=format_key,
        file=kept,
        name=name[:200],
        digest=digest,
        lines=len(found.rows),
        total_fen=found.total_fen,
        problem=found.problem[:300],
        made_by=by.id,
        made_by_name=by.name[:40],
        made_at=now(),
    )
    lines = PayLine.objects.select_for_update().filter(run=run, amount_fen__gt=0).exclude(outcome=PayLine.Outcome.HELD)
    taking = _Taking(run, form, file, {line.number: line for line in lines})
    rows = []
    for at, came in enumerate(found.rows):
        if at % _BLOCK == 0:
            told(at, len(found.rows))
        rows.append(_row(taking, came, today=today))
    file.unmatched = sum(row.outcome == Outcome.UNMATCHED for row in rows)
    file.save(force_insert=True)
    insert(rows)
    update(taking.changed.values(), ["outcome", "outcome_on", "outcome_code"])
    _take_back(taking, by=by, today=today)
    paid = sum(row.outcome == Outcome.PAID for row in rows)
    note = f"到账{paid}笔,退回{len(taking.rejected)}笔,未匹配{file.unmatched}行"
    settle(finish(moving, note=note, detail={"file_digest": digest}), by=by, today=today)
    return file


def _row(taking: _Taking, came: bankfile.Came, *, today: date) -> ReturnRow:
    outcome, problem, line = _match(taking, came)
    if line is not None and outcome in (Outcome.PAID, Outcome.REJECTED):
        line.outcome = PayLine.Outcome.PAID if outcome == Outcome.PAID else PayLine.Outcome.REJECTED
        line.outcome_on, line.outcome_code = today, came.code
        taking.changed[line.id] = line
        if outcome == Outcome.REJECTED:
            taking.rejected.append((line, came.code))
    return ReturnRow(
        id=new_id(),
        file=taking.file,
        division=line.division if line else taking.run.division,
        row_no=came.row_no,
        text=came.text,
        reference=came.reference,
        amount_fen=came.amount_fen,
        code=came.code,
        outcome=outcome,
        problem=problem[:200],
        line=line,
    )


def _match(taking: _Taking, came: bankfile.Came) -> tuple[str, str, PayLine | None]:
    """What a row means for which line; a row that fits no line says why."""
    number = rules.line_number_of(came.reference, taking.run.number)
    line = taking.lines.get(number) if number is not None else None
    if line is None:
        return Outcome.UNMATCHED, f"本批次没有明细号“{came.reference}”。", None
    if came.amount_fen != line.amount_fen:
        shown = "无法识别" if came.amount_fen is None else f"{rules.money(came.amount_fen)}元"
        return Outcome.UNMATCHED, f"金额{shown},与第{line.number}笔的{rules.money(line.amount_fen)}元不符。", None
    is_paid = came.code in taking.form["paid"]
    if not is_paid and came.code not in taking.form["codes"]:
        return Outcome.UNMATCHED, f"没有登记过的回盘代码“{came.code}”,不能判断是否到账。请先在格式中登记。", None
    if line.outcome == PayLine.Outcome.REJECTED:
        problem = "这一笔已按退回处理,银行又回报成功,请向银行核实。" if is_paid else "这一笔已登记退回。"
        return (Outcome.UNMATCHED if is_paid else Outcome.AGAIN), problem, line
    if line.outcome == PayLine.Outcome.PAID and is_paid:
        return Outcome.AGAIN, "这一笔已登记到账。", line
    return (
        (Outcome.PAID if is_paid else Outcome.REJECTED),
        str(taking.form["codes"].get(came.code, {}).get("label", "")),
        line,
    )


def _take_back(taking: _Taking, *, by: Actor, today: date) -> None:
    """The money of rejected lines is owed again; the maker gets a work item, and the bank's word on the account is kept."""
    if not taking.rejected:
        return
    run = taking.run
    values: dict[str, Any] = {
        "run": run.id,
        "on": today,
        "by": by.id,
        "at": now(),
        "lines": [line.id for line, _ in taking.rejected],
        "reason": f"{run.number} 银行退回",
    }
    with connection.cursor() as cursor:
        cursor.execute(_REVERSALS, values)
    notices = []
    for line, code in taking.rejected:
        kind = taking.form["codes"].get(code, {}).get("notice")
        if kind and line.account is not None:
            notices.append(_notice(line, kind, run, by=by, today=today))
    insert(notices)
    if not open_items(run, PAY_REJECT.key):
        title = f"银行退回 {run.number} {run.label}"
        with lending("orgs", Places.only([run.division])):
            open_work(run, kind=PAY_REJECT.key, title=title, step="核对账户,编制重发", days=10, by=by, today=today)


def _notice(line: PayLine, kind: str, run: PayRun, *, by: Actor, today: date) -> AccountNotice:
    return AccountNotice(
        payee_id=line.payee_id,
        division=line.division,
        kind=kind,
        account=line.account,
        account_index=line.account_index,
        source=f"{run.number}银行回盘",
        reported_on=today,
        reported_by_name=by.name[:40],
    )
