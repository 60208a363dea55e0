"""Determines where the spells lie: amounts of many persons and months into a temporary table of the running transaction."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection
from psycopg import sql

from vetgrid.benefits.sources import book, parameters
from vetgrid.core.places import interval
from vetgrid.core.ruling.in_sql import determination
from vetgrid.core.ruling.parameters import Parameters

_AT_ONCE = 12
"""So many months go into one statement: what does not change with the month is worked out once for all of them."""


def run(statement: sql.Composable, values: Sequence[object] = ()) -> int:
    """Executes a composed statement on the transaction's connection; returns the number of rows."""
    connection.ensure_connection()
    assert connection.connection is not None
    cursor = connection.connection.execute(statement, values or None)
    return int(cursor.rowcount)


def of_places(division: int) -> sql.Composable:
    """The spells of everybody in a division."""
    low, high = interval(division)
    return sql.SQL("(SELECT * FROM benefits_spell WHERE division BETWEEN {} AND {})").format(
        sql.Literal(low), sql.Literal(high)
    )


def of_people(person_ids: Iterable[UUID]) -> sql.Composable:
    """The spells of a few persons."""
    return sql.SQL("(SELECT * FROM benefits_spell WHERE person_id = ANY({}))").format(sql.Literal(list(person_ids)))


def fresh_table(table: str) -> None:
    """An empty temporary table (person_id, programme, month, amount_fen); gone with the transaction."""
    name = sql.Identifier(table)
    run(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(name))
    run(
        sql.SQL(
            "CREATE TEMP TABLE {} (person_id uuid NOT NULL, programme varchar(40) NOT NULL, month int NOT NULL,"
            " amount_fen bigint NOT NULL) ON COMMIT DROP"
        ).format(name)
    )


def determine_into(
    table: str,
    months: Iterable[int],
    *,
    source: sql.Composable,
    county: int,
    programmes: Sequence[str] | None = None,
    among: Parameters | None = None,
) -> None:
    """Adds what is given in each of the months; all programmes are worked out, because they exclude each other."""
    rules, values = book(), among or parameters()
    wanted = list(programmes) if programmes is not None else list(rules.programmes)
    asked = list(months)
    for first in range(0, len(asked), _AT_ONCE):
        some = asked[first : first + _AT_ONCE]
        statement = determination(rules, values, source=source, months=some, places=(county,))
        run(
            sql.SQL(
                "INSERT INTO {} (person_id, programme, month, amount_fen)"
                " SELECT person_id, programme, month, amount_fen FROM ({}) d WHERE programme = ANY({})"
            ).format(sql.Identifier(table), statement, sql.Literal(wanted))
        )
    run(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
