"""Do: open items, move them, set their next date, close them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from vetgrid.core.actor import Actor
from vetgrid.core.errors import Conflict
from vetgrid.notices.actions import Message, tell
from vetgrid.orgs.models import Station
from vetgrid.work import rules
from vetgrid.work.actions.clocks import add, not_before, running_clock, start_clock
from vetgrid.work.actions.owners import pick_owner
from vetgrid.work.actions.scoping import at, save
from vetgrid.work.models import WorkItem


@dataclass(frozen=True)
class Opening:
    """What an item needs to be opened. `limit` starts a clock on `started_on`; without one only the next date counts."""

    kind: str
    subject_id: UUID
    title: str
    station: Station
    next_on: date
    next_step: str
    limit: str = ""
    started_on: date | None = None
    owner_id: UUID | None = None
    deputy_id: UUID | None = None
    priority: int = WorkItem.Priority.NORMAL
    is_confidential: bool = False


def open_item(asked: Opening, *, by: Actor, today: date) -> WorkItem:
    """Opens the item with owner and deputy; a limit starts its clock. Raises Conflict where the station has no staff."""
    owner, deputy = pick_owner(asked.station, wanted=asked.owner_id, deputy=asked.deputy_id)
    if asked.is_confidential:
        deputy = asked.deputy_id  # nobody learns of a confidential matter by default
    with at(asked.station.division, is_confidential=asked.is_confidential):
        item = WorkItem(
            division=asked.station.division,
            kind=asked.kind,
            subject_id=asked.subject_id,
            title=asked.title[:120],
            station=asked.station,
            owner_id=owner,
            deputy_id=deputy,
            priority=asked.priority,
            opened_on=today,
            next_on=asked.next_on,
            next_step=asked.next_step[:60],
            is_confidential=asked.is_confidential,
        )
        item.save(force_insert=True)
        if asked.limit:
            start_clock(item, asked.limit, on=asked.started_on or today, reason="登记", by=by)
    _tell_owner(item, by=by, today=today)
    return item


def item_of(kind: str, subject_id: UUID) -> WorkItem:
    """The open item of a subject, locked; called in a scope that may see it. Raises Conflict when there is none."""
    item = (
        WorkItem.objects.select_for_update(of=("self",))
        .filter(kind=kind, subject_id=subject_id, closed_on=None)
        .order_by("id")
        .first()
    )
    if item is None:
        raise Conflict("这件事项已经办结,不能再办理。请刷新页面查看最新情况。")
    return item


def refresh(item: WorkItem) -> WorkItem:
    """The item as the clock's events have left it, wherever it lies now."""
    with at(item.division, is_confidential=item.is_confidential):
        item.refresh_from_db()
    return item


def set_next(item: WorkItem, *, next_on: date, next_step: str, title: str | None = None) -> None:
    """The next date and what is to be done by then. The clock is not touched: an edit never resets it."""
    item.next_on, item.next_step = next_on, next_step[:60]
    item.title = title[:120] if title else item.title
    with at(item.division, is_confidential=item.is_confidential):
        save(item, "next_on", "next_step", "title")


def set_priority(item: WorkItem, priority: int) -> None:
    """How pressing it is; only shown and sorted by, the clock is not touched."""
    item.priority = priority
    with at(item.division, is_confidential=item.is_confidential):
        save(item, "priority")


def move_item(
    item: WorkItem,
    *,
    station: Station,
    next_on: date,
    next_step: str,
    by: Actor,
    today: date,
    owner_id: UUID | None = None,
) -> None:
    """To another station, with an owner there. The clock runs on."""
    owner, deputy = pick_owner(station, wanted=owner_id)
    with at(item.division, station.division, is_confidential=item.is_confidential):
        item.station, item.division = station, station.division
        item.owner_id, item.deputy_id = owner, deputy
        item.next_on, item.next_step = next_on, next_step[:60]
        save(item, "station", "division", "owner", "deputy", "next_on", "next_step")
    _tell_owner(item, by=by, today=today)


def close_item(item: WorkItem, *, outcome: str, by: Actor, today: date) -> None:
    """Ends the item; a clock that still runs stops today."""
    with at(item.division, is_confidential=item.is_confidential):
        clock = running_clock(item)
        if clock is not None:
            add(clock, rules.Tick("stop", not_before(clock, today)), reason=outcome or "办结", by=by)
        item.closed_on, item.outcome = today, outcome[:60]
        item.clock_state = WorkItem.ClockState.NONE
        save(item, "closed_on", "outcome", "clock_state")


def _tell_owner(item: WorkItem, *, by: Actor, today: date) -> None:
    if item.owner_id is None or item.owner_id == by.staff_id:
        return
    values = {"title": item.title, "next": item.next_step, "day": f"{item.next_on:%Y年%-m月%-d日}"}
    message = Message(
        template="item_arrived",
        division=item.division,
        staff_id=item.owner_id,
        values=values,
        url=f"/inbox/{item.id}",
        is_confidential=item.is_confidential,
    )
    tell([message], today=today)
