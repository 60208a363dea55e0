"""We store: the ledger, pay runs with claims, lines and findings, and what went to the bank and came back."""

from vetgrid.payments.models.bank import AccountNotice, PayFile, ReturnRow
from vetgrid.payments.models.ledger import Posting, Purpose
from vetgrid.payments.models.runs import Claim, Finding, Funding, PayJob, PayLine, PayRun, RunStep

__all__ = [
    "AccountNotice",
    "Claim",
    "Finding",
    "Funding",
    "PayFile",
    "PayJob",
    "PayLine",
    "PayRun",
    "Posting",
    "Purpose",
    "ReturnRow",
    "RunStep",
]
