"""Where rules and parameters come from: the files of today, or those of an old decision; the dated rows as known on a day."""

import hashlib
import tempfile
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings

from vetgrid.benefits.models import RuleVersion
from vetgrid.core.clock import now
from vetgrid.core.ids import is_later
from vetgrid.core.ruling.parameters import Parameters
from vetgrid.core.ruling.rulebook import Rulebook, read_parameters

_RULE_FILES = ("facts.toml", "tables.toml", "exclusions.toml", "gathering.toml", "programmes/*.toml")


@cache
def book() -> Rulebook:
    """The rules in force, read once."""
    return Rulebook.read(settings.DATA / "benefits")


@cache
def _all_parameters() -> Parameters:
    return read_parameters(settings.DATA / "benefits" / "parameters", book().tables)


def parameters(known_on: date | None = None, *, not_after: UUID | None = None) -> Parameters:
    """The dated rows as known on a day. Rows whose id is later than `not_after` were recorded after it and stay out."""
    found = _all_parameters()
    if known_on is not None:
        found = found.known_on(known_on)
    return (
        found
        if not_after is None
        else Parameters(found.tables, tuple(row for row in found.rows if _was_there(row.key, not_after)))
    )


def _was_there(key: str, moment: UUID) -> bool:
    """A row of a file was there with the files."""
    try:
        found = UUID(key)
    except ValueError:
        return True
    return not is_later(found, moment)


@cache
def rule_texts() -> dict[str, str]:
    """The texts of all files that decide besides the parameters."""
    folder = settings.DATA / "benefits"
    paths = sorted(path for pattern in _RULE_FILES for path in folder.glob(pattern))
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@cache
def rule_digest() -> str:
    digest = hashlib.sha256()
    for name, text in sorted(rule_texts().items()):
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()


def rule_version() -> RuleVersion:
    """The stored version of today's rules; kept at first use."""
    found, _ = RuleVersion.objects.get_or_create(
        digest=rule_digest(), defaults={"files": rule_texts(), "used_since": now()}
    )
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
    return book() if digest == rule_digest() else _old_book(digest)
