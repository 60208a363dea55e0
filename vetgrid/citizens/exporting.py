"""One's own data in one file (个人信息保护法 第四十五条): each domain adds its part, read in the citizen's own scope."""

from collections.abc import Callable
from datetime import date
from typing import Any

from vetgrid.audit.trail import record
from vetgrid.citizens import queries
from vetgrid.core.actor import Citizen
from vetgrid.core.clock import now
from vetgrid.core.codes import codes
from vetgrid.registry import queries as registry
from vetgrid.registry.catalogue import own_file
from vetgrid.registry.reading import show

Part = Callable[[Citizen], Any]
_parts: dict[str, Part] = {}


def declare(key: str, part: Part) -> None:
    """`part(citizen)` gives plain JSON data of the citizen's own rows."""
    _parts[key] = part


def own_data(*, by: Citizen, today: date) -> dict[str, Any]:
    found = {"made_at": now().isoformat(), "person": by.name} | {key: part(by) for key, part in _parts.items()}
    record(by, "citizens.export", division=by.division, person=by.person)
    return found


def _file(by: Citizen) -> list[dict[str, Any]]:
    _, sections = registry.own_file_of(seen_by=by)
    masked = own_file().masked
    return [
        {
            "section": entry.section.label,
            "source": codes("source").label(fact.source),
            "known_since": fact.known_since.isoformat(),
            "values": {
                column.label: show(column, getattr(fact, column.attribute), clear=column.key not in masked)
                for column in entry.section.fields
            },
        }
        for entry in sections
        if entry.section.key not in own_file().hidden
        for fact in entry.facts
    ]


def _account(by: Citizen) -> dict[str, Any]:
    return {
        "assisted": [
            {"at": row.at.isoformat(), "what": row.label, "by": row.by_name}
            for row in queries.my_assisted_acts(seen_by=by)[:500]
        ],
        "authorities": [
            {"helper": row.helper_name, "from": row.from_on.isoformat(), "until": row.to_on.isoformat()}
            for row in queries.my_authorities(seen_by=by)[:100]
        ],
    }


declare("file", _file)
declare("account", _account)
