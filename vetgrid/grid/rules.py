"""By custom: what the chain of answerability must look like, and what a hand-over needs."""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class Held:
    """One duty that somebody holds in a cell, with the other's name: contact and deputy must differ."""

    duty_id: UUID
    kind: str
    partner: UUID | None
    label: str


def hand_over_problems(held: Iterable[Held], successors: Mapping[UUID, UUID], *, leaving: UUID) -> dict[UUID, str]:
    """Sentences by duty: missing successor, the leaving person himself, or the cell's other answerer."""
    problems: dict[UUID, str] = {}
    for duty in held:
        successor = successors.get(duty.duty_id)
        if successor is None:
            problems[duty.duty_id] = f"{duty.label}还没有选择接替人员。"
        elif successor == leaving:
            problems[duty.duty_id] = f"{duty.label}的接替人员不能是本人。"
        elif successor == duty.partner:
            problems[duty.duty_id] = f"{duty.label}的接替人员已是该微网格的另一责任人,请另选一人。"
    return problems


def holds_on(from_on: date, to_on: date | None, *, day: date) -> bool:
    """Whether a half-open period [from, to) contains the day."""
    return from_on <= day and (to_on is None or day < to_on)


def meets(periods: Iterable[tuple[date, date | None]]) -> bool:
    """Whether the periods, in order, follow one another without gap or overlap."""
    ordered = sorted(periods, key=lambda period: (period[0], period[1] or date.max))
    return all(earlier[1] == later[0] for earlier, later in itertools.pairwise(ordered))
