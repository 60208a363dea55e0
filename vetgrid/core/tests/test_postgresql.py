"""A kept connection is looked at, not asked; one that the server has ended is noticed before it is used."""

import psycopg
from django.db import connection

from vetgrid.config import database


def test_a_connection_that_stands_is_seen_without_a_question_and_an_ended_one_is_noticed(own_database):
    connection.ensure_connection()
    asked = []
    line = connection.connection
    assert line is not None and connection.is_usable()
    real, line.cursor = line.cursor, lambda *_, **__: asked.append(1) or real()
    assert connection.is_usable() and asked == []
    with psycopg.connect(database._administrator(), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", [line.info.backend_pid])
        admin.execute("SELECT pg_sleep(0.2)")
    assert not connection.is_usable() and asked == [1]
    connection.close()
