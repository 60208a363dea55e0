"""API of a person's own matters and questions: raise, follow, add, withdraw, confirm, rate, ask for review."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field

from vetgrid.appeals.actions import own_matters as actions
from vetgrid.appeals.models import Appeal, Consultation
from vetgrid.appeals.queries import own as queries
from vetgrid.appeals.states import APPEAL, CONSULTATION
from vetgrid.core.actor import Citizen
from vetgrid.core.api import AsCitizen, Doors, act
from vetgrid.core.clock import today
from vetgrid.core.schema import Schema
from vetgrid.policies.queries import clauses as clauses_by_id

citizen = Doors(tags=["citizen"])


class MatterIn(Schema):
    kind: Literal["claim", "suggestion"] = Field(
        "claim", title="种类", json_schema_extra={"x-labels": ["申诉求决", "意见建议"]}
    )
    category: str = Field("", max_length=20, title="事项类别", json_schema_extra={"x-table": "appeal_category"})
    title: str = Field(max_length=80, title="一句话概括")
    text: str = Field(max_length=5000, title="经过和理由", json_schema_extra={"x-long": True})
    place: str = Field("", max_length=120, title="地点(可不填)")
    upload_ids: list[UUID] = Field(default_factory=list, max_length=9, title="照片")


class AdditionIn(Schema):
    text: str = Field(max_length=1000, title="补充内容", json_schema_extra={"x-long": True})
    upload_ids: list[UUID] = Field(default_factory=list, max_length=9, title="照片")


class ReasonIn(Schema):
    reason: str = Field("", max_length=1000, title="原因")


class NoteIn(Schema):
    note: str = Field("", max_length=500, title="您的意见(可不填)")


class RatingIn(Schema):
    level: int = Field(
        ge=1,
        le=5,
        title="满意程度",
        json_schema_extra={"x-labels": ["非常不满意", "不满意", "基本满意", "满意", "非常满意"]},
    )
    text: str = Field("", max_length=500, title="意见(可不填)")
    aspects: list[str] = Field(default_factory=list, max_length=10, title="方面")


class QuestionIn(Schema):
    text: str = Field(max_length=1000, title="要咨询的问题", json_schema_extra={"x-long": True})


class AccusationIn(Schema):
    text: str = Field(max_length=5000)
    accused_name: str = Field("", max_length=60)
    is_anonymous: bool = False


class ReceiptOut(Schema):
    number: str


class HandlerOut(Schema):
    name: str
    phone: str
    station: str


class StepOut(Schema):
    at: datetime
    label: str
    note: str


class MatterLine(Schema):
    id: UUID
    number: str
    kind: str
    title: str
    state: str
    state_label: str
    received_on: date
    station: str


class MatterPage(Schema):
    items: list[MatterLine]
    next: str | None


class FileOut(Schema):
    id: UUID
    name: str


class MatterOut(MatterLine):
    """`can`: add, withdraw, confirm, rate, review."""

    text: str
    place: str
    answer: str
    due_on: date | None
    clock_sentence: str
    handler: HandlerOut
    steps: list[StepOut]
    can: list[str]
    files: list[FileOut]


def _line(row: Appeal) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "kind": row.kind,
        "title": row.title,
        "state": row.state,
        "state_label": APPEAL.label(row.state),
        "received_on": row.received_on,
        "station": row.station.name,
    }


def _whole(matter_id: UUID, by: Citizen) -> dict[str, Any]:
    seen = queries.own_matter_seen(matter_id, seen_by=by, today=today())
    return _line(seen.appeal) | {
        "text": seen.appeal.text.reveal() if seen.appeal.text else "",
        "place": seen.appeal.address,
        "answer": next((step.note for step in seen.steps if step.label in ("书面答复", "复查答复", "复核答复")), ""),
        "due_on": seen.due_on,
        "clock_sentence": seen.clock_sentence,
        "handler": seen.handler,
        "steps": seen.steps,
        "can": seen.can,
        "files": [{"id": key, "name": name} for key, name in seen.files],
    }


@citizen.get("/citizen/matters", response=MatterPage, auth=AsCitizen(), operation_id="citizenMatters")
def matters(request: Any, after: str = "") -> dict[str, Any]:
    rows, following = queries.OWN_MATTERS.page(after, who=request.actor.person)
    return {"items": [_line(row) for row in rows], "next": following}


@citizen.get("/citizen/matters/{uuid:matter_id}", response=MatterOut, auth=AsCitizen(), operation_id="citizenMatter")
def matter(request: Any, matter_id: UUID) -> dict[str, Any]:
    return _whole(matter_id, request.actor)


def _choose(ability: str) -> Any:
    """The person's matters with which this can be done, for a clerk to choose from."""

    def choices(by: Citizen) -> list[tuple[str, str]]:
        rows = queries.own_matters(seen_by=by)[:20]
        return [
            (str(row.id), f"{row.number} {row.title}")
            for row in rows
            if ability in queries.own_matter_seen(row.id, seen_by=by, today=today()).can
        ]

    return choices


@act(
    citizen,
    "POST",
    "/citizen/matters",
    key="matter.raise",
    label="反映诉求",
    response={201: MatterOut},
    operation_id="citizenRaiseMatter",
)
def raise_matter(by: Citizen, body: MatterIn) -> tuple[int, dict[str, Any]]:
    row = actions.raise_own(**body.dict(), by=by, today=today())
    return 201, _whole(row.id, by)


@act(
    citizen,
    "POST",
    "/citizen/matters/{uuid:matter_id}/additions",
    key="matter.add",
    label="补充诉求材料",
    response={201: MatterOut},
    choices={"matter_id": _choose("add")},
    operation_id="citizenAddToMatter",
)
def add(by: Citizen, matter_id: UUID, body: AdditionIn) -> tuple[int, dict[str, Any]]:
    actions.add_to_own(matter_id=matter_id, text=body.text, upload_ids=body.upload_ids, by=by, today=today())
    return 201, _whole(matter_id, by)


@act(
    citizen,
    "POST",
    "/citizen/matters/{uuid:matter_id}/withdraw",
    key="matter.withdraw",
    label="撤回诉求",
    response=MatterOut,
    choices={"matter_id": _choose("withdraw")},
    operation_id="citizenWithdrawMatter",
)
def withdraw(by: Citizen, matter_id: UUID, body: ReasonIn) -> dict[str, Any]:
    actions.withdraw_own(matter_id=matter_id, reason=body.reason, by=by, today=today())
    return _whole(matter_id, by)


@act(
    citizen,
    "POST",
    "/citizen/matters/{uuid:matter_id}/confirm",
    key="matter.confirm",
    label="确认答复",
    response=MatterOut,
    choices={"matter_id": _choose("confirm")},
    operation_id="citizenConfirmMatter",
)
def confirm(by: Citizen, matter_id: UUID, body: NoteIn) -> dict[str, Any]:
    actions.confirm_own(matter_id=matter_id, note=body.note, by=by, today=today())
    return _whole(matter_id, by)


@act(
    citizen,
    "POST",
    "/citizen/matters/{uuid:matter_id}/rating",
    key="matter.rate",
    label="评价诉求办理",
    response={204: None},
    choices={"matter_id": _choose("rate")},
    operation_id="citizenRateMatter",
)
def rate(by: Citizen, matter_id: UUID, body: RatingIn) -> tuple[int, None]:
    actions.rate_own(subject="appeal", subject_id=matter_id, **body.dict(), by=by, today=today())
    return 204, None


@act(
    citizen,
    "POST",
    "/citizen/matters/{uuid:matter_id}/review",
    key="matter.review",
    label="请求复查(复核)",
    response=MatterOut,
    choices={"matter_id": _choose("review")},
    operation_id="citizenAskReview",
)
def review(by: Citizen, matter_id: UUID, body: ReasonIn) -> dict[str, Any]:
    actions.ask_own_review(matter_id=matter_id, reason=body.reason, by=by, today=today())
    return _whole(matter_id, by)


@citizen.post("/citizen/accusations", response={201: ReceiptOut}, auth=AsCitizen(), operation_id="citizenAccuse")
def accuse(request: Any, body: AccusationIn) -> tuple[int, dict[str, str]]:
    return 201, {"number": actions.accuse_own(**body.dict(), by=request.actor, today=today())}


class ClauseShort(Schema):
    clause_id: UUID
    title: str
    article: str
    text: str


class QuestionLine(Schema):
    id: UUID
    number: str
    text: str
    state: str
    state_label: str
    asked_on: date


class QuestionOut(QuestionLine):
    answer: str
    answered_on: date | None
    clauses: list[ClauseShort]
    handler: HandlerOut
    can_rate: bool


def _question(row: Consultation) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "text": row.question,
        "state": row.state,
        "state_label": CONSULTATION.label(row.state),
        "asked_on": row.asked_on,
    }


def _whole_question(row: Consultation, by: Citizen) -> dict[str, Any]:
    is_answered = row.answered_on is not None
    return _question(row) | {
        "answer": row.answer,
        "answered_on": row.answered_on,
        "clauses": [
            {"clause_id": clause.id, "title": clause.policy.title, "article": clause.label, "text": clause.text}
            for clause in clauses_by_id([UUID(key) for key in row.clauses], seen_by=by)
        ],
        "handler": queries.handler_of(row.handler_id, row.station),
        "can_rate": is_answered and not queries.is_rated("consultation", row.id, row.division),
    }


@citizen.get("/citizen/questions", response=list[QuestionLine], auth=AsCitizen(), operation_id="citizenQuestions")
def questions(request: Any) -> list[dict[str, Any]]:
    return [_question(row) for row in queries.own_questions(seen_by=request.actor)[:50]]


@citizen.get(
    "/citizen/questions/{uuid:question_id}", response=QuestionOut, auth=AsCitizen(), operation_id="citizenQuestion"
)
def question(request: Any, question_id: UUID) -> dict[str, Any]:
    return _whole_question(queries.own_question(question_id, seen_by=request.actor), request.actor)


@act(
    citizen,
    "POST",
    "/citizen/questions",
    key="question.ask",
    label="在线咨询",
    response={201: QuestionOut},
    operation_id="citizenAsk",
)
def ask(by: Citizen, body: QuestionIn) -> tuple[int, dict[str, Any]]:
    row = actions.ask_own(question=body.text, by=by, today=today())
    return 201, _whole_question(queries.own_question(row.id, seen_by=by), by)


def _to_rate(by: Citizen) -> list[tuple[str, str]]:
    rows = queries.own_questions(seen_by=by).filter(answered_on__isnull=False)[:20]
    return [(str(row.id), f"{row.number} {row.question[:30]}") for row in rows]


@act(
    citizen,
    "POST",
    "/citizen/questions/{uuid:question_id}/rating",
    key="question.rate",
    label="评价咨询答复",
    response={204: None},
    choices={"question_id": _to_rate},
    operation_id="citizenRateQuestion",
)
def rate_question(by: Citizen, question_id: UUID, body: RatingIn) -> tuple[int, None]:
    actions.rate_own(subject="consultation", subject_id=question_id, **body.dict(), by=by, today=today())
    return 204, None
