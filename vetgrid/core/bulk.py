"""Many rows at once: COPY into a staging table, then one statement, because COPY itself is refused on protected tables."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connections
from django.db.models import Field, JSONField, Model
from psycopg import Cursor, sql

from vetgrid.core.crypto import BlindIndexField, SealedField
from vetgrid.core.dates import PartialDateField

_PREPARED = (SealedField, BlindIndexField, PartialDateField, JSONField)
"""Fields whose Python value is not what the driver stores; all others go to it as they are."""


_FEW = 1000
"""Up to so many rows go without a staging table."""


def insert(rows: Iterable[Model]) -> int:
    """Inserts unsaved rows of one model; triggers, policies and the trail see them as one statement. Returns how many."""
    chosen = list(rows)
    if not chosen:
        return 0
    model = type(chosen[0])
    fields = [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]
    if model._meta.pk.get_internal_type() in ("BigAutoField", "AutoField"):
        fields = [field for field in fields if field is not model._meta.pk]
    with _cursor() as cursor:
        if len(chosen) <= _FEW and not any(isinstance(field, ArrayField) for field in fields):
            _insert_few(cursor, model, fields, chosen)
            return len(chosen)
        table, staging, columns = _stage(cursor, model, fields, chosen)
        cursor.execute(sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(table, columns, columns, staging))
        cursor.execute(sql.SQL("TRUNCATE {}").format(staging))
    return len(chosen)


def update(rows: Iterable[Model], names: Sequence[str]) -> int:
    """Writes the named fields of saved rows in one statement; returns how many rows."""
    chosen = list(rows)
    if not chosen:
        return 0
    model = type(chosen[0])
    changed = [model._meta.get_field(name) for name in names]
    key = model._meta.pk
    with _cursor() as cursor:
        table, staging, _ = _stage(cursor, model, [key, *changed], chosen)
        pairs = sql.SQL(", ").join(
            sql.SQL("{0} = s.{0}").format(sql.Identifier(str(getattr(field, "column", "")))) for field in changed
        )
        question = sql.SQL("UPDATE {} t SET {} FROM {} s WHERE t.{} = s.{}")
        name = sql.Identifier(str(key.column))
        cursor.execute(question.format(table, pairs, staging, name, name))
        cursor.execute(sql.SQL("TRUNCATE {}").format(staging))
    return len(chosen)


def _insert_few(cursor: "Cursor[Any]", model: type[Model], fields: Sequence[Any], rows: Sequence[Model]) -> None:
    """Without a staging table, which costs more than a few hundred rows do: one array for each column."""
    wrapper = connections["default"]
    readers = [(field.attname, _preparation(field)) for field in fields]
    arrays = [
        [row.__dict__[name] if prepare is None else prepare(row.__dict__[name]) for row in rows]
        for name, prepare in readers
    ]
    columns = sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
    kinds = sql.SQL(", ").join(sql.SQL(f"%s::{field.db_type(wrapper)}[]") for field in fields)
    table = sql.Identifier(model._meta.db_table)
    question = sql.SQL("INSERT INTO {} ({}) SELECT * FROM unnest({})").format(table, columns, kinds)
    cursor.execute(question, arrays)


def _cursor() -> "Cursor[Any]":
    wrapper = connections["default"]
    wrapper.ensure_connection()
    assert wrapper.connection is not None
    found: Cursor[Any] = wrapper.connection.cursor()
    return found


def _stage(
    cursor: "Cursor[Any]", model: type[Model], fields: Sequence[Any], rows: Sequence[Model]
) -> tuple[sql.Identifier, sql.Identifier, sql.Composed]:
    """Copies the rows' fields into a temporary table; returns the names of table, staging table and columns."""
    columns = sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
    table = sql.Identifier(model._meta.db_table)
    staging = sql.Identifier(f"staging_{len(fields)}_{model._meta.db_table}"[:63])
    make = sql.SQL("CREATE TEMP TABLE IF NOT EXISTS {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA")
    cursor.execute(make.format(staging, columns, table))
    readers = [(field.attname, _preparation(field)) for field in fields]
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(staging, columns)) as copy:
        for row in rows:
            values = row.__dict__
            copy.write_row([values[name] if prepare is None else prepare(values[name]) for name, prepare in readers])
    return table, staging, columns


def _preparation(field: "Field[Any, Any]") -> Callable[[Any], Any] | None:
    """How a value of this field becomes what the driver stores; None when it is that already."""
    if not isinstance(field, _PREPARED):
        return None
    wrapper = connections["default"]

    def prepare(value: Any) -> Any:
        stored = field.get_db_prep_save(value, wrapper)
        return bytes(stored) if isinstance(stored, memoryview) else stored

    return prepare
