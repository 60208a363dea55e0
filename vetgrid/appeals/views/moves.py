"""Which form and which action belong to each move of an appeal: the only place where both meet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from vetgrid.appeals.actions import linking, moving, overseeing, reviewing
from vetgrid.appeals.actions.moving import OpinionText
from vetgrid.appeals.forms import (
    LeaderForm,
    NoteForm,
    OpinionForm,
    OptionalNoteForm,
    ReasonForm,
    RefuseForm,
    ReviewForm,
    StationForm,
)
from vetgrid.appeals.queries.appeals import every_station
from vetgrid.appeals.queries.others import leaders
from vetgrid.web.forms import Form

Act = Callable[..., object]


@dataclass(frozen=True)
class Door:
    """`make` builds the form for a request; `act` gets the cleaned data and who, when and which version."""

    make: Callable[[Any], Form]
    act: Act

    def form(self, request: Any) -> Form:
        return self.make(request.POST if request.method == "POST" else None)


def _plain(form: type[Form], action: Act, *names: str) -> Door:
    """An action that takes the form's fields by their own names."""

    def act(data: dict[str, Any], **call: Any) -> object:
        return action(**{name: data[name] for name in names}, **call)

    return Door(lambda values: form(values), act)


def _transfer(data: dict[str, Any], **call: Any) -> object:
    return moving.transfer(station_id=UUID(data["station"]), note=data["note"], **call)


def _share(data: dict[str, Any], **call: Any) -> object:
    return linking.share(station_id=UUID(data["station"]), asked=data["note"], **call)


def _extension(is_approved: bool) -> Act:
    def act(data: dict[str, Any], **call: Any) -> object:
        return moving.decide_extension(is_approved=is_approved, note=data["note"], **call)

    return act


def _answer(data: dict[str, Any], **call: Any) -> object:
    return moving.answer(text=OpinionText(**data), **call)


def _review(is_final: bool) -> Act:
    def act(data: dict[str, Any], **call: Any) -> object:
        return reviewing.give_review(text=OpinionText(**data), is_final=is_final, **call)

    return act


def _take_on(data: dict[str, Any], **call: Any) -> object:
    return overseeing.take_on(leader_id=UUID(data["leader"]), note=data["note"], **call)


def _stations(values: Any) -> Form:
    return StationForm(values, stations=every_station())


class _NothingForm(Form):
    """A move that asks for nothing but the decision."""


MOVES: dict[str, Door] = {
    "accept": _plain(_NothingForm, moving.accept),
    "refuse": _plain(RefuseForm, moving.refuse, "reason", "note"),
    "transfer": Door(_stations, _transfer),
    "object": _plain(ReasonForm, moving.object_to, "reason"),
    "agree": _plain(OptionalNoteForm, moving.agree_to_objection, "note"),
    "insist": _plain(NoteForm, moving.insist, "note"),
    "share": Door(_stations, _share),
    "ask_extension": _plain(ReasonForm, moving.ask_extension, "reason"),
    "extend": Door(OptionalNoteForm, _extension(True)),
    "decline_extension": Door(OptionalNoteForm, _extension(False)),
    "answer": Door(OpinionForm, _answer),
    "call_back": _plain(NoteForm, moving.call_back, "note"),
    "ask_review": _plain(ReasonForm, reviewing.ask_review, "reason"),
    "review": Door(ReviewForm, _review(False)),
    "ask_rereview": _plain(ReasonForm, reviewing.ask_rereview, "reason"),
    "hearing": _plain(NoteForm, reviewing.hold_hearing, "note"),
    "end_hearing": _plain(OptionalNoteForm, reviewing.end_hearing, "note"),
    "rereview": Door(ReviewForm, _review(True)),
    "close": _plain(OptionalNoteForm, moving.close, "note"),
    "reopen": _plain(ReasonForm, moving.reopen, "reason"),
    "withdraw": _plain(NoteForm, moving.withdraw, "note"),
    "supervise": _plain(NoteForm, overseeing.supervise, "note"),
    "take_on": Door(lambda values: LeaderForm(values, leaders=leaders()), _take_on),
}
