"""Acts enter the trail here; changed rows enter it by themselves, through the database's triggers."""

from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from vetgrid.core.actor import Actor

NOWHERE = -1
"""The division of acts that no auditor's page may show (accusations): outside every reach, yet under the seal."""


def record(
    by: Actor,
    verb: str,
    *,
    division: int,
    table: str = "",
    row: UUID | str = "",
    person: UUID | None = None,
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Writes one act: `by` did `verb` to the row, at the division it belongs to.

    `detail` is kept as the entry's `after`. Address and request come from the transaction's scope; the database refuses
    an act claimed by another actor than the one in scope.
    """
    after = None if detail is None else Jsonb(detail)
    who, what = [by.id, by.name, by.role_label[:120]], [str(verb), table, str(row), person, division, reason[:500]]
    values: list[Any] = [*who, *what, after]
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_record(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", values)
