"""Attempts that must be counted exactly, whatever process takes them: by phone, address, number and account.

Looking and counting is one step: attempts of one key wait for each other until the transaction ends, so that a hundred at the
same moment are a hundred and not one. Keys are always asked in the same order (phone or account, address, number).
"""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from vetgrid.citizens.models import Attempt
from vetgrid.core.crypto import blind

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def attempts(kind: str, key: str, within: timedelta) -> int:
    """How often it was tried lately; called in a lent scope. Real time: a stopped day frees nobody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"{kind} {_key(key).hex()}"])
    rows = Attempt.objects.filter(kind=kind, key=_key(key), at__gt=timezone.now() - within)
    return rows.count()


def count(kind: str, key: str, *, division: int) -> None:
    Attempt(division=division, kind=kind, key=_key(key), at=timezone.now()).save(force_insert=True)


def _key(key: str) -> bytes:
    found = blind(key or "-", "attempt")
    assert found is not None
    return found
