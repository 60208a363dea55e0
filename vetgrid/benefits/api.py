"""API of one's own benefits: what I receive, what I may be entitled to, a decision in plain words, applying, payments."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from ninja import Field

from vetgrid.benefits.actions.own import apply_own
from vetgrid.benefits.models import Application, Award, Finding
from vetgrid.benefits.queries import own as queries
from vetgrid.benefits.sources import book
from vetgrid.benefits.states import APPLICATION
from vetgrid.core.actor import Citizen
from vetgrid.core.api import AsCitizen, Doors, act
from vetgrid.core.clock import today
from vetgrid.core.ruling.months import iso, label
from vetgrid.core.schema import Schema

citizen = Doors(tags=["citizen"])
FREQUENCY = {"monthly": "每月", "yearly": "每年", "once": "一次性", "quarterly": "每季度"}


class ReceivingOut(Schema):
    award_id: UUID
    programme: str
    label: str
    state: str
    state_label: str
    amount_fen: int
    frequency: str
    since: str
    decision_id: UUID | None


class EntitledOut(Schema):
    """`kind`: missing (may apply now) or soon (from `from_month` on)."""

    finding_id: UUID
    kind: str
    programme: str
    label: str
    amount_fen: int
    why: str
    from_month: str
    missing_papers: list[str]
    application_id: UUID | None


class PaymentOut(Schema):
    on: date
    programme: str
    month: str
    amount_fen: int


class BenefitsOut(Schema):
    receiving: list[ReceivingOut]
    may_be_entitled: list[EntitledOut]
    payments: list[PaymentOut]


class LineOut(Schema):
    label: str
    text: str
    source: str


class DecisionOut(Schema):
    """A receipt in plain words."""

    number: str
    programme: str
    is_entitled: bool
    amount_fen: int
    amount: str
    month: str
    starts: str
    article: str
    steps: list[LineOut]
    facts: list[LineOut]
    why_not: list[str]
    exclusion: str
    what_would_change_it: list[str]
    how_to_object: str


class PaperOut(Schema):
    paper: str
    is_there: bool


class ApplicationOut(Schema):
    id: UUID
    number: str
    programme: str
    label: str
    state: str
    state_label: str
    asked_on: date
    papers: list[PaperOut]
    reason: str
    decision_id: UUID | None


class ApplyIn(Schema):
    finding_id: UUID | None = Field(None, title="提示")
    programme: str = Field("", max_length=40, title="项目代码")
    papers: list[str] = Field(default_factory=list, max_length=20, title="已备材料")
    upload_ids: list[UUID] = Field(default_factory=list, max_length=9, title="照片")


def _label(programme: str) -> str:
    found = book().programmes.get(programme)
    return found.label if found else programme


def _receiving(row: Award) -> dict[str, Any]:
    programme = book().programmes.get(row.programme)
    return {
        "award_id": row.id,
        "programme": row.programme,
        "label": _label(row.programme),
        "state": row.state,
        "state_label": row.get_state_display(),
        "amount_fen": row.decision.amount_fen if row.decision else 0,
        "frequency": FREQUENCY.get(programme.frequency, "") if programme else "",
        "since": label(row.from_month),
        "decision_id": row.decision_id,
    }


def _entitled(row: Finding, open_applications: dict[str, UUID]) -> dict[str, Any]:
    programme = book().programmes.get(row.programme)
    return {
        "finding_id": row.id,
        "kind": row.kind,
        "programme": row.programme,
        "label": _label(row.programme),
        "amount_fen": row.amount_fen,
        "why": f"根据您的档案和{programme.article if programme else '有关规定'}",
        "from_month": iso(row.soon_month or row.month),
        "missing_papers": list(row.papers),
        "application_id": open_applications.get(row.programme),
    }


@citizen.get("/citizen/benefits", response=BenefitsOut, auth=AsCitizen(), operation_id="citizenBenefits")
def benefits(request: Any) -> dict[str, Any]:
    by: Citizen = request.actor
    applied = queries.own_waiting(seen_by=by)
    return {
        "receiving": [_receiving(row) for row in queries.own_awards(seen_by=by)],
        "may_be_entitled": [_entitled(row, applied) for row in queries.FINDINGS.rows(who=by.person)],
        "payments": [
            {"on": row.on, "programme": row.label, "month": f"{row.month:%Y-%m}", "amount_fen": row.amount_fen}
            for row in queries.own_payments(seen_by=by)
        ],
    }


@citizen.get(
    "/citizen/benefits/decisions/{uuid:decision_id}",
    response=DecisionOut,
    auth=AsCitizen(),
    operation_id="citizenDecision",
)
def decision(request: Any, decision_id: UUID) -> dict[str, Any]:
    row = queries.own_decision(decision_id, seen_by=request.actor)
    found = json.loads(row.receipt)
    exclusion = found["exclusion"]
    return {
        "number": row.number,
        "programme": found["programme"]["label"],
        "is_entitled": row.is_entitled,
        "amount_fen": row.amount_fen,
        "amount": found["amount"],
        "month": found["month_label"],
        "starts": found["starts_label"],
        "article": found["programme"]["article"],
        "steps": [{"label": step["label"], "text": step["text"], "source": step["clause"]} for step in found["steps"]],
        "facts": [
            {
                "label": fact["label"],
                "text": "，".join(f"{value['label']}:{value['text']}" for value in fact["values"]) or "没有记载",
                "source": "、".join(record["source"] for record in fact["records"]),
            }
            for fact in found["facts"]
        ],
        "why_not": found["unmet"],
        "exclusion": f"与“{exclusion['label']}”{exclusion['kind']}" if exclusion else "",
        "what_would_change_it": found["changes"],
        "how_to_object": "对这份决定有不同意见,可以在“反映诉求”里提出,并写上决定编号。",
    }


def _application(row: Application) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "programme": row.programme,
        "label": _label(row.programme),
        "state": row.state,
        "state_label": APPLICATION.label(row.state),
        "asked_on": row.asked_on,
        "papers": row.papers,
        "reason": row.reason,
        "decision_id": row.decision_id,
    }


@citizen.get(
    "/citizen/benefits/applications",
    response=list[ApplicationOut],
    auth=AsCitizen(),
    operation_id="citizenApplications",
)
def applications(request: Any) -> list[dict[str, Any]]:
    return [_application(row) for row in queries.own_applications(seen_by=request.actor)[:50]]


@act(
    citizen,
    "POST",
    "/citizen/benefits/applications",
    key="benefit.apply",
    label="申请待遇",
    response={201: ApplicationOut},
    operation_id="citizenApply",
)
def apply(by: Citizen, body: ApplyIn) -> tuple[int, dict[str, Any]]:
    return 201, _application(apply_own(**body.dict(), by=by, today=today()))
