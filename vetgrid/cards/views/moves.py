"""Which form and which action belong to each move of an application and of a card: the only place where both meet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vetgrid.cards import forms
from vetgrid.cards.actions import applying, deciding, handing, holding
from vetgrid.web.forms import Form

Act = Callable[..., object]


@dataclass(frozen=True)
class Door:
    """`form` for the request; `act` takes the form's fields by their own names, and who, when and which version."""

    form: type[Form]
    act: Act


APPLICATION_DOORS: dict[str, Door] = {
    "accept": Door(forms.AcceptForm, deciding.accept),
    "return": Door(forms.ReturnForm, deciding.send_back),
    "return_county": Door(forms.ReturnForm, deciding.send_back),
    "resubmit": Door(forms.NoteForm, applying.resubmit),
    "verify": Door(forms.NoteForm, deciding.verify),
    "review": Door(forms.OptionalNoteForm, deciding.review),
    "refuse": Door(forms.RefuseForm, deciding.refuse),
    "withdraw": Door(forms.NoteForm, applying.withdraw),
    "convert": Door(forms.NoteForm, applying.convert),
}
CARD_DOORS: dict[str, Door] = {
    "find": Door(forms.NoteForm, handing.find),
    "write_off": Door(forms.NoteForm, handing.write_off),
    "damage": Door(forms.NoteForm, handing.damage),
    "try": Door(forms.TryForm, holding.try_contact),
    "issue": Door(forms.IssueForm, holding.issue),
    "activate": Door(forms.DayForm, holding.activate),
    "pause": Door(forms.DayForm, holding.pause),
    "lapse": Door(forms.NothingForm, holding.lapse),
    "lose": Door(forms.DayNoteForm, holding.lose),
    "recover": Door(forms.NoteForm, holding.recover),
    "cancel": Door(forms.CancelForm, holding.cancel),
    "take_back": Door(forms.DayNoteForm, holding.take_back),
}


def version_of(request: Any) -> int | None:
    text = request.GET.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
