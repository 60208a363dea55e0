"""API: who I am, binding, settings, the privacy guide, my data as a file, closing the account."""

from datetime import date
from typing import Any
from uuid import UUID

from ninja import Field

from vetgrid.citizens import actions, exporting, queries
from vetgrid.citizens.api.routers import citizen
from vetgrid.citizens.api.sign_in import OPEN
from vetgrid.citizens.models import BindingRequest
from vetgrid.citizens.policy import policy
from vetgrid.core.actor import Citizen
from vetgrid.core.api import AsCitizen
from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.schema import Schema

AGREED = AsCitizen(is_bound=False)


class ActsForOut(Schema):
    person_id: UUID
    name: str
    relation: str
    authority_until: date


class Me(Schema):
    name: str
    is_bound: bool
    person_id: UUID | None
    helper: str
    """Who acts, when it is not the person himself."""
    phone: str
    large_mode: bool
    acts_for: list[ActsForOut]
    privacy_agreed: bool


class SettingsIn(Schema):
    large_mode: bool


class BindingIn(Schema):
    name: str = Field(max_length=60)
    id_number: str = Field(max_length=30)
    second_fact_kind: str = Field(max_length=20)
    second_fact: str = Field(max_length=40)


class StationShort(Schema):
    name: str
    address: str
    phone: str
    hours: str


class BindingOut(Schema):
    """`state`: none, bound, queued or refused. When queued: where to ask; it never says why."""

    state: str
    queued: bool = False
    station: StationShort | None = None
    note: str = ""
    second_facts: list[tuple[str, str]]


class PurposeOut(Schema):
    key: str
    label: str
    why: str
    permission: str
    """What the phone asks the person for that purpose; '' when it asks nothing."""


class PrivacyOut(Schema):
    version: str
    guide: str
    agreement: str
    purposes: list[PurposeOut]
    agreed_version: str
    """'' before signing in."""


class AgreeIn(Schema):
    version: str = Field(max_length=20)


@citizen.get("/citizen/me", response=Me, auth=OPEN, operation_id="citizenMe")
def me(request: Any) -> dict[str, Any]:
    by: Citizen = request.actor
    account = queries.account_of(seen_by=by)
    return {
        "name": by.name if not by.helper else by.name.rpartition("代")[2].rstrip(")"),
        "is_bound": by.person_id is not None,
        "person_id": by.person_id,
        "helper": by.helper,
        "phone": account.phone.masked((3, 4)) if account.phone else "",
        "large_mode": account.large_mode,
        "acts_for": [
            {
                "person_id": row.person_id,
                "name": row.name,
                "relation": codes("appeal_relation").label(row.relation),
                "authority_until": row.until,
            }
            for row in queries.acts_for(seen_by=by, today=today())
        ],
        "privacy_agreed": by.has_agreed,
    }


@citizen.put("/citizen/me/settings", response={204: None}, auth=OPEN, operation_id="citizenSettings")
def settings(request: Any, body: SettingsIn) -> tuple[int, None]:
    actions.set_mode(large_mode=body.large_mode, by=request.actor)
    return 204, None


@citizen.post("/citizen/account/close", response={204: None}, auth=OPEN, operation_id="citizenCloseAccount")
def close(request: Any) -> tuple[int, None]:
    actions.close_account(by=request.actor)
    return 204, None


def _binding(by: Citizen) -> dict[str, Any]:
    kinds = list(BindingRequest.Kind.choices)
    if by.person_id is not None:
        return {"state": "bound", "second_facts": kinds}
    row = queries.my_request(seen_by=by)
    if row is None:
        return {"state": "none", "second_facts": kinds}
    state = {"open": "queued", "refused": "refused"}.get(row.state, "none")
    return {
        "state": state,
        "queued": state == "queued",
        "station": queries.county_station(),
        "note": row.decision_note if state == "refused" else "",
        "second_facts": kinds,
    }


@citizen.get("/citizen/binding", response=BindingOut, auth=AGREED, operation_id="citizenBinding")
def binding(request: Any) -> dict[str, Any]:
    return _binding(request.actor)


@citizen.post("/citizen/binding", response={200: BindingOut, 202: BindingOut}, auth=AGREED, operation_id="citizenBind")
def bind(request: Any, body: BindingIn) -> tuple[int, dict[str, Any]]:
    kinds = list(BindingRequest.Kind.choices)
    if actions.bind(actions.Claim(**body.dict()), by=request.actor, today=today()):
        return 200, {"state": "bound", "second_facts": kinds}
    return 202, {"state": "queued", "queued": True, "station": queries.county_station(), "second_facts": kinds}


@citizen.get("/citizen/privacy", response=PrivacyOut, auth=None, operation_id="citizenPrivacy")
def privacy(request: Any) -> dict[str, Any]:
    """Open to everybody: it is read and agreed to before signing in."""
    texts, by = queries.privacy_texts(), request.actor
    return {
        "version": policy().privacy_version,
        "guide": texts["guide"].strip(),
        "agreement": texts["agreement"].strip(),
        "purposes": texts["purpose"],
        "agreed_version": queries.account_of(seen_by=by).privacy_version if isinstance(by, Citizen) else "",
    }


@citizen.post("/citizen/privacy/agree", response={204: None}, auth=OPEN, operation_id="citizenAgree")
def agree(request: Any, body: AgreeIn) -> tuple[int, None]:
    actions.agree(version=body.version, by=request.actor)
    return 204, None


@citizen.get("/citizen/privacy/export", response=dict[str, Any], auth=AsCitizen(), operation_id="citizenExport")
def export(request: Any) -> dict[str, Any]:
    return exporting.own_data(by=request.actor, today=today())
