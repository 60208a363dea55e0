"""Background work whose database went away beneath it comes again by itself; every task of ours may run twice without harm."""

import django.db
import psycopg
from procrastinate import RetryStrategy

CUT_OFF = RetryStrategy(
    max_attempts=10,
    wait=1,
    linear_wait=1,
    retry_exceptions=(
        django.db.OperationalError,
        django.db.InterfaceError,
        psycopg.OperationalError,
        psycopg.InterfaceError,
    ),
)
"""For every task that somebody waits for; a periodic one comes again anyway. Waits 1, 2, 3 ... seconds."""
