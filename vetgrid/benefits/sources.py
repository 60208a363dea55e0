"""Where a decision's rules and values come from: those of today, or exactly those that an old decision could look at."""

import tempfile
from datetime import date
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from vetgrid.benefits import rulebook
from vetgrid.benefits.models import RuleVersion
from vetgrid.core.clock import now
from vetgrid.core.ids import is_later
from vetgrid.core.ruling.parameters import Parameters
from vetgrid.core.ruling.rulebook import Rulebook


def book() -> Rulebook:
    """The rules in force."""
    return rulebook.rulebook()


def parameters(known_on: date | None = None, *, not_after: UUID | None = None) -> Parameters:
    """The dated values as known on a day. Rows whose id is later than `not_after` were recorded after it and stay out."""
    found = rulebook.parameters(known_on)
    if not_after is None or not any(_came_later(row.key, not_after) for row in found.rows):
        return found
    return Parameters(found.tables, tuple(row for row in found.rows if not _came_later(row.key, not_after)))


def _came_later(key: str, moment: UUID) -> bool:
    return is_later(UUID(key), moment)


def rule_version() -> RuleVersion:
    """The stored version of today's rules; kept at first use."""
    values = {"files": rulebook.rule_files(), "used_since": now()}
    found, _ = RuleVersion.objects.get_or_create(digest=rulebook.rule_digest(), defaults=values)
    return found


@lru_cache(maxsize=8)
def _old_book(digest: str) -> Rulebook:
    files: dict[str, str] = RuleVersion.objects.get(pk=digest).files
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder) / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Rulebook.read(Path(folder))


def book_of(digest: str) -> Rulebook:
    """The rules of a stored version."""
    return book() if digest == rulebook.rule_digest() else _old_book(digest)
