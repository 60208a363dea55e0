"""API of a person's own file: see it with the source of each fact, confirm it, ask for corrections and see what became of them."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from ninja import Field as Shape

from vetgrid.core.actor import Citizen
from vetgrid.core.api import AsCitizen, Doors, act
from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.dates import PartialDate
from vetgrid.core.schema import Schema
from vetgrid.registry import actions, queries
from vetgrid.registry.catalogue import own_file, section
from vetgrid.registry.models import ChangeRequest, Fact
from vetgrid.registry.reading import show

citizen = Doors(tags=["citizen"])


class FieldOut(Schema):
    key: str
    label: str
    value: str


class FactOut(Schema):
    id: UUID
    fields: list[FieldOut]
    source: str
    since: str
    can_correct: bool


class ColumnOut(Schema):
    """One field that a correction may fill: `kind` code has `choices`."""

    key: str
    label: str
    kind: str
    choices: list[tuple[str, str]]


class SectionOut(Schema):
    key: str
    label: str
    is_list: bool
    can_correct: bool
    columns: list[ColumnOut]
    facts: list[FactOut]


class OwnFileOut(Schema):
    name: str
    sections: list[SectionOut]
    confirmed_on: date | None
    is_confirmed_this_year: bool
    version: int


class ConfirmIn(Schema):
    version: int = Shape(ge=0, le=1_000_000_000, title="档案版本")


class ConfirmOut(Schema):
    confirmed_on: date
    version: int


class CorrectionIn(Schema):
    section: str = Shape(max_length=20, title="栏目")
    fact_id: UUID | None = Shape(None, title="哪一条")
    values: dict[str, str] = Shape(max_length=30, title="更正为")
    base_version: int = Shape(ge=0, le=1_000_000_000, title="档案版本")
    upload_ids: list[UUID] = Shape(default_factory=list, max_length=9, title="证明照片")


class CorrectionOut(Schema):
    id: UUID
    section: str
    section_label: str
    state: str
    state_label: str
    decided_note: str
    asked_at: datetime
    values: list[FieldOut]


def _fact(fact: Fact, key: str) -> dict[str, Any]:
    part, policy = section(key), own_file()
    shown = [
        {
            "key": entry.attribute,
            "label": entry.label,
            "value": show(entry, getattr(fact, entry.attribute), clear=entry.key not in policy.masked),
        }
        for entry in part.fields
    ]
    since = fact.from_on if fact.from_on else PartialDate(fact.known_since.date().isoformat())
    return {
        "id": fact.id,
        "fields": [entry for entry in shown if entry["value"]],
        "source": codes("source").label(fact.source),
        "since": since.label,
        "can_correct": part.key not in policy.fixed,
    }


@lru_cache(maxsize=100)
def _columns(key: str, day: date) -> list[dict[str, Any]]:
    return [
        {
            "key": entry.attribute,
            "label": entry.label,
            "kind": entry.kind,
            "choices": codes(entry.table).choices(on=day) if entry.kind == "code" else [],
        }
        for entry in section(key).fields
    ]


@citizen.get("/citizen/file", response=OwnFileOut, auth=AsCitizen(), operation_id="citizenFile")
def file(request: Any) -> dict[str, Any]:
    by: Citizen = request.actor
    who, sections = queries.own_file_of(seen_by=by)
    policy, day = own_file(), today()
    return {
        "name": who.name,
        "sections": [
            {
                "key": entry.section.key,
                "label": entry.section.label,
                "is_list": entry.section.is_list,
                "can_correct": entry.section.key not in policy.fixed,
                "columns": _columns(entry.section.key, day) if entry.section.key not in policy.fixed else [],
                "facts": [_fact(fact, entry.section.key) for fact in entry.facts],
            }
            for entry in sections
            if entry.section.key not in policy.hidden
        ],
        "confirmed_on": who.confirmed_on,
        "is_confirmed_this_year": who.confirmed_on is not None and who.confirmed_on.year == day.year,
        "version": who.version,
    }


@act(
    citizen,
    "POST",
    "/citizen/file/confirm",
    key="file.confirm",
    label="确认档案无误",
    response=ConfirmOut,
    operation_id="citizenConfirmFile",
)
def confirm(by: Citizen, body: ConfirmIn) -> dict[str, Any]:
    person = actions.confirm_own_file(version=body.version, by=by, today=today())
    return {"confirmed_on": person.confirmed_on, "version": person.version}


@act(
    citizen,
    "POST",
    "/citizen/file/corrections",
    key="file.correct",
    label="申请更正档案",
    response={201: CorrectionOut},
    operation_id="citizenCorrectFile",
)
def correct(by: Citizen, body: CorrectionIn) -> tuple[int, dict[str, Any]]:
    request = actions.ask_correction(
        section_key=body.section,
        fact_id=body.fact_id,
        values=body.values,
        base_version=body.base_version,
        upload_ids=body.upload_ids,
        by=by,
        today=today(),
    )
    return 201, _correction(ChangeRequest.objects.get(pk=request.pk))


def _correction(row: ChangeRequest) -> dict[str, Any]:
    part = section(row.section)
    labels = {entry.attribute: entry.label for entry in part.fields}
    masked = {entry.attribute for entry in part.fields if entry.key in own_file().masked}
    values = actions.values_of(row)
    return {
        "id": row.id,
        "section": row.section,
        "section_label": part.label,
        "state": row.state,
        "state_label": row.get_state_display(),
        "decided_note": row.decision_note,
        "asked_at": row.asked_at,
        "values": [
            {"key": key, "label": labels.get(key, key), "value": f"••••{text[-4:]}" if key in masked else text}
            for key, text in values.items()
        ],
    }


@citizen.get(
    "/citizen/file/corrections", response=list[CorrectionOut], auth=AsCitizen(), operation_id="citizenCorrections"
)
def corrections(request: Any) -> list[dict[str, Any]]:
    return [_correction(row) for row in queries.own_corrections(seen_by=request.actor)[:50]]


def _open_corrections(by: Citizen) -> list[tuple[str, str]]:
    rows = queries.own_corrections(seen_by=by).filter(state="open")
    return [(str(row.id), f"{section(row.section).label} {row.asked_at:%Y-%m-%d}") for row in rows]


@act(
    citizen,
    "POST",
    "/citizen/file/corrections/{uuid:request_id}/withdraw",
    key="file.withdraw_correction",
    label="撤回更正申请",
    response=CorrectionOut,
    choices={"request_id": _open_corrections},
    operation_id="citizenWithdrawCorrection",
)
def withdraw(by: Citizen, request_id: UUID) -> dict[str, Any]:
    return _correction(actions.withdraw_correction(request_id=request_id, by=by, today=today()))
