"""Which column means which field: suggested from names, remembered for sheets with the same headers."""

import hashlib

from vetgrid.core.clock import now
from vetgrid.core.sheets import clean
from vetgrid.registry.catalogue import FIELDS, SECTIONS
from vetgrid.registry.models import ImportMapping

PLACE = "place.name"
PLACE_ALIASES = ("村(社区)", "村(居)", "村居", "所属村", "所属村(社区)", "村、社区", "社区", "村")
UNIQUE_SECTIONS = tuple(section.key for section in SECTIONS)


def known_headers() -> set[str]:
    """Every column name that the catalogue knows."""
    names = {alias for field in FIELDS.values() for alias in field.aliases}
    return names | set(PLACE_ALIASES)


def signature(headers: list[str]) -> str:
    return hashlib.sha256("\n".join(headers).encode()).hexdigest()


def suggest(headers: list[str], *, division: int) -> dict[str, str]:
    """Column number (as text) to field key, '' for columns that mean nothing to us. A remembered mapping wins."""
    remembered = ImportMapping.objects.filter(division=division, signature=signature(headers)).first()
    if remembered is not None:
        found: dict[str, str] = remembered.mapping
        return found
    by_alias = {clean(alias): key for key, field in FIELDS.items() for alias in field.aliases}
    by_alias |= {clean(alias): PLACE for alias in PLACE_ALIASES}
    taken: set[str] = set()
    mapping = {}
    for at, header in enumerate(headers):
        key = by_alias.get(header) or by_alias.get(header.replace(" ", "").rstrip(":*")) or ""
        mapping[str(at)] = key if key not in taken else ""
        taken.add(key)
    return mapping


def remember(headers: list[str], mapping: dict[str, str], *, division: int) -> None:
    ImportMapping.objects.update_or_create(
        division=division, signature=signature(headers), defaults={"mapping": mapping, "used_at": now()}
    )


def choices() -> list[tuple[str, str]]:
    """What a column may be mapped to."""
    fields = [
        (key, f"{section.label} · {field.label}")
        for section in SECTIONS
        for key, field in ((f.key, f) for f in section.fields)
    ]
    return [("", "不导入这一列"), (PLACE, "村(社区)名称或代码"), *fields]
