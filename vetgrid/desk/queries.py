"""Which work waits, and where a text occurs: asked of every domain that the viewer may read."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count
from procrastinate.contrib.django.models import ProcrastinateJob

from vetgrid.accounts.permissions import SystemPermission
from vetgrid.core.actor import Actor
from vetgrid.core.reach import within
from vetgrid.desk.boards import exceptions
from vetgrid.grid.permissions import GridPermission
from vetgrid.grid.queries import my_people
from vetgrid.notices.queries import unread
from vetgrid.orgs.models import Staff, Station
from vetgrid.orgs.names import names_of
from vetgrid.orgs.permissions import OrgsPermission
from vetgrid.payments.permissions import PaymentsPermission as May
from vetgrid.payments.queries.running import waiting_for
from vetgrid.registry import queries as registry
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.work import queries as work
from vetgrid.work.permissions import WorkPermission


@dataclass(frozen=True)
class Card:
    """A number with its label and where it leads; `tone` warns when there is something to do."""

    label: str
    number: int
    url: str
    tone: str = ""


@dataclass(frozen=True)
class Hit:
    """One search result."""

    kind: str
    label: str
    detail: str
    url: str


def cards(*, seen_by: Actor, today: date) -> list[Card]:
    """The numbers of the viewer's own places; each is a link to exactly the rows counted."""
    found: list[Card] = []
    if seen_by.staff_id:
        own = work.counts(work.items(work.ItemFilter(), seen_by=seen_by, today=today), today=today)
        found.append(Card("我的待办", own.open, "/inbox?whose=mine"))
        found.append(Card("3日内到期或超期", own.soon, "/inbox?whose=mine&due=soon", "warn" if own.soon else ""))
        found.append(Card("未读消息", unread(seen_by=seen_by), "/messages"))
    if seen_by.may(WorkPermission.READ):
        place = work.items(work.ItemFilter(whose="place"), seen_by=seen_by, today=today)
        late = work.counts(place, today=today).overdue
        found.append(Card("本单位超期", late, "/inbox?whose=place&due=overdue", "bad" if late else ""))
    broken = exceptions(seen_by=seen_by, today=today)
    if broken:
        found.append(Card("清零看板例外", broken, "/zero", "bad"))
    if any(seen_by.may(one) for one in (May.REVIEW, May.APPROVE, May.RELEASE)):
        runs = len(waiting_for(seen_by=seen_by, today=today))
        found.append(Card("等我办理的发放批次", runs, "/payments?waiting=1", "warn" if runs else ""))
    if seen_by.staff_id and seen_by.may(GridPermission.READ):
        found.append(Card("我联系的人", my_people(seen_by=seen_by).count(), "/grid/my"))
    if seen_by.may(RegistryPermission.READ):
        veterans = registry.PeopleFilter(standing="veteran")
        found.append(
            Card(
                "在册退役军人",
                registry.people(veterans, seen_by=seen_by, today=today).count(),
                "/people?standing=veteran",
            )
        )
        changes = registry.change_requests(state="open", seen_by=seen_by).count()
        found.append(Card("待审核变更", changes, "/requests", "warn" if changes else ""))
        moves = registry.move_requests(state="open", seen_by=seen_by).count()
        found.append(Card("待审核迁移", moves, "/requests?kind=move", "warn" if moves else ""))
        gap = registry.people(registry.PeopleFilter(gap="phone"), seen_by=seen_by, today=today).count()
        found.append(Card("缺电话", gap, "/people?gap=phone"))
    if seen_by.may(RegistryPermission.MERGE):
        pairs = registry.duplicates(state="open", seen_by=seen_by).count()
        found.append(Card("疑似重复", pairs, "/duplicates", "warn" if pairs else ""))
    return found


def search(text: str, *, seen_by: Actor, today: date) -> list[Hit]:
    """People, stations and staff, at most ten of each."""
    hits: list[Hit] = []
    if seen_by.may(RegistryPermission.READ):
        people = list(
            registry.people(registry.PeopleFilter(text=text, standing="all"), seen_by=seen_by, today=today)[:10]
        )
        names = names_of(person.division for person in people)
        hits += [Hit("人员", person.name, names[person.division], f"/people/{person.id}") for person in people]
    if seen_by.may(OrgsPermission.READ):
        places = seen_by.places(OrgsPermission.READ)
        stations = [
            row
            for row in within(Station.objects.filter(closed_on=None), places).order_by("division", "id")
            if text in row.name
        ][:10]
        hits += [Hit("服务站", row.name, row.get_kind_display(), f"/stations/{row.id}") for row in stations]
        staff = [
            row
            for row in within(Staff.objects.filter(ended_on=None), places).order_by("name_pinyin", "id")
            if text in row.name or row.name_pinyin.startswith(text.lower())
        ]
        hits += [Hit("工作人员", row.name, "", f"/staff/{row.id}") for row in staff[:10]]
    return hits


def jobs(*, seen_by: Actor) -> list[tuple[str, str, int]]:
    """Background jobs by name and state; job arguments hold ids only and are not shown."""
    if not seen_by.may(SystemPermission.OPERATE):
        return []
    rows = (
        ProcrastinateJob.objects.values_list("task_name", "status")
        .annotate(number=Count("id"))
        .order_by("task_name", "status")
    )
    return [(str(name), str(state), int(number)) for name, state, number in rows]


def system_numbers(*, seen_by: Actor) -> list[tuple[str, str]]:
    """Version of the database and its size: what the system administrator looks at first."""
    if not seen_by.may(SystemPermission.OPERATE):
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), pg_size_pretty(pg_database_size(current_database()))")
        version, size = cursor.fetchone()
    return [("数据库版本", str(version)), ("数据库大小", str(size))]
