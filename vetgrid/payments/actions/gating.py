"""Do: run the gate, sign a finding off, hold a line back. Every one of them leaves a frozen run behind."""

from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.bulk import insert
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid, NotAllowed, NotFound
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.payments import gate
from vetgrid.payments.actions.acting import add_step, begin, check_duties, finish, locked
from vetgrid.payments.freezing import freeze, thaw_accounts
from vetgrid.payments.models import Finding, PayLine, PayRun
from vetgrid.payments.permissions import PaymentsPermission

_FOUND = "CREATE TEMP TABLE pay_found (line_id uuid, check_key varchar(40), sentence varchar(300)) ON COMMIT DROP"
_CLEAR = """
UPDATE payments_finding f SET cleared_at = %s
 WHERE f.run_id = %s AND f.cleared_at IS NULL AND f.held_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM pay_found n WHERE n.line_id = f.line_id AND n.check_key = f.check_key AND n.sentence = f.sentence)
"""
_NEW = """
SELECT n.line_id, n.check_key, n.sentence, l.division FROM pay_found n JOIN payments_payline l ON l.id = n.line_id
 WHERE l.run_id = %s AND l.outcome = 'open' AND NOT EXISTS (
   SELECT 1 FROM payments_finding f WHERE f.line_id = n.line_id AND f.check_key = n.check_key AND f.sentence = n.sentence
      AND f.cleared_at IS NULL)
"""


@transaction.atomic
def run_gate(*, run_id: UUID, by: Actor, today: date, version: int | None = None) -> PayRun:
    """核查: takes the present accounts, asks every check, clears what is mended; a sign-off holds while its sentence stays the same."""
    moving = begin(run_id, "gate", by=by, today=today, version=version)
    run = moving.run
    with lending("registry", Places.of([run.division])):
        changed = thaw_accounts(run.id, today=today.isoformat())
        _ask_all(gate.Asked(run.id, run.division, run.month, today))
        _keep_findings(run)
    freeze(run, today=today.isoformat())
    run.gated_at = now()
    still_open = open_findings(run).count()
    return finish(moving, note=f"{still_open}条待处理", detail={"open": still_open, "accounts_changed": changed})


def open_findings(run: PayRun) -> QuerySet[Finding]:
    """Findings that are neither cleared nor signed off nor held back."""
    return Finding.objects.filter(run=run, cleared_at=None, signed_at=None, held_at=None)


def check_gate(run: PayRun) -> None:
    """Raises Conflict while the gate was not run since the draft, or findings are open."""
    if run.gated_at is None:
        raise Conflict("这个批次还没有核查。请先由编制人核查。")
    count = open_findings(run).count()
    if count:
        raise Conflict(f"还有{count}条核查发现没有处理,不能继续。请逐条更正后重新核查、签署说明,或暂缓该笔。")


def _ask_all(asked: gate.Asked) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.pay_found")
        cursor.execute(_FOUND)
    for check in gate.checks().values():
        rows = [(line_id, check.key, sentence[:300]) for line_id, sentence in check.find(asked)]
        connection.ensure_connection()
        assert connection.connection is not None
        with connection.connection.cursor() as cursor, cursor.copy("COPY pay_found FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _keep_findings(run: PayRun) -> None:
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE pay_found")
        cursor.execute(_CLEAR, [moment, run.id])
        cursor.execute(_NEW, [run.id])
        rows = cursor.fetchall()
    insert(
        Finding(run=run, line_id=line, check_key=key, sentence=sentence, division=division, found_at=moment)
        for line, key, sentence, division in dict.fromkeys(rows)
    )


@transaction.atomic
def sign_off(*, finding_id: UUID, reason: str, by: Actor, today: date) -> PayRun:
    """签署: somebody who reviews and did not make the run answers for this finding by name and reason."""
    finding, run = _finding(finding_id)
    require(by, PaymentsPermission.REVIEW, at=run.division)
    check_duties(run, "sign_off", by=by)
    if by.id == run.made_by:
        raise NotAllowed("编制人不能签署自己批次的核查发现,请由复核人员签署。")
    if not gate.may_sign_off(finding.check_key):
        raise NotAllowed(f"“{gate.label_of(finding.check_key)}”不能签署放行:请更正数据后重新核查,或暂缓该笔。")
    if not reason.strip():
        raise Invalid(fields={"reason": "请写明核实情况和理由。"})
    finding.signed_at, finding.signed_by, finding.signed_by_name = now(), by.id, by.name[:40]
    finding.reason = reason.strip()[:200]
    finding.save(update_fields=["signed_at", "signed_by", "signed_by_name", "reason"])
    _note(run, "sign_off", finding, by=by, today=today, note=f"{gate.label_of(finding.check_key)}:{finding.reason}")
    return run


@transaction.atomic
def hold_back(*, line_id: UUID, reason: str, by: Actor, today: date) -> PayRun:
    """暂缓: the payee is left out of this run, nothing is posted for him, and his claims come again next month."""
    line = PayLine.objects.filter(pk=line_id).first()
    if line is None:
        raise NotFound("没有找到这笔发放明细。它可能不在您的管辖范围内。")
    run = locked(line.run_id)
    if not by.may(PaymentsPermission.REVIEW, at=run.division):
        require(by, PaymentsPermission.PREPARE, at=run.division)
    if run.state not in ("draft", "gated"):
        raise Conflict("批次已经复核,不能再暂缓。请先由复核人退回编制。")
    line = PayLine.objects.select_for_update().get(pk=line_id)
    if line.outcome != PayLine.Outcome.OPEN:
        raise Conflict("这一笔已经暂缓。请刷新页面查看最新情况。")
    if not reason.strip():
        raise Invalid(fields={"reason": "请写明暂缓的原因。"})
    line.outcome, line.outcome_on = PayLine.Outcome.HELD, today
    line.save(update_fields=["outcome", "outcome_on"])
    Finding.objects.filter(line=line, cleared_at=None, held_at=None).update(held_at=now(), reason=reason.strip()[:200])
    freeze(run, today=today.isoformat())
    run.version += 1
    run.save()
    note = f"第{line.number}笔:{reason.strip()}"
    add_step(run, "hold", run.state, note=note, by=by, today=today)
    record(
        by,
        "payments.hold_back",
        division=line.division,
        table="payments_payline",
        row=line.id,
        person=line.payee_id,
        reason=reason.strip()[:200],
        detail={"run": str(run.id), "amount_fen": line.amount_fen, "digest": run.digest},
    )
    return run


def _finding(finding_id: UUID) -> tuple[Finding, PayRun]:
    found = Finding.objects.filter(pk=finding_id).first()
    if found is None:
        raise NotFound("没有找到这条核查发现。它可能不在您的管辖范围内。")
    run = locked(found.run_id)
    finding = Finding.objects.select_for_update().get(pk=finding_id)
    if run.state != "gated":
        raise Conflict("批次不在“已核查”状态,核查发现不能再处理。请刷新页面查看最新情况。")
    if not finding.is_open:
        raise Conflict("这条核查发现已经处理过了。请刷新页面查看最新情况。")
    return finding, run


def _note(run: PayRun, move: str, finding: Finding, *, by: Actor, today: date, note: str) -> None:
    run.version += 1
    run.save(update_fields=["version"])
    add_step(run, move, run.state, note=note, by=by, today=today)
    record(
        by,
        f"payments.{move}",
        division=finding.division,
        table="payments_finding",
        row=finding.id,
        person=finding.line.payee_id,
        reason=finding.reason,
        detail={"run": str(run.id), "check": finding.check_key},
    )
