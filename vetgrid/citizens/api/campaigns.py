"""API: what the bureau asks of me: a form as JSON Schema, my draft, my reply."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field

from vetgrid.citizens import actions, queries
from vetgrid.citizens.api.routers import citizen
from vetgrid.citizens.models import Campaign, Reply
from vetgrid.core.actor import Citizen
from vetgrid.core.api import AsCitizen, act
from vetgrid.core.clock import today
from vetgrid.core.schema import Schema


class CampaignOut(Schema):
    """`my_state`: none, draft or sent."""

    id: UUID
    title: str
    intro: str
    closes_on: date
    form: dict[str, Any] = Field(serialization_alias="schema")
    my_state: str
    my_values: dict[str, Any]
    saved_at: datetime | None
    is_open: bool


class ReplyIn(Schema):
    values: dict[str, Any] = Field(max_length=60, title="填写内容")


def _out(row: Campaign, reply: Reply | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "intro": row.intro,
        "closes_on": row.closes_on,
        "form": row.form,
        "my_state": reply.state if reply else "none",
        "my_values": actions.values_of(reply) if reply else {},
        "saved_at": reply.saved_at if reply else None,
        "is_open": row.state == "open" and row.opens_on <= today() <= row.closes_on,
    }


@citizen.get(
    "/citizen/campaigns", response=list[CampaignOut], auth=AsCitizen(), operation_id="citizenCampaigns", by_alias=True
)
def campaigns(request: Any) -> list[dict[str, Any]]:
    return [_out(row, reply) for row, reply in queries.my_campaigns(seen_by=request.actor, today=today())]


@citizen.get(
    "/citizen/campaigns/{uuid:campaign_id}",
    response=CampaignOut,
    auth=AsCitizen(),
    operation_id="citizenCampaign",
    by_alias=True,
)
def campaign(request: Any, campaign_id: UUID) -> dict[str, Any]:
    return _out(*queries.my_campaign(campaign_id, seen_by=request.actor))


def _open_campaigns(by: Citizen) -> list[tuple[str, str]]:
    return [(str(row.id), row.title) for row, _ in queries.my_campaigns(seen_by=by, today=today())]


class ReplyOut(Schema):
    my_state: str
    saved_at: datetime


def _saved(campaign_id: UUID, body: ReplyIn, by: Citizen, *, is_sent: bool) -> dict[str, Any]:
    row = actions.save_reply(campaign_id=campaign_id, values=body.values, is_sent=is_sent, by=by, today=today())
    return {"my_state": row.state, "saved_at": row.saved_at}


@act(
    citizen,
    "PUT",
    "/citizen/campaigns/{uuid:campaign_id}/draft",
    key="campaign.draft",
    label="保存采集草稿",
    response=ReplyOut,
    choices={"campaign_id": _open_campaigns},
    operation_id="citizenSaveDraft",
)
def draft(by: Citizen, campaign_id: UUID, body: ReplyIn) -> dict[str, Any]:
    return _saved(campaign_id, body, by, is_sent=False)


@act(
    citizen,
    "POST",
    "/citizen/campaigns/{uuid:campaign_id}/submit",
    key="campaign.submit",
    label="提交信息采集",
    response=ReplyOut,
    choices={"campaign_id": _open_campaigns},
    operation_id="citizenSubmitReply",
)
def submit(by: Citizen, campaign_id: UUID, body: ReplyIn) -> dict[str, Any]:
    return _saved(campaign_id, body, by, is_sent=True)
