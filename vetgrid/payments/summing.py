"""Sums of the ledger for many payees at once, in temporary tables of the running transaction.

A payee stands for all files that were merged into his: what was posted under an absorbed file counts as posted for him.
"""

from typing import Any
from uuid import UUID

from django.db import connection

_TABLES = ("pay_family", "pay_posted", "pay_balance")
_FAMILY = """
CREATE TEMP TABLE pay_family ON COMMIT DROP AS
WITH own AS (SELECT DISTINCT payee FROM ({payees}) q),
     first AS (SELECT p.id AS member, own.payee FROM registry_person p JOIN own ON p.merged_into_id = own.payee),
     second AS (SELECT p.id AS member, first.payee FROM registry_person p JOIN first ON p.merged_into_id = first.member),
     third AS (SELECT p.id AS member, second.payee FROM registry_person p JOIN second ON p.merged_into_id = second.member)
SELECT payee AS member, payee FROM own
 UNION ALL SELECT member, payee FROM first UNION ALL SELECT member, payee FROM second UNION ALL SELECT member, payee FROM third
"""
_POSTED = """
CREATE TEMP TABLE pay_posted ON COMMIT DROP AS
SELECT f.payee, t.purpose, t.month, sum(CASE WHEN t.debit = 'expense' THEN t.amount_fen ELSE -t.amount_fen END)::bigint AS fen
  FROM payments_posting t JOIN pay_family f ON f.member = t.payee_id
 WHERE t.kind IN ('accrual', 'recovery') GROUP BY 1, 2, 3
"""
_BALANCE = """
CREATE TEMP TABLE pay_balance ON COMMIT DROP AS
SELECT f.payee, t.purpose, sum(CASE WHEN t.credit = 'payable' THEN t.amount_fen ELSE -t.amount_fen END)::bigint AS fen
  FROM payments_posting t JOIN pay_family f ON f.member = t.payee_id
 WHERE t.credit = 'payable' OR t.debit = 'payable' GROUP BY 1, 2
"""


_MANY = 1_000


def tell_planner(rows: int) -> None:
    """After so many new rows: fresh statistics, without which the next question may take minutes instead of seconds."""
    if rows >= _MANY:
        with connection.cursor() as cursor:
            cursor.execute("SELECT payments_analyze()")


def sum_up(payees: str, values: list[Any] | None = None) -> None:
    """Makes `pay_family`, `pay_posted` and `pay_balance` for the payees of a SELECT with one column `payee`."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS " + ", ".join(f"pg_temp.{name}" for name in _TABLES))
        cursor.execute(_FAMILY.format(payees=payees), values or None)
        cursor.execute("CREATE INDEX ON pay_family (member)")
        cursor.execute("ANALYZE pay_family")
        cursor.execute(_POSTED)
        cursor.execute(_BALANCE)
        cursor.execute("ANALYZE pay_posted")
        cursor.execute("ANALYZE pay_balance")


def sum_up_run(run_id: UUID) -> None:
    """The same for the payees of a run."""
    sum_up(
        "SELECT payee_id AS payee FROM payments_claim WHERE run_id = %s"
        " UNION SELECT payee_id FROM payments_payline WHERE run_id = %s",
        [run_id, run_id],
    )
