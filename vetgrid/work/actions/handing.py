"""Do: items get another owner or deputy, by hand-over or because something was found missing."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import NOWHERE, record
from vetgrid.core.actor import Actor
from vetgrid.core.errors import Conflict, Invalid, NotAllowed, NotFound
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.scope import confiding, lending
from vetgrid.notices.actions import Message, tell
from vetgrid.orgs.models import Post, Staff, Station
from vetgrid.work.actions.items import move_item
from vetgrid.work.actions.owners import pick_owner, present_staff
from vetgrid.work.actions.scoping import at, save
from vetgrid.work.models import WorkItem
from vetgrid.work.permissions import WorkPermission


@transaction.atomic
def hand_over(*, item_ids: Iterable[UUID], to_staff: UUID, reason: str, by: Actor, today: date) -> int:
    """移交: chosen open items get a new owner; returns how many. All or none.

    Allowed to the owner, the deputy, and to whoever may assign at the place; a confidential item only to owner and deputy,
    for everybody else it does not exist.
    """
    with confiding():
        rows = WorkItem.objects.select_for_update(of=("self",)).filter(pk__in=set(item_ids), closed_on=None)
        found = list(rows.order_by("id"))
    items = [item for item in found if not item.is_confidential or _holds(by, item)]
    if not items:
        raise Invalid(fields={"items": "没有可以移交的事项:请勾选未办结的事项。"})
    taker = _taker(to_staff, {item.division for item in items})
    for item in items:
        if not (by.may(WorkPermission.ASSIGN, at=item.division) or _holds(by, item)):
            raise NotAllowed("只有责任人、备岗人或有分派权限的人可以移交事项。")
        give(item, taker.id)
        division = NOWHERE if item.is_confidential else item.division
        record(by, WorkPermission.ASSIGN, division=division, table="work_workitem", row=item.id, reason=reason)
    if taker.id != by.staff_id:
        values = {"count": str(len(items)), "by": by.name, "reason": reason.strip() or "未写明"}
        tell(
            [
                Message(
                    template="handed_over",
                    division=taker.division,
                    staff_id=taker.id,
                    values=values,
                    url="/inbox?whose=mine",
                )
            ],
            today=today,
        )
    return len(items)


def _holds(by: Actor, item: WorkItem) -> bool:
    return by.staff_id is not None and by.staff_id in (item.owner_id, item.deputy_id)


def give(item: WorkItem, staff_id: UUID) -> None:
    """The item's owner changes; a deputy who becomes owner leaves the deputy's place to another."""
    with at(item.division, is_confidential=item.is_confidential):
        if item.deputy_id == staff_id:
            _, deputy = pick_owner(item.station, wanted=staff_id, deputy=item.owner_id)
            # Nobody else learns of a confidential matter by default: the former owner stays, or nobody.
            item.deputy_id = deputy if deputy == item.owner_id or not item.is_confidential else None
        item.owner_id = staff_id
        save(item, "owner", "deputy")


def give_deputy(item: WorkItem, staff_id: UUID | None, *, but: UUID | None = None) -> None:
    """Another deputy; None picks one from the station, never `but`."""
    owner = item.owner_id
    chosen = staff_id
    if chosen is None:
        chosen = next((key for key in present_staff(item.station) if key not in (owner, but)), None)
    with at(item.division, is_confidential=item.is_confidential):
        item.deputy_id = chosen
        save(item, "deputy")


def repair(item: WorkItem, *, by: Actor, today: date) -> None:
    """补齐: an item without a serving owner, deputy, open station or next date gets them; the clock is not touched."""
    with lending("orgs", Places.of([0])):
        station = Station.objects.get(pk=item.station_id)
        target = station if station.closed_on is None else _open_above(station)
        present = present_staff(target)
    if target.id != item.station_id or target.division != item.division:
        move_item(
            item,
            station=target,
            next_on=item.next_on or today,
            next_step=item.next_step or "核实情况",
            by=by,
            today=today,
        )
        return
    owner, deputy = pick_owner(target, wanted=item.owner_id, deputy=item.deputy_id)
    with at(item.division, is_confidential=item.is_confidential):
        item.owner_id = owner
        item.deputy_id = deputy if item.deputy_id not in present or item.deputy_id == owner else item.deputy_id
        item.next_on = item.next_on or today
        save(item, "owner", "deputy", "next_on")
    record(by, "work.repair", division=item.division, table="work_workitem", row=item.id)


def _open_above(station: Station) -> Station:
    """The successor of a closed station, or the open station of its town or county."""
    if station.successor is not None and station.successor.closed_on is None:
        return station.successor
    for level in (Level.TOWN, Level.COUNTY):
        code = ancestor(station.division, level)
        found = Station.objects.filter(division=code, closed_on=None).exclude(kind="university").first()
        if found is not None:
            return found
    raise Conflict("没有可以接手的服务站,请先设立或恢复服务站。")


def _taker(staff_id: UUID, divisions: set[int]) -> Staff:
    with lending("orgs", Places.of({code // 1_000_000 * 1_000_000 for code in divisions})):
        taker = Staff.objects.filter(pk=staff_id, ended_on=None).first()
        posts = list(Post.objects.filter(staff_id=staff_id, to_on=None).values_list("division", flat=True))
    if taker is None:
        raise NotFound("没有找到接收人,或他已离岗。请改选在岗人员。")
    reach = Places.of(posts)
    if any(division not in reach for division in divisions):
        raise Invalid(fields={"to_staff": f"{taker.name}在其中一些事项的服务站没有在任岗位,请改选他人或分开移交。"})
    return taker
