"""Run inside the county's own environment, as the domain above payments would: `prepare` gives accounts, `draft` makes a run.

`python -m tests.faults.pay_county prepare COUNT` · `python -m tests.faults.pay_county draft 2024-01-01`
"""

import os
import sys
from datetime import date
from uuid import UUID

import django
from django.db.models import Count
from psycopg import sql

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vetgrid.config.settings")
os.environ["VETGRID_ROLE"] = "job"
if __name__ == "__main__":
    django.setup()

# The models can only be imported once Django is set up.
from vetgrid.accounts.models import User
from vetgrid.accounts.sessions import actor_of
from vetgrid.core import bulk
from vetgrid.core.clock import now, today
from vetgrid.core.crypto import Sealed, blind
from vetgrid.core.places import full_code
from vetgrid.core.scope import acting, system_actor
from vetgrid.payments.actions import draft_run_from_sql
from vetgrid.payments.models import Posting
from vetgrid.registry.models import BankAccount, Duplicate, Person

COUNTY = full_code("350581")
LABEL = "待遇压力批次"


def prepare(count: int) -> None:
    """So many living people, nobody doubtful among them, get a bank account of this test in their own name."""
    system = system_actor("测试准备")
    with acting(system):
        doubtful = Duplicate.objects.filter(state="open").values_list("person_id", "other_id")
        left_out = {key for pair in doubtful for key in pair}
        living = Person.objects.filter(died_on=None, left_on=None, merged_into=None).exclude(pk__in=left_out)
        twice = (
            living.order_by()
            .values("id_index")
            .annotate(n=Count("id"))
            .filter(n__gt=1)
            .values_list("id_index", flat=True)
        )
        people = (
            living.exclude(id_index=None)
            .exclude(pk__in=Posting.objects.exclude(payee=None).values("payee_id"))  # nothing was paid last month
            .exclude(id_index__in=[bytes(key) for key in twice if key])
            .order_by("id")[:count]
        )
        BankAccount.objects.filter(person__in=[one.pk for one in people], known_until=None).update(known_until=now())
        bulk.insert(_account(one, at, system.id) for at, one in enumerate(people))


def _account(one: Person, at: int, by: UUID) -> BankAccount:
    number = f"622200990{at:07d}"
    return BankAccount(
        person=one, division=one.division, bank="压力银行", account=Sealed.of(number, "bank_account"),
        account_index=blind(number, "bank_account"), holder=one.name, source="archive", known_since=now(), recorded_by=by,
    )  # fmt: skip


def draft(month: date) -> None:
    """A run of five hundred yuan for everybody with such an account, in the name of the clerk of the city centre."""
    with acting(system_actor("测试准备")):
        user = User.objects.get(username="city_clerk")
        by = actor_of(user.id)
    assert by is not None
    select = sql.SQL(
        "SELECT b.person_id, 'stress'::text AS purpose, {}::date AS month, 50000 AS determined_fen, NULL::uuid AS basis_id"
        " FROM registry_bankaccount b WHERE b.bank = '压力银行' AND b.known_until IS NULL"
    ).format(sql.Literal(month))
    with acting(by):
        draft_run_from_sql(select, division=COUNTY, month=month, label=LABEL, by=by, today=today())


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(int(sys.argv[2]))
    else:
        draft(date.fromisoformat(sys.argv[2]))
