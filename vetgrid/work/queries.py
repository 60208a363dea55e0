"""Which items: mine, a place's, due soon, overdue; how a clock came to its date; who may take an item over."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from vetgrid.core.actor import Actor
from vetgrid.core.errors import NotFound
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.reach import within
from vetgrid.core.scope import lending
from vetgrid.orgs.models import Staff
from vetgrid.work import rules
from vetgrid.work.actions import ticks_of
from vetgrid.work.calendars import calendar_of
from vetgrid.work.limits import AUDIENCES, limits, step_label
from vetgrid.work.models import Clock, ClockEvent, Escalation, WorkItem
from vetgrid.work.permissions import WorkPermission

SOON = 3
"""Calendar days before the due date from which an item counts as due soon."""
WHOSE = (("mine", "我负责的"), ("deputy", "我备岗的"), ("place", "本单位全部"))
DUES = (
    ("", "不限"),
    ("overdue", "已超期"),
    ("soon", f"{SOON}日内到期"),
    ("next", "下一步已到"),
    ("paused", "计时暂停"),
)


@dataclass(frozen=True)
class ItemFilter:
    """What the inbox asks; empty means not asked."""

    whose: str = "mine"
    due: str = ""
    kind: str = ""
    text: str = ""
    division: int | None = None
    owner: UUID | None = None
    priority: str = ""


def items(asked: ItemFilter, *, seen_by: Actor, today: date) -> QuerySet[WorkItem]:
    """Open items, the nearest next date first; those asked for by their due date, the nearest due date first."""
    rows = WorkItem.objects.filter(closed_on=None)
    if asked.whose == "place":
        rows = within(rows.filter(is_confidential=False), seen_by.places(WorkPermission.READ))
    elif seen_by.staff_id is None:
        return rows.none()
    elif asked.whose == "deputy":
        rows = rows.filter(deputy_id=seen_by.staff_id)
    else:
        rows = rows.filter(owner_id=seen_by.staff_id)
    if asked.division is not None:
        rows = within(rows, Places.of([asked.division]))
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.owner is not None:
        rows = rows.filter(owner_id=asked.owner)
    if asked.priority:
        rows = rows.filter(priority=asked.priority)
    if asked.text.strip():
        rows = rows.filter(title__contains=asked.text.strip())
    order = "due_on" if asked.due in ("overdue", "soon") else "next_on"
    return due(rows, asked.due, today=today).order_by(order, "id")


def due(rows: QuerySet[WorkItem], which: str, *, today: date) -> QuerySet[WorkItem]:
    """Narrowed to overdue, due soon, next step come, or paused."""
    match which:
        case "overdue":
            return rows.filter(clock_state="running", due_on__lt=today)
        case "soon":
            return rows.filter(clock_state="running", due_on__lte=today + timedelta(days=SOON))
        case "next":
            return rows.filter(next_on__lte=today)
        case "paused":
            return rows.filter(clock_state="paused")
        case _:
            return rows


@dataclass(frozen=True)
class Counts:
    """The numbers above a list; each is the length of the list it leads to."""

    open: int
    soon: int
    overdue: int
    next: int


def counts(rows: QuerySet[WorkItem], *, today: date) -> Counts:
    """All of them in one question."""
    running = Q(clock_state="running")
    found = rows.order_by().aggregate(
        open=Count("id"),
        soon=Count("id", filter=running & Q(due_on__lte=today + timedelta(days=SOON))),
        overdue=Count("id", filter=running & Q(due_on__lt=today)),
        next=Count("id", filter=Q(next_on__lte=today)),
    )
    return Counts(**found)


def item(item_id: UUID, *, seen_by: Actor) -> WorkItem:
    """One item, open or closed: one's own, or of a place that one may read."""
    mine = Q(owner_id=seen_by.staff_id) | Q(deputy_id=seen_by.staff_id) if seen_by.staff_id else Q(pk__in=[])
    places = seen_by.places(WorkPermission.READ)
    inside = Q(pk__in=within(WorkItem.objects.filter(pk=item_id, is_confidential=False), places).values("pk"))
    found = WorkItem.objects.filter(mine | inside, pk=item_id).select_related("station").first()
    if found is None:
        raise NotFound("没有找到这件事项。它可能已转走,或不在您的管辖范围内。")
    return found


@dataclass(frozen=True)
class StationLoad:
    """One line of the leader's view: a division with its open, due-soon and overdue items."""

    division: int
    open: int
    soon: int
    overdue: int


def by_station(*, seen_by: Actor, today: date) -> list[StationLoad]:
    """Open items by place, most overdue first; each number is the count of a list."""
    rows = within(WorkItem.objects.filter(closed_on=None, is_confidential=False), seen_by.places(WorkPermission.READ))
    running = Q(clock_state="running")
    found = rows.values("division").annotate(
        all=Count("id"),
        soon=Count("id", filter=running & Q(due_on__lte=today + timedelta(days=SOON))),
        late=Count("id", filter=running & Q(due_on__lt=today)),
    )
    loads = [StationLoad(row["division"], row["all"], row["soon"], row["late"]) for row in found]
    return sorted(loads, key=lambda load: (-load.overdue, -load.soon, -load.open, load.division))


@dataclass(frozen=True)
class ClockStory:
    """A clock with its arithmetic in a sentence and every event."""

    clock: Clock
    label: str
    sentence: str
    reading: rules.Reading
    events: list[ClockEvent]


def clocks_of(one: WorkItem) -> list[ClockStory]:
    """The item's clocks, the newest first; called with an item that the viewer was allowed to see."""
    stories = []
    for clock in Clock.objects.filter(item=one).order_by("-started_on", "-id"):
        reading = rules.read(ticks_of(clock), calendar_of(clock.division))
        label = next((limit.label for limit in limits() if limit.key == clock.limit), clock.limit)
        events = list(ClockEvent.objects.filter(clock=clock).order_by("number"))
        stories.append(ClockStory(clock, label, rules.sentence(reading), reading, events))
    return stories


def told_of(one: WorkItem) -> list[tuple[Escalation, str, str]]:
    """Whom the ladder told about the item, the latest first: row, the step's label, the audience's label."""
    rows = Escalation.objects.filter(item=one).order_by("-told_at", "step")
    return [(row, step_label(row.step), AUDIENCES.get(row.audience, row.audience)) for row in rows]


def subject_items(subject_id: UUID, *, kind: str | None = None) -> list[WorkItem]:
    """The items of a subject that the viewer may see, open ones first; the database scopes them."""
    rows = WorkItem.objects.filter(subject_id=subject_id)
    if kind:
        rows = rows.filter(kind=kind)
    return list(rows.select_related("station").order_by("closed_on", "-opened_on", "-id"))


def takers(divisions: set[int], *, seen_by: Actor) -> list[Staff]:
    """Who can take items of all these places: staff with an open post there or above, within the viewer's own county."""
    if not divisions:
        return []
    wanted = [{ancestor(code, level) for level in (Level.COUNTY, Level.TOWN)} | {code} for code in divisions]
    above = set.intersection(*wanted)
    if not above:
        return []
    with lending("orgs", Places.only(above)):
        return list(
            Staff.objects.filter(ended_on=None, posts__to_on=None, posts__division__in=above)
            .distinct()
            .order_by("-division", "name_pinyin", "id")
        )


def names_of_staff(ids: set[UUID | None]) -> dict[UUID, str]:
    """Names of owners and deputies for a list; staff names are public inside the service network."""
    wanted = [key for key in ids if key]
    if not wanted:
        return {}
    with lending("orgs", Places.of([0])):
        return dict(Staff.objects.filter(pk__in=wanted).values_list("pk", "name"))
