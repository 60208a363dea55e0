"""API of one's own card (优待证): the draft from the file, applying, the photograph's check, the stage and its due date, a loss."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field

from vetgrid.cards import policy
from vetgrid.cards.actions import own as doing
from vetgrid.cards.models import Application, Card
from vetgrid.cards.queries import own as queries
from vetgrid.cards.states import APPLICATION, CARD
from vetgrid.core.actor import Citizen
from vetgrid.core.api import AsCitizen, Doors, act
from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.schema import Schema

citizen = Doors(tags=["citizen"])
_FILE = ("kind", "depth", "size", "dpi", "bytes")


class ChoiceOut(Schema):
    value: str
    label: str


class CardStepOut(Schema):
    at: datetime
    label: str
    note: str


class FoundOut(Schema):
    sentence: str
    is_good: bool


class PhotoOut(Schema):
    """The three parts of the check: `file` and `picture` are measured, `clerk` is looked at by a person."""

    file: list[FoundOut]
    picture: list[FoundOut]
    clerk: list[str]
    is_measured_good: bool
    is_passed: bool


class CardApplicationOut(Schema):
    """`due_on` and `clock_sentence`: until when the present step is due, and how that was counted."""

    id: UUID
    number: str
    purpose: str
    kind: str
    state: str
    state_label: str
    reason: str
    submitted_on: date
    station: str
    station_phone: str
    bank: str
    due_on: date | None
    clock_sentence: str
    steps: list[CardStepOut]
    photo: PhotoOut | None
    can: list[str]


class CardOut(Schema):
    id: UUID
    code: str
    kind: str
    bank: str
    state: str
    state_label: str
    issued_on: date | None
    paused_until: date | None
    station: str
    can: list[str]


class CardDraftOut(Schema):
    """Filled from the file: what the person only has to confirm, and what there is to choose from."""

    name: str
    kinds: list[ChoiceOut]
    stations: list[ChoiceOut]
    banks: list[ChoiceOut]
    papers: list[str]
    photo_rules: list[str]
    is_for_another: bool


class CardPageOut(Schema):
    """`why_not` is empty when an application can be made now."""

    why_not: str
    draft: CardDraftOut
    applications: list[CardApplicationOut]
    cards: list[CardOut]


class CardApplyIn(Schema):
    kind: str = Field(max_length=10, title="证件类别")
    bank: str = Field(max_length=10, title="发卡银行")
    station_id: UUID = Field(title="受理服务站")
    register_province: str = Field("", max_length=2, title="户籍所在省代码(外省的才填)")
    is_guardian: bool = Field(False, title="我是本人的监护人")
    lacks_capacity: bool = Field(False, title="不具备完全民事行为能力")
    has_card_elsewhere: bool = Field(False, title="已在其他省(市)申领过")
    upload_id: UUID | None = Field(None, title="照片")


class PhotoIn(Schema):
    upload_id: UUID = Field(title="照片")


class CardNoteIn(Schema):
    text: str = Field("", max_length=200, title="说明(可不填)")


def _photo(row: Application) -> dict[str, Any] | None:
    if row.photo is None:
        return None
    found = [(key, {"sentence": sentence, "is_good": good}) for key, sentence, good in row.photo_findings]
    return {
        "file": [entry for key, entry in found if key in _FILE],
        "picture": [entry for key, entry in found if key not in _FILE],
        "clerk": list(policy.clerk_list().values()),
        "is_measured_good": all(entry["is_good"] for _, entry in found),
        "is_passed": row.is_photo_good,
    }


def _can(row: Application) -> list[str]:
    moves = {move.key for move in APPLICATION.possible(row.state)}
    found = ["photo"] if row.state in ("submitted", "returned") else []
    return found + [key for key in ("resubmit", "withdraw") if key in moves]


def _application(row: Application, by: Citizen) -> dict[str, Any]:
    seen = queries.progress(row, seen_by=by)
    table = "card_refusal" if row.state == "refused" else "card_return"
    return {
        "id": row.id,
        "number": row.number,
        "purpose": row.get_purpose_display(),
        "kind": policy.kind_label(row.kind),
        "state": row.state,
        "state_label": queries.state_label(row),
        "reason": codes(table).label(row.reason) if row.reason else "",
        "submitted_on": row.submitted_on,
        "station": row.station.name,
        "station_phone": row.station.phone,
        "bank": policy.labels_of("bank").get(row.bank, row.bank),
        "due_on": seen.due_on,
        "clock_sentence": seen.sentence,
        "steps": [{"at": step.at, "label": label, "note": note} for step, label, note in seen.steps],
        "photo": _photo(row),
        "can": _can(row),
    }


def _card(row: Card) -> dict[str, Any]:
    return {
        "id": row.id,
        "code": row.code,
        "kind": policy.kind_label(row.kind),
        "bank": policy.labels_of("bank").get(row.bank, row.bank),
        "state": row.state,
        "state_label": CARD.label(row.state),
        "issued_on": row.issued_on,
        "paused_until": row.paused_until,
        "station": row.station.name if row.station else "",
        "can": {"issued": ["lost"], "paused": ["found"]}.get(row.state, []),
    }


def _pairs(rows: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in rows]


@citizen.get("/citizen/card", response=CardPageOut, auth=AsCitizen(), operation_id="citizenCard")
def card(request: Any) -> dict[str, Any]:
    by: Citizen = request.actor
    found = queries.draft(seen_by=by)
    want = policy.photo()["file"]
    return {
        "why_not": found.why_not,
        "draft": {
            "name": found.person.name,
            "kinds": _pairs(found.kinds),
            "stations": _pairs([(str(row.id), row.name) for row in found.stations]),
            "banks": _pairs(list(policy.labels_of("bank").items())),
            "papers": found.papers,
            "photo_rules": [
                f"手机拍的就可以:站在白墙前正面拍,系统自动裁成{want['width']}×{want['height']}像素",
                *policy.clerk_list().values(),
            ],
            "is_for_another": bool(by.helper),
        },
        "applications": [_application(row, by) for row in queries.own_applications(seen_by=by)],
        "cards": [_card(row) for row in queries.own_cards(seen_by=by)],
    }


@citizen.get(
    "/citizen/card/applications/{uuid:card_application_id}",
    response=CardApplicationOut,
    auth=AsCitizen(),
    operation_id="citizenCardApplication",
)
def application(request: Any, card_application_id: UUID) -> dict[str, Any]:
    by: Citizen = request.actor
    return _application(queries.own_application(card_application_id, seen_by=by), by)


@act(
    citizen,
    "POST",
    "/citizen/card/applications",
    key="card.apply",
    label="申领优待证",
    response={201: CardApplicationOut},
    operation_id="citizenCardApply",
)
def apply(by: Citizen, body: CardApplyIn) -> tuple[int, dict[str, Any]]:
    values = body.dict()
    upload_id = values.pop("upload_id")
    row = doing.apply_own(wish=doing.Wish(**values), upload_id=upload_id, by=by, today=today())
    return 201, _application(row, by)


def _open_ones(by: Citizen, move: str) -> list[tuple[str, str]]:
    return [(str(row.id), row.number) for row in queries.own_applications(seen_by=by) if move in _can(row)]


@act(
    citizen,
    "POST",
    "/citizen/card/applications/{uuid:card_application_id}/photo",
    key="card.photo",
    label="上传优待证照片",
    response=CardApplicationOut,
    choices={"card_application_id": lambda by: _open_ones(by, "photo")},
    operation_id="citizenCardPhoto",
)
def photograph(by: Citizen, card_application_id: UUID, body: PhotoIn) -> dict[str, Any]:
    row = doing.photograph_own(application_id=card_application_id, upload_id=body.upload_id, by=by, today=today())
    return _application(row, by)


@act(
    citizen,
    "POST",
    "/citizen/card/applications/{uuid:card_application_id}/resubmit",
    key="card.resubmit",
    label="优待证补正后提交",
    response=CardApplicationOut,
    choices={"card_application_id": lambda by: _open_ones(by, "resubmit")},
    operation_id="citizenCardResubmit",
)
def resubmit(by: Citizen, card_application_id: UUID, body: CardNoteIn) -> dict[str, Any]:
    return _application(
        doing.resubmit_own(application_id=card_application_id, note=body.text, by=by, today=today()), by
    )


@act(
    citizen,
    "POST",
    "/citizen/card/applications/{uuid:card_application_id}/withdraw",
    key="card.withdraw",
    label="撤回优待证申领",
    response=CardApplicationOut,
    choices={"card_application_id": lambda by: _open_ones(by, "withdraw")},
    operation_id="citizenCardWithdraw",
)
def withdraw(by: Citizen, card_application_id: UUID, body: CardNoteIn) -> dict[str, Any]:
    return _application(
        doing.withdraw_own(application_id=card_application_id, reason=body.text, by=by, today=today()), by
    )


def _cards_that(by: Citizen, move: str) -> list[tuple[str, str]]:
    return [(str(row.id), row.code) for row in queries.own_cards(seen_by=by) if move in _card(row)["can"]]


@act(
    citizen,
    "POST",
    "/citizen/card/cards/{uuid:card_id}/lost",
    key="card.lost",
    label="优待证报失",
    response=CardOut,
    choices={"card_id": lambda by: _cards_that(by, "lost")},
    operation_id="citizenCardLost",
)
def lost(by: Citizen, card_id: UUID) -> dict[str, Any]:
    return _card(doing.report_loss(card_id=card_id, by=by, today=today()))


@act(
    citizen,
    "POST",
    "/citizen/card/cards/{uuid:card_id}/found",
    key="card.found",
    label="优待证找到了",
    response=CardOut,
    choices={"card_id": lambda by: _cards_that(by, "found")},
    operation_id="citizenCardFound",
)
def found(by: Citizen, card_id: UUID) -> dict[str, Any]:
    return _card(doing.found_again(card_id=card_id, by=by, today=today()))
