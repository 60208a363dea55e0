"""Do: write a run's file for the bank, once for each format; the same run gives the same bytes each time."""

import hashlib
from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict
from vetgrid.files.store import keep
from vetgrid.payments import bankfile, rules
from vetgrid.payments.actions.acting import locked
from vetgrid.payments.models import PayFile, PayLine, PayRun
from vetgrid.payments.permissions import PaymentsPermission
from vetgrid.payments.states import AFTER_RELEASE

_BLOCK = 5_000


def payments_of(run: PayRun) -> list[bankfile.Payment]:
    """The rows of the file, in the order of their numbers; held lines and lines that pay nothing are not among them."""
    lines = PayLine.objects.filter(run=run, amount_fen__gt=0).exclude(outcome=PayLine.Outcome.HELD)
    found = []
    for line in lines.select_related("payee").order_by("number").iterator(_BLOCK):
        if line.account is None:
            raise Conflict(f"第{line.number}笔没有银行账户,不能生成银行文件。请退回编制,登记账户后重新核查。")
        found.append(
            bankfile.Payment(
                reference=rules.reference(run.number, line.number),
                account=line.account.reveal(),
                name=line.holder or line.payee.name,
                amount_fen=line.amount_fen,
                bank=line.bank,
                label=run.label,
            )
        )
    return found


def write_file(run: PayRun, format_key: str, *, by: Actor, today: date) -> PayFile:
    """Writes the file inside the caller's transaction; a file of this format that was written before is the one returned."""
    form = bankfile.format_of(format_key, "sent")
    assert run.released_on is not None, "only a released run has a file"
    payments = payments_of(run)
    body = bankfile.write(form, payments, number=run.number, on=run.released_on)
    digest = hashlib.sha256(body).hexdigest()
    known = PayFile.objects.filter(run=run, way=PayFile.Way.SENT, format_key=format_key).first()
    if known is not None:
        if known.digest != digest:
            raise Conflict("重新生成的银行文件与原文件不一致,没有输出。请联系系统管理员核对。", code="changed")
        return known
    name = str(form["name"]).format(number=run.number)
    stored = keep(
        body,
        name=name,
        media_type="application/octet-stream",
        kind="payment",
        division=run.division,
        by=by,
        today=today,
    )
    sent = PayFile(
        run=run,
        division=run.division,
        way=PayFile.Way.SENT,
        format_key=format_key,
        file=stored.id,
        name=name,
        digest=digest,
        lines=len(payments),
        total_fen=sum(payment.amount_fen for payment in payments),
        made_by=by.id,
        made_by_name=by.name[:40],
        made_at=now(),
    )
    sent.save(force_insert=True)
    return sent


@transaction.atomic
def write_again(*, run_id: UUID, format_key: str, by: Actor, today: date) -> PayFile:
    """生成银行文件: of a released run in another format, or once more in the same one, which gives the same file."""
    run = locked(run_id)
    require(by, PaymentsPermission.RELEASE, at=run.division)
    if run.state not in AFTER_RELEASE or run.kind == PayRun.Kind.HISTORY:
        raise Conflict("批次还没有放行,没有银行文件。")
    sent = write_file(run, format_key, by=by, today=today)
    record(
        by,
        "payments.write_file",
        division=run.division,
        table="payments_payfile",
        row=sent.id,
        detail={"format": format_key, "digest": sent.digest},
    )
    return sent
