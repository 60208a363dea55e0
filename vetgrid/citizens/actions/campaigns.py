"""Do: make a campaign, open and close it; and a person's reply: saved as a draft, sent, corrected while it is open."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.citizens import rules
from vetgrid.citizens.models import Campaign, Reply
from vetgrid.citizens.permissions import CitizensPermission
from vetgrid.citizens.policy import policy
from vetgrid.citizens.queries import my_campaign
from vetgrid.core.actor import Actor, Citizen, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Places
from vetgrid.core.scope import lending


@dataclass(frozen=True)
class CampaignText:
    """What the bureau asks, from when to when, of whom."""

    title: str
    intro: str
    opens_on: date
    closes_on: date
    veterans_only: bool
    questions: Sequence[rules.Question]


@transaction.atomic
def make_campaign(text: CampaignText, *, division: int, by: Actor, today: date) -> Campaign:
    """新建信息采集: a draft that nobody sees yet."""
    require(by, CitizensPermission.CAMPAIGN, at=division)
    _check(text)
    row = Campaign(division=division, made_by_name=by.name, made_at=now(), **_columns(text))
    row.save(force_insert=True)
    record(by, CitizensPermission.CAMPAIGN, division=division, table="citizens_campaign", row=row.id)
    return row


@transaction.atomic
def edit_campaign(text: CampaignText, *, campaign_id: UUID, version: int, by: Actor, today: date) -> Campaign:
    """修改信息采集: the questions only while it is a draft; title, words and last day always."""
    row = _locked(campaign_id, by=by)
    if row.version != version:
        raise Conflict("这次采集刚被他人修改过,您的内容没有保存。请刷新后重新填写。")
    _check(text)
    columns = _columns(text)
    if row.state != Campaign.State.DRAFT and columns["form"]["properties"] != row.form["properties"]:
        raise Conflict("已经发布的表单不能再改题目,因为有人已经填过。请结束这次采集,另建一次。")
    for name, value in columns.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*columns, "version"])
    record(by, CitizensPermission.CAMPAIGN, division=row.division, table="citizens_campaign", row=row.id)
    return row


def _check(text: CampaignText) -> None:
    found = {}
    if not text.title.strip():
        found["title"] = "请填写采集名称。"
    if text.closes_on < text.opens_on:
        found["closes_on"] = "截止日期不能早于开始日期。"
    problems = rules.question_problems(text.questions, most=policy().campaign_fields)
    if problems:
        found["questions"] = "".join(problems)
    if found:
        raise Invalid(fields=found)


def _columns(text: CampaignText) -> dict[str, Any]:
    return {
        "title": text.title.strip()[:80],
        "intro": text.intro.strip()[:500],
        "opens_on": text.opens_on,
        "closes_on": text.closes_on,
        "veterans_only": text.veterans_only,
        "form": rules.schema_of(text.title.strip(), text.questions),
    }


@transaction.atomic
def open_campaign(*, campaign_id: UUID, by: Actor, today: date) -> Campaign:
    """发布: from its first day on people see it."""
    return _become(campaign_id, {Campaign.State.DRAFT}, Campaign.State.OPEN, by=by)


@transaction.atomic
def close_campaign(*, campaign_id: UUID, by: Actor, today: date) -> Campaign:
    """结束: nobody can reply any more; the replies stay."""
    return _become(campaign_id, {Campaign.State.OPEN, Campaign.State.DRAFT}, Campaign.State.CLOSED, by=by)


def _become(campaign_id: UUID, sources: set[Campaign.State], target: Campaign.State, *, by: Actor) -> Campaign:
    row = _locked(campaign_id, by=by)
    if row.state not in sources:
        raise Conflict(f"这次采集现在是“{row.get_state_display()}”,不能这样办理。请刷新页面。")
    row.state, row.version = target, row.version + 1
    row.save(update_fields=["state", "version"])
    record(by, CitizensPermission.CAMPAIGN, division=row.division, table="citizens_campaign", row=row.id, reason=target)
    return row


def _locked(campaign_id: UUID, *, by: Actor) -> Campaign:
    row = Campaign.objects.select_for_update().filter(pk=campaign_id).first()
    if row is None:
        raise NotFound("没有找到这次信息采集。它可能不在您的管辖范围内。")
    require(by, CitizensPermission.CAMPAIGN, at=row.division)
    return row


@transaction.atomic
def save_reply(*, campaign_id: UUID, values: Mapping[str, Any], is_sent: bool, by: Citizen, today: date) -> Reply:
    """存草稿 or 提交: one reply for each person; a sent one may be corrected until the last day."""
    campaign, reply = my_campaign(campaign_id, seen_by=by)
    if campaign.state != Campaign.State.OPEN or not campaign.opens_on <= today <= campaign.closes_on:
        raise Conflict("这次信息采集已经结束,不能再填写。", code="campaign_closed")
    text = json.dumps(dict(values), ensure_ascii=False)
    if len(text.encode()) > policy().campaign_bytes:
        raise Invalid(fields={"values": "填写的内容太多,请精简后再提交。"})
    problems = rules.reply_problems(campaign.form, values, is_draft=not is_sent)
    if problems:
        raise Invalid(fields=problems)
    if reply is not None and reply.state == Reply.State.SENT and not is_sent:
        raise Conflict("您已经提交过。要更正请修改后重新提交。", code="already_sent")
    with lending("citizens", Places.only([by.division])):
        row = Reply.objects.select_for_update().filter(campaign=campaign, person_id=by.person).first()
        row = row or Reply(campaign=campaign, person_id=by.person, division=by.division)
        row.values, row.saved_at, row.helper = text, now(), by.helper
        if is_sent:
            row.state, row.sent_at = Reply.State.SENT, now()
        row.save()
    record(by, "citizens.reply", division=by.division, table="citizens_reply", row=row.id, person=by.person)
    return row


def values_of(reply: Reply) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(reply.values.reveal())
    return found
