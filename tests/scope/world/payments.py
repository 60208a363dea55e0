"""Money of each town: runs, lines, postings, files."""

from datetime import date
from typing import Any

from django.utils import timezone

from tests import builders as make
from tests.scope.world.marks import DAY
from vetgrid.payments import models as payments


def payments_of(mark: str, things: dict[str, Any]) -> dict[str, Any]:
    """A run of one village with everything that hangs on it."""
    person, by, now = things["person"], make.system().id, timezone.now()
    village = things["station"].division
    scoped: dict[str, Any] = {"division": village}
    month = date(2023, 1, 1)
    payments.Purpose.objects.get_or_create(key="rate", defaults={"label": "公开待遇"})
    run = payments.PayRun.objects.create(
        number="202301-001",
        label=f"{mark}批次",
        month=month,
        state="gated",
        made_by=by,
        made_by_name=mark,
        made_at=now,
        **scoped,
    )
    line = payments.PayLine.objects.create(
        run=run, payee=person, number=1, amount_fen=1, balance_fen=1, bank=mark, account="6222000000000001", **scoped
    )
    file = payments.PayFile.objects.create(
        run=run,
        way="returned",
        format_key="x",
        file=things["file"].id,
        name=f"{mark}.txt",
        digest=mark,
        lines=1,
        total_fen=1,
        made_by=by,
        made_by_name=mark,
        made_at=now,
        **scoped,
    )
    job = payments.PayJob.objects.create(
        kind="reissue",
        label=f"{mark}办理",
        month=month,
        state="failed",
        problem=mark,
        asked_by=by,
        asked_by_name=mark,
        asked_at=now,
        **scoped,
    )
    return {
        "pay_job": job,
        "pay_run": run,
        "pay_line": line,
        "pay_file": file,
        "claim": payments.Claim.objects.create(
            run=run, payee=person, purpose="rate", month=month, determined_fen=1, due_fen=1, **scoped
        ),
        "finding": payments.Finding.objects.create(
            run=run, line=line, check_key="dead", sentence=f"{mark}发现", found_at=now, **scoped
        ),
        "run_step": payments.RunStep.objects.create(
            run=run, move="draft", to_state="draft", on=DAY, at=now, by=by, by_name=mark, note=mark, **scoped
        ),
        "funding": payments.Funding.objects.create(
            run=run, purpose="rate", account="fund_county", share=10000, amount_fen=1, **scoped
        ),
        "return_row": payments.ReturnRow.objects.create(
            file=file, row_no=1, text=mark, outcome="unmatched", problem=mark, **scoped
        ),
        "account_notice": payments.AccountNotice.objects.create(
            payee=person,
            kind="closed",
            account="6222000000000001",
            source=mark,
            reported_on=DAY,
            reported_by_name=mark,
            **scoped,
        ),
        "posting": payments.Posting.objects.create(
            kind="accrual",
            debit="expense",
            credit="payable",
            amount_fen=1,
            payee=person,
            purpose="rate",
            month=month,
            on=DAY,
            run=run,
            ref=mark,
            reason=mark,
            by=by,
            at=now,
            **scoped,
        ),
    }
