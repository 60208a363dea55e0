"""What was paid in five years: the amounts of the rules month by month, the hospital's bills, and accounts to pay to."""

import random
import uuid
from collections.abc import Mapping
from datetime import date, datetime, time

from django.db import connection
from psycopg import sql

from vetgrid.benefits.rulebook import rulebook
from vetgrid.core.actor import Actor
from vetgrid.core.bulk import insert
from vetgrid.core.clock import CHINA
from vetgrid.core.crypto import blind
from vetgrid.payments.history import post_history
from vetgrid.registry.models import BankAccount, Person

PAID_FEN = 12_600_000_000
"""What the bureau reported for its five years (data/report-figures.csv: benefits.paid_total)."""
BILL_FEN = (15_000, 95_000)
"""What one check-up may cost."""
BANKS = ("中国农业银行石狮支行", "中国邮政储蓄银行石狮支行", "中国工商银行石狮支行", "中国光大银行石狮支行")


def accounts(dice: random.Random, *, by: Actor) -> None:
    """An invented account for everybody who has none."""
    known = datetime.combine(date(2018, 12, 28), time(9), CHINA)
    rows = []
    there = set(BankAccount.objects.filter(known_until=None).values_list("person_id", flat=True))
    for person, division, name in (
        Person.objects.filter(merged_into=None).order_by("id").values_list("id", "division", "name")
    ):
        if person in there:
            continue
        number = f"6228480{dice.randrange(10**12):012d}"
        rows.append(
            BankAccount(
                id=uuid.UUID(int=dice.getrandbits(128), version=4),
                person_id=person,
                division=division,
                bank=dice.choice(BANKS),
                account=number,
                account_index=blind(number, "bank_account"),
                holder=name,
                source="self_report",
                known_since=known,
                recorded_by=by.id,
            )
        )
    insert(rows)


def pay_history(*, first: int, last: int) -> None:
    """Each amount within an award's period, paid on the twentieth of its month; the check-ups come after."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TEMP TABLE demo_paid ON COMMIT DROP AS
            SELECT d.person_id, d.programme AS purpose, make_date(d.month / 12, d.month %% 12 + 1, 1) AS month, d.amount_fen,
                   make_date(d.month / 12, d.month %% 12 + 1, 1) + 27 AS paid_on
              FROM demo_amounts d JOIN demo_award a ON a.person_id = d.person_id AND a.programme = d.programme
             WHERE d.month BETWEEN %s AND %s AND d.month >= a.from_month AND d.month < a.to_month
            """,
            [first, last],
        )


def bill_check_ups(dice: random.Random, *, insurance: Mapping[uuid.UUID, int]) -> None:
    """The insurance office's last bill replaces the rule's amount; the hospital's bills make up what was paid besides the rules."""
    with connection.cursor() as cursor:
        for person, fen in insurance.items():
            cursor.execute(
                "UPDATE demo_paid SET amount_fen = %s WHERE person_id = %s AND purpose = 'insurance_continuation'",
                [fen, person],
            )
        cursor.execute("SELECT coalesce(sum(amount_fen), 0) FROM demo_paid WHERE purpose <> 'insurance_continuation'")
        rest = PAID_FEN - int(cursor.fetchone()[0])
        cursor.execute(
            "SELECT person_id, month FROM demo_amounts WHERE programme = 'health_checkup' ORDER BY month, person_id"
        )
        visits = [(person, date(month // 12, month % 12 + 1, 1)) for person, month in cursor.fetchall()]
        if not visits or not BILL_FEN[0] <= rest // len(visits) <= BILL_FEN[1]:
            raise RuntimeError(f"{len(visits)} check-ups cannot cost {rest} fen: choose other numbers of conscripts")
        bills = _bills(dice, rest, len(visits))
        cursor.executemany(
            "INSERT INTO demo_paid VALUES (%s, 'health_checkup', %s, %s, %s)",
            [(person, month, fen, date(month.year, 6, 25)) for (person, month), fen in zip(visits, bills, strict=True)],
        )


def _bills(dice: random.Random, whole: int, count: int) -> list[int]:
    """Bills of different size that add up to the whole; the last one closes the hospital's account."""
    fair = whole // count
    bills = [fair + dice.randrange(-fair // 4, fair // 4) for _ in range(count)]
    short = whole - sum(bills)
    share, rest = divmod(abs(short), count)
    sign = 1 if short >= 0 else -1
    return [bill + sign * (share + (at < rest)) for at, bill in enumerate(bills)]


def post(*, division: int, by: Actor, today: date) -> None:
    """Everything into the ledger."""
    select = sql.SQL("SELECT person_id, purpose, month, amount_fen, paid_on FROM demo_paid")
    labels = {key: one.label for key, one in rulebook().programmes.items()}
    post_history(select, division=division, by=by, today=today, purpose_labels=labels)
