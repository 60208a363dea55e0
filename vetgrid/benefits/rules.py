"""Pure: in which months an award pays, when it starts, when a move takes effect, whether reports of a death agree."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from vetgrid.core.ruling.months import month_of, month_on

ENDLESS = 2**30
BLOCKS = ("suspend", "lapsed")


@dataclass(frozen=True)
class Change:
    """One event of an award as rules see it: what, and from which month."""

    kind: str
    month: int


def payable(changes: Iterable[Change]) -> list[tuple[int, int]]:
    """The periods in which an award pays, in order.

    A suspension takes its months away for good; a lapsed confirmation gives them back once it is done.
    """
    start, end = ENDLESS, ENDLESS
    gaps: list[tuple[int, int]] = []
    suspended: int | None = None
    lapsed: int | None = None
    for change in changes:
        match change.kind:
            case "start" | "move_in":
                start = min(start, change.month)
            case "suspend":
                suspended = change.month if suspended is None else min(suspended, change.month)
            case "resume":
                if suspended is not None and suspended < change.month:
                    gaps.append((suspended, change.month))
                suspended = None
            case "lapsed":
                lapsed = change.month if lapsed is None else min(lapsed, change.month)
            case "confirmed":
                lapsed = None
            case "stop" | "move_out":
                end = min(end, change.month)
    gaps += [(since, ENDLESS) for since in (suspended, lapsed) if since is not None]
    return _without([(start, end)] if start < end else [], gaps)


def _without(periods: list[tuple[int, int]], gaps: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    for low, high in gaps:
        periods = [
            part
            for start, end in periods
            for part in ((start, min(end, low)), (max(start, high), end))
            if part[0] < part[1]
        ]
    return sorted(periods)


def state_after(changes: Sequence[Change]) -> str:
    """active, suspended or stopped, whatever the months: what may be done with the award next."""
    blocks: set[str] = set()
    for change in changes:
        if change.kind in BLOCKS:
            blocks.add(change.kind)
        elif change.kind == "resume":
            blocks.discard("suspend")
        elif change.kind == "confirmed":
            blocks.discard("lapsed")
        elif change.kind in ("stop", "move_out"):
            return "stopped"
    return "suspended" if blocks else "active"


def start_month(*, on_approval: bool, approved_on: date, asked: int) -> int:
    """From which month a granted award pays: that of the approval, or the one applied for where the rule gives it from then."""
    return max(asked, month_on(approved_on)) if on_approval else asked


def move_month(moved_on: date) -> int:
    """The first month that the new place pays: January of the next year; the old place pays to December."""
    return month_of(moved_on.year + 1, 1)


def takeover_month(moved_on: date, *, paid_until: int) -> int:
    """From which month the new place pays: its own January, or later where the old place paid beyond December already."""
    return max(move_month(moved_on), paid_until + 1)


def owed_by_the_old_place(moved_on: date, *, paid_until: int) -> tuple[int, int] | None:
    """First and last month that the old place has to pay and did not; None when it paid its year to the end."""
    first, last = paid_until + 1, move_month(moved_on) - 1
    return (first, last) if first <= last else None


def stop_month_of_death(died_on: date) -> int:
    """The first month after the month of death."""
    return month_on(died_on) + 1


def agreeing(reports: Sequence[tuple[str, date]], *, days: int) -> date | None:
    """The day of death where two different sources give days no further apart; the later of the two, so that nobody loses a month."""
    pairs = [
        max(one_on, other_on)
        for at, (one, one_on) in enumerate(reports)
        for other, other_on in reports[at + 1 :]
        if one != other and abs((one_on - other_on).days) <= days
    ]
    return min(pairs) if pairs else None
