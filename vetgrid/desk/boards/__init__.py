"""The zero boards (清零看板): sentences that must be true, each with its exceptions and a way to mend them.

A check finds the rows that break a sentence, within the viewer's reach. It asks the tables themselves and trusts no
constraint: what slipped in by an import, a restore or a defect shows here in the next cycle.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from vetgrid.core.actor import Actor
from vetgrid.core.errors import NotFound
from vetgrid.desk.boards import cards_and_offers, standing
from vetgrid.desk.boards.checks import Board, Check

BOARDS: tuple[Board, ...] = (*standing.BOARDS, *cards_and_offers.BOARDS)

__all__ = ["BOARDS", "Board", "Check", "Finding", "Shown", "boards", "check_of", "exceptions"]


@dataclass(frozen=True)
class Finding:
    """A check that found something: how many, and the first of them as (id, text, address)."""

    check: Check
    count: int
    rows: tuple[tuple[UUID, str, str], ...]


@dataclass(frozen=True)
class Shown:
    """A board as the viewer sees it; `is_true` when nothing was found."""

    board: Board
    findings: tuple[Finding, ...]
    clean: tuple[Check, ...] = ()
    """The checks that looked and found nothing."""

    @property
    def count(self) -> int:
        return sum(finding.count for finding in self.findings)

    @property
    def is_true(self) -> bool:
        return not self.findings


def boards(*, seen_by: Actor, today: date, shown: int = 20) -> list[Shown]:
    """All boards that the viewer may read, each with what breaks its sentence now."""
    found = []
    for board in BOARDS:
        checks = [check for check in board.checks if seen_by.may(check.permission)]
        if checks:
            findings = [_finding(check, seen_by, today, shown) for check in checks]
            broken = tuple(finding for finding in findings if finding.count)
            found.append(Shown(board, broken, tuple(entry.check for entry in findings if not entry.count)))
    return found


def _finding(check: Check, seen_by: Actor, today: date, shown: int) -> Finding:
    rows = check.find(seen_by, today)
    count = rows.count()
    first = [(row.pk, check.text(row), check.url(row)) for row in rows[:shown]] if count else []
    return Finding(check, count, tuple(first))


def exceptions(*, seen_by: Actor, today: date) -> int:
    """How many exceptions there are altogether: the number on the desk."""
    return sum(board.count for board in boards(seen_by=seen_by, today=today, shown=0))


def check_of(key: str) -> Check:
    """Raises NotFound for a check that does not exist."""
    for board in BOARDS:
        for check in board.checks:
            if check.key == key:
                return check
    raise NotFound("没有这项检查。")
