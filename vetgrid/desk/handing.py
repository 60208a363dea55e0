"""Do: everything that somebody holds goes to others at once: duties in the grid, open items, reception days; then they may leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.errors import Invalid, NotFound
from vetgrid.grid import actions as grid
from vetgrid.grid import queries as grid_queries
from vetgrid.grid.models import Duty
from vetgrid.orgs import actions as orgs
from vetgrid.orgs.models import ReceptionDay, Staff
from vetgrid.orgs.permissions import OrgsPermission
from vetgrid.work import actions as work
from vetgrid.work.models import WorkItem
from vetgrid.work.permissions import WorkPermission


@dataclass(frozen=True)
class Held:
    """All that one staff member holds now, within the viewer's reach."""

    duties: list[Duty]
    owned: list[WorkItem]
    deputised: list[WorkItem]
    days: list[ReceptionDay]

    @property
    def is_empty(self) -> bool:
        return not (self.duties or self.owned or self.deputised or self.days)


@dataclass(frozen=True)
class Successors:
    """Who takes what: each duty by id, all items to one, all reception days to one; `leaves` also records the departure."""

    duties: Mapping[UUID, UUID]
    items: UUID | None = None
    days: UUID | None = None
    leaves: bool = False


@dataclass(frozen=True)
class Done:
    """What the hand-over moved."""

    duties: int
    people: int
    items: int
    days: int


def held_by(staff_id: UUID, *, seen_by: Actor, today: date) -> Held:
    """Duties, items and days of one person. Confidential items are not shown here: the discipline channel hands them over itself."""
    items = WorkItem.objects.filter(Q(owner_id=staff_id) | Q(deputy_id=staff_id), closed_on=None, is_confidential=False)
    found = list(items.order_by("next_on", "id"))
    return Held(
        duties=list(grid_queries.duties_of(staff_id, seen_by=seen_by)),
        owned=[item for item in found if item.owner_id == staff_id],
        deputised=[item for item in found if item.owner_id != staff_id],
        days=list(ReceptionDay.objects.filter(leader_id=staff_id, on__gte=today, cancelled_at=None).order_by("on")),
    )


@transaction.atomic
def hand_over_everything(*, staff_id: UUID, to: Successors, reason: str, by: Actor, today: date) -> Done:
    """工作交接: all or nothing. Raises Invalid with a sentence for everything that cannot go so."""
    leaving = Staff.objects.filter(pk=staff_id).first()
    if leaving is None:
        raise NotFound("没有找到这个工作人员。他可能不在您的管辖范围内。")
    held = held_by(staff_id, seen_by=by, today=today)
    if held.is_empty and not to.leaves:
        raise NotFound("这个人名下没有需要交接的工作。")
    _check(held, to, staff_id)
    moved = grid.HandedOver(0, 0)
    if held.duties:
        moved = grid.hand_over(staff_id=staff_id, successors=to.duties, reason=reason, by=by, today=today)
    if held.owned and to.items is not None:
        ids = [item.id for item in held.owned]
        work.hand_over(item_ids=ids, to_staff=to.items, reason=reason or "工作交接", by=by, today=today)
    # Asked again: whoever takes an item as its former deputy leaves the deputy's place to its former owner, who is leaving.
    for item in held_by(staff_id, seen_by=by, today=today).deputised:
        require(by, WorkPermission.ASSIGN, at=item.division)
        deputy = to.items if to.items not in (None, item.owner_id) else None
        work.give_deputy(item, deputy, but=staff_id)
    for day in held.days:
        require(by, OrgsPermission.EDIT, at=day.division)
        day.leader_id = to.days or day.leader_id
        day.save(update_fields=["leader"])
    detail = {"duties": moved.duties, "items": len(held.owned) + len(held.deputised), "days": len(held.days)}
    record(
        by, "desk.hand_over", division=leaving.division, table="orgs_staff", row=staff_id, reason=reason, detail=detail
    )
    if to.leaves:
        orgs.end_staff(staff_id=staff_id, by=by, today=today)
    return Done(moved.duties, moved.people, detail["items"], detail["days"])


def _check(held: Held, to: Successors, staff_id: UUID) -> None:
    found = {}
    if held.owned and to.items is None:
        found["items"] = f"还有{len(held.owned)}件待办事项没有选择接替人员。"
    elif to.items == staff_id:
        found["items"] = "待办事项的接替人员不能是本人。"
    if held.days and to.days is None:
        found["days"] = f"还有{len(held.days)}个接访日没有选择接替的领导。"
    elif held.days and to.days == staff_id:
        found["days"] = "接访日的接替人员不能是本人。"
    if found:
        raise Invalid(fields=found)


def holders(*, seen_by: Actor, today: date) -> list[tuple[Staff, int, int, int]]:
    """Staff who hold anything now, with their numbers of duties, items and reception days."""
    staff = {row.id: row for row in Staff.objects.order_by("division", "name_pinyin", "id")}
    duties = dict(Duty.objects.filter(to_on=None).values_list("staff_id").annotate(n=Count("id")))
    owned = WorkItem.objects.filter(closed_on=None, is_confidential=False)
    items = dict(owned.values_list("owner_id").annotate(n=Count("id")))
    upcoming = ReceptionDay.objects.filter(on__gte=today, cancelled_at=None)
    days = dict(upcoming.values_list("leader_id").annotate(n=Count("id")))
    return [
        (row, duties.get(key, 0), items.get(key, 0), days.get(key, 0))
        for key, row in staff.items()
        if key in duties or key in items or key in days
    ]
