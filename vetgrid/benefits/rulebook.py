"""The rules and values in force here: rules from data/benefits, values from the table of parameters, kept in memory until a row is added."""

import hashlib
import logging
from collections import OrderedDict
from datetime import date
from functools import cache

from django.conf import settings
from django.db import connection

from vetgrid.benefits.models.parameters import ParameterRow
from vetgrid.core.ruling.errors import RuleError
from vetgrid.core.ruling.parameters import Parameters, Value, read_cell
from vetgrid.core.ruling.rulebook import Rulebook

_ADDING = 7304
"""The number of the advisory lock between decisions (shared) and additions of values (alone)."""
_KEPT = 12
"""So many narrowed sets stay in memory: each keeps the tables that it has resolved."""
_log = logging.getLogger("vetgrid.benefits")
_kept: OrderedDict[tuple[str, date | None], Parameters] = OrderedDict()


@cache
def rulebook() -> Rulebook:
    """All programmes with their dated rules; read once in a process, because the files only change with an installation."""
    return Rulebook.read(settings.DATA / "benefits")


@cache
def rule_files() -> dict[str, str]:
    """The texts that decide, without values: name to content."""
    folder = settings.DATA / "benefits"
    paths = [*sorted(folder.glob("*.toml")), *sorted((folder / "programmes").glob("*.toml"))]
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in paths}


@cache
def rule_digest() -> str:
    """SHA-256 over names and texts of the rule files: the version that a receipt names."""
    digest = hashlib.sha256()
    for name, text in rule_files().items():
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()


def parameters(known_on: date | None = None) -> Parameters:
    """The values of every place, as known on a day; all of them without one."""
    key = (_stamp(), known_on)
    found = _kept.get(key)
    if found is None:
        rows = ParameterRow.objects.order_by("recorded_at", "id")
        if known_on is not None:
            rows = rows.filter(known_since__lte=known_on)
        values = (value for value in map(value_of, rows) if value is not None)
        found = _kept[key] = Parameters(rulebook().tables, tuple(values))
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    _kept.move_to_end(key)
    return found


def hold_still() -> None:
    """Until the transaction ends no values are added: called before a decision says up to which row it looks.

    Otherwise a row that was written before that moment and committed after it would be missing in the decision and be there when
    it is made again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_ADDING])


def about_to_add() -> None:
    """Waits for the decisions that are being made, and lets the next ones wait until the new values are there as a whole."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADDING])


def value_of(row: ParameterRow) -> Value | None:
    """A stored row as the engine takes it; None, with a line in the log, where the rules know the table or cell no more."""
    try:
        cell = read_cell(rulebook().tables[row.table], row.cell)
    except (KeyError, RuleError):
        _log.warning("parameter row %s of %s %s fits no table", row.id, row.table, row.cell)
        return None
    return Value(
        table=row.table,
        cell=cell,
        place=row.division,
        effective_on=row.effective_on,
        known_since=row.known_since,
        mode=row.mode,
        amount=row.amount,
        written=row.written,
        unit=row.unit,
        document=row.document,
        trust=row.trust,
        note=row.note,
        key=str(row.id),
    )


def _stamp() -> str:
    """Changes with every row that is added, in whichever process; rows are never taken away."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_database() || ' ' || count(*) || ' ' || coalesce(sum(hashtextextended(id::text, 0)), 0)"
            " FROM benefits_parameterrow"
        )
        return str(cursor.fetchone()[0])
