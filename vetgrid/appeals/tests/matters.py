"""What the tests of this domain share: a registration, and an appeal taken as far as asked."""

from typing import Any

from tests import builders as make
from vetgrid.appeals.actions import moving, registering
from vetgrid.appeals.models import Appeal
from vetgrid.appeals.rules import Registration
from vetgrid.core.actor import Actor
from vetgrid.core.scope import acting

TODAY = make.TODAY
OPINION = moving.OpinionText(
    facts="经核实属实。", law="《退役军人保障法》第二十条", answer="予以补发。", opinion="support"
)


def asked(**values: Any) -> Registration:
    return Registration(
        **{
            "kind": "claim",
            "channel": "counter",
            "category": "pension",
            "title": "补发立功奖励金",
            "text": "2016年荣立三等功,奖励金只发了一部分。",
            "received_on": TODAY,
            "applicant": "王建国",
        }
        | values
    )


def register(place: dict[str, Any], by: Actor | None = None, *, station: str = "village", **values: Any) -> Appeal:
    by = by or place["as_clerk"]
    person = values.pop("person_id", None)
    if person is not None:
        values.setdefault("applicant", "")
    with acting(by):
        return registering.register(asked(**values), station_id=place[station].id, person_id=person, by=by, today=TODAY)


def move(by: Actor, action: Any, appeal: Appeal, **values: Any) -> Any:
    """One action in the actor's own scope, as a request would do it."""
    with acting(by):
        return action(appeal_id=appeal.id, by=by, **{"today": TODAY} | values)


def answered(place: dict[str, Any]) -> Appeal:
    appeal = register(place)
    move(place["as_clerk"], moving.accept, appeal)
    move(place["as_clerk"], moving.answer, appeal, text=OPINION)
    return appeal
