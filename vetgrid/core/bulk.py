"""Many rows at once: COPY into a staging table, then one INSERT, because COPY itself is refused on protected tables."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Model
from psycopg import sql


def insert(rows: Iterable[Model]) -> int:
    """Inserts unsaved rows of one model; triggers, policies and the trail see them as one statement. Returns how many."""
    chosen = list(rows)
    if not chosen:
        return 0
    model = type(chosen[0])
    fields = [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]
    if model._meta.pk.get_internal_type() in ("BigAutoField", "AutoField"):
        fields = [field for field in fields if field is not model._meta.pk]
    columns = sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
    table, staging = sql.Identifier(model._meta.db_table), sql.Identifier(f"staging_{model._meta.db_table}"[:63])
    connection.ensure_connection()
    assert connection.connection is not None
    with connection.connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE TEMP TABLE IF NOT EXISTS {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                staging, columns, table
            )
        )
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(staging, columns)) as copy:
            for row in chosen:
                copy.write_row([_stored(field, row) for field in fields])
        cursor.execute(sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(table, columns, columns, staging))
        cursor.execute(sql.SQL("TRUNCATE {}").format(staging))
    return len(chosen)


def _stored(field: Any, row: Model) -> Any:
    value = field.get_db_prep_save(field.pre_save(row, add=True), connection)
    return bytes(value) if isinstance(value, memoryview) else value
