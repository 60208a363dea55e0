"""API: who may act for me, and what was done on my behalf."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field

from vetgrid.citizens import actions, queries
from vetgrid.citizens.api.routers import citizen
from vetgrid.citizens.models import Authority
from vetgrid.core.actor import Citizen
from vetgrid.core.api import AsCitizen, act
from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.schema import Schema


class AuthorityIn(Schema):
    helper_name: str = Field(max_length=40, title="代办人姓名")
    helper_phone: str = Field(max_length=20, title="代办人手机号")
    relation: str = Field(max_length=20, title="与本人关系", json_schema_extra={"x-table": "appeal_relation"})
    to_on: date = Field(title="截止日期")


class AuthorityOut(Schema):
    id: UUID
    helper_name: str
    helper_phone: str
    relation: str
    from_on: date
    until: date
    is_in_force: bool
    recorded_by: str


class AssistedOut(Schema):
    at: datetime
    what: str
    by: str


def _out(row: Authority) -> dict[str, Any]:
    return {
        "id": row.id,
        "helper_name": row.helper_name,
        "helper_phone": row.helper_phone.masked((3, 4)) if hasattr(row.helper_phone, "masked") else "",
        "relation": codes("appeal_relation").label(row.relation),
        "from_on": row.from_on,
        "until": row.to_on,
        "is_in_force": row.revoked_at is None and row.from_on <= today() < row.to_on,
        "recorded_by": "本人" if row.is_by_person else row.recorded_by_name,
    }


@citizen.get("/citizen/authorities", response=list[AuthorityOut], auth=AsCitizen(), operation_id="citizenAuthorities")
def authorities(request: Any) -> list[dict[str, Any]]:
    return [_out(row) for row in queries.my_authorities(seen_by=request.actor)[:50]]


@act(
    citizen,
    "POST",
    "/citizen/authorities",
    key="authority.give",
    label="授权他人代办",
    response={201: AuthorityOut},
    operation_id="citizenGiveAuthority",
)
def give(by: Citizen, body: AuthorityIn) -> tuple[int, dict[str, Any]]:
    row = actions.give_authority(actions.Entrusting(**body.dict()), by=by, today=today())
    return 201, _out(Authority.objects.get(pk=row.pk))


def _in_force(by: Citizen) -> list[tuple[str, str]]:
    rows = queries.my_authorities(seen_by=by).filter(revoked_at=None, to_on__gt=today())
    return [(str(row.id), f"{row.helper_name} 至{row.to_on}") for row in rows]


@act(
    citizen,
    "POST",
    "/citizen/authorities/{uuid:authority_id}/revoke",
    key="authority.revoke",
    label="收回代办授权",
    response=AuthorityOut,
    choices={"authority_id": _in_force},
    operation_id="citizenRevokeAuthority",
)
def revoke(by: Citizen, authority_id: UUID) -> dict[str, Any]:
    actions.revoke_authority(authority_id=authority_id, by=by, today=today())
    return _out(Authority.objects.get(pk=authority_id))


@citizen.get("/citizen/assisted", response=list[AssistedOut], auth=AsCitizen(), operation_id="citizenAssisted")
def assisted(request: Any) -> list[dict[str, Any]]:
    return [
        {"at": row.at, "what": row.label, "by": row.by_name}
        for row in queries.my_assisted_acts(seen_by=request.actor)[:100]
    ]
