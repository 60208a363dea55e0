"""Roles are data: `data/roles.toml` names each role, its label, where it may be held and what it may do."""

import tomllib
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from vetgrid.core.permission import every_permission
from vetgrid.core.places import Level


@dataclass(frozen=True)
class Role:
    """One role. `levels`: the levels of places at which it may be granted."""

    key: str
    label: str
    summary: str
    levels: frozenset[Level]
    permissions: frozenset[str]
    needs_second_factor: bool


@cache
def roles() -> dict[str, Role]:
    """All roles by key; raises LookupError when the file names an unknown permission."""
    body = tomllib.loads((settings.DATA / "roles.toml").read_text(encoding="utf-8"))
    known = every_permission()
    found = {}
    for key, entry in body["role"].items():
        unknown = set(entry["permissions"]) - set(known)
        if unknown:
            raise LookupError(f"role {key} names unknown permissions: {sorted(unknown)}")
        found[key] = Role(
            key=key,
            label=entry["label"],
            summary=entry["summary"],
            levels=frozenset(Level[name.upper()] for name in entry["levels"]),
            permissions=frozenset(entry["permissions"]),
            needs_second_factor=bool(entry.get("needs_second_factor", False)),
        )
    return found


@cache
def exclusive_sets() -> tuple[frozenset[str], ...]:
    """Sets of roles of which a person may hold one, and then no other role at all (三权分立)."""
    body = tomllib.loads((settings.DATA / "roles.toml").read_text(encoding="utf-8"))
    return tuple(frozenset(entry) for entry in body.get("exclusive", []))
