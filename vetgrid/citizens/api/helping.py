"""API: a clerk or contact does for an elder, in the field, what the elder could do at the mini-program."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Field

from vetgrid.citizens import actions
from vetgrid.citizens.api.routers import field
from vetgrid.citizens.permissions import CitizensPermission
from vetgrid.core import acts
from vetgrid.core.api import InField
from vetgrid.core.clock import today
from vetgrid.core.schema import Schema

ASSISTING = InField(CitizensPermission.ASSIST)


class AssistIn(Schema):
    """`act` is the key of one of `/field/acts`; `values` what that act asks: ids by name, and `body` where it has one."""

    person_id: UUID
    act: str = Field(max_length=40)
    values: dict[str, Any] = Field(default_factory=dict, max_length=10)


class AssistOut(Schema):
    act: str
    result: Any


class ActOut(Schema):
    key: str
    label: str
    shape: dict[str, Any]
    """JSON Schema of `values`."""


@field.get("/field/acts", response=list[ActOut], auth=ASSISTING, operation_id="fieldActs")
def list_acts(request: Any) -> list[dict[str, Any]]:
    return [
        {"key": act.key, "label": act.label, "shape": act.shape.model_json_schema()} for act in acts.acts().values()
    ]


@field.post("/field/assist", response=AssistOut, auth=ASSISTING, operation_id="fieldAssist")
def assist(request: Any, body: AssistIn) -> dict[str, Any] | HttpResponse:
    result = actions.assist(person_id=body.person_id, act=body.act, values=body.values, by=request.actor, today=today())
    return {"act": body.act, "result": result[1] if isinstance(result, tuple) else result}
