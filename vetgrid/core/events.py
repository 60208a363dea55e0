"""Events between domains: a lower domain announces, a higher one reacts, in the same transaction, with no import upwards."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from vetgrid.core.actor import Actor

Event = TypeVar("Event")
Reaction = Callable[..., None]

_reactions: dict[type[Any], list[Reaction]] = {}


def subscribe(kind: type[Event], reaction: Reaction) -> None:
    """Call `reaction(event, by=..., today=...)` at each event of this kind; subscribing twice counts once."""
    known = _reactions.setdefault(kind, [])
    if reaction not in known:
        known.append(reaction)


def announce(event: object, *, by: Actor, today: date) -> None:
    """Runs the reactions at once; an error in one undoes the whole action."""
    for reaction in _reactions.get(type(event), []):
        reaction(event, by=by, today=today)
