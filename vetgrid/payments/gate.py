"""The gate: checks that every line of a run has to pass before money leaves; domains above declare more of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class Asked:
    """What a check is asked about: one run, the place that pays, the month it is for, and the day."""

    run_id: UUID
    division: int
    month: date
    today: date


Found = tuple[UUID, str]
"""A line's id and a Chinese sentence that says what is wrong with it."""


@dataclass(frozen=True)
class Check:
    """One check. `find` asks once for the whole run (set-based) and names lines that are not held back.

    `may_sign_off`: whether a finding can be signed off by name with a reason; otherwise the data must be mended or the line
    held back.
    """

    key: str
    label: str
    find: Callable[[Asked], Iterable[Found]]
    may_sign_off: bool


_declared: dict[str, Check] = {}


def declare(*checks: Check) -> None:
    """Adds checks to the gate; the same key again replaces the check."""
    for check in checks:
        _declared[check.key] = check


def checks() -> dict[str, Check]:
    return dict(_declared)


def label_of(key: str) -> str:
    return _declared[key].label if key in _declared else key


def may_sign_off(key: str) -> bool:
    """A check that is no longer declared cannot be signed off: run the gate again."""
    return key in _declared and _declared[key].may_sign_off
