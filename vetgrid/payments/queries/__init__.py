"""Which: reads of ledger and runs; every function takes `seen_by` and answers only within that reach."""

from vetgrid.payments.queries.books import wrong_in_the_books
from vetgrid.payments.queries.ledger import (
    AccountSum,
    Ledger,
    ledger_of,
    paid_rows,
    posted,
    trial_balance,
)
from vetgrid.payments.queries.running import RunFilter, findings, lines, purposes, run, runs

__all__ = [
    "AccountSum",
    "Ledger",
    "RunFilter",
    "findings",
    "ledger_of",
    "lines",
    "paid_rows",
    "posted",
    "purposes",
    "run",
    "runs",
    "trial_balance",
    "wrong_in_the_books",
]
