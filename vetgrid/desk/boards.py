"""The zero boards (清零看板): sentences that must be true, each with its exceptions and a way to mend them.

A check finds the rows that break a sentence, within the viewer's reach. It asks the tables themselves and trusts no
constraint: what slipped in by an import, a restore or a defect shows here in the next cycle.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet

from vetgrid.accounts.models import User
from vetgrid.appeals.models import Appeal, Consultation, JointPart, LegalAid, Mediation
from vetgrid.appeals.permissions import AppealsPermission
from vetgrid.core.actor import Actor
from vetgrid.core.clock import now
from vetgrid.core.errors import NotFound
from vetgrid.core.permission import Permission
from vetgrid.core.reach import within
from vetgrid.grid.models import Duty, Membership
from vetgrid.grid.permissions import GridPermission
from vetgrid.grid.queries import without_contact
from vetgrid.notices.models import Notice
from vetgrid.notices.permissions import NoticesPermission
from vetgrid.orgs.models import Post, ReceptionDay, Station
from vetgrid.orgs.permissions import OrgsPermission
from vetgrid.registry.models import Person
from vetgrid.work.models import Clock, Escalation, WorkItem
from vetgrid.work.permissions import WorkPermission

Find = Callable[[Actor, date], QuerySet[Any]]
_STUCK = timedelta(hours=1)


@dataclass(frozen=True)
class Check:
    """One way in which a sentence can be broken. `url` leads to the place of repair; `mends` says the platform can do it itself."""

    key: str
    label: str
    permission: Permission
    find: Find
    text: Callable[[Any], str]
    url: Callable[[Any], str]
    mends: str = ""


@dataclass(frozen=True)
class Board:
    """A standing sentence with its checks."""

    key: str
    sentence: str
    checks: tuple[Check, ...]


def _items(seen_by: Actor) -> QuerySet[WorkItem]:
    rows = WorkItem.objects.filter(closed_on=None, is_confidential=False)
    return within(rows, seen_by.places(WorkPermission.READ)).order_by("next_on", "id")


def _serves(staff: str) -> Exists:
    """An open post of the staff member at the item's place or above it (town and county are the codes with zeros at the end)."""
    above = Q(division=OuterRef("division"))
    above |= Q(division=OuterRef("division") - OuterRef("division") % 1000)
    above |= Q(division=OuterRef("division") - OuterRef("division") % 1_000_000)
    return Exists(Post.objects.filter(above, staff_id=OuterRef(staff), to_on=None))


def _without_item(rows: QuerySet[Any], kind: str) -> QuerySet[Any]:
    return rows.filter(~Exists(WorkItem.objects.filter(kind=kind, subject_id=OuterRef("pk"), closed_on=None)))


def _told(step: str, base: str) -> Exists:
    return Exists(Escalation.objects.filter(item=OuterRef("pk"), step=step, base_on=OuterRef(base)))


def _mine(model: type[Model], seen_by: Actor) -> QuerySet[Any]:
    return within(model._default_manager.all(), seen_by.places(AppealsPermission.READ)).order_by("division", "id")


def _living(seen_by: Actor) -> QuerySet[Person]:
    rows = Person.objects.filter(is_veteran=True, merged_into=None, died_on=None, left_on=None)
    return within(rows, seen_by.places(GridPermission.READ)).order_by("division", "name_pinyin")


def _cell_duty(kind: str) -> Exists:
    duty = Duty.objects.filter(kind=kind, to_on=None, cell=OuterRef("cell"))
    return Exists(Membership.objects.filter(person=OuterRef("pk"), to_on=None).filter(Exists(duty)))


def _no_deputy(seen_by: Actor, today: date) -> QuerySet[Any]:
    return _living(seen_by).filter(~_cell_duty("deputy"))


def _no_contact_duty(seen_by: Actor, today: date) -> QuerySet[Any]:
    member = Exists(Membership.objects.filter(person=OuterRef("pk"), to_on=None))
    return _living(seen_by).filter(member).filter(~_cell_duty("contact"))


def _duties(seen_by: Actor) -> QuerySet[Duty]:
    rows = within(Duty.objects.filter(to_on=None), seen_by.places(GridPermission.READ))
    return rows.select_related("staff", "cell").order_by("division", "id")


def _closed_cells(seen_by: Actor, today: date) -> QuerySet[Any]:
    rows = Membership.objects.filter(to_on=None, cell__closed_on__isnull=False).select_related("person", "cell")
    return within(rows, seen_by.places(GridPermission.READ)).order_by("id")


def _without_account(seen_by: Actor, today: date) -> QuerySet[Any]:
    """Owners who had an account and whose last one was disabled: they cannot see what waits for them."""
    accounts = User.objects.filter(staff=OuterRef("owner_id"))
    if not seen_by.may(WorkPermission.ASSIGN):
        return _items(seen_by).none()
    return _items(seen_by).filter(Exists(accounts), ~Exists(accounts.filter(is_active=True)))


def _running_without_clock(seen_by: Actor, today: date) -> QuerySet[Any]:
    running = Clock.objects.filter(item=OuterRef("pk"), state="running")
    rows = _items(seen_by)
    return rows.filter(Q(clock_state="running") & (Q(due_on=None) | ~Exists(running)))


def _untold(seen_by: Actor, today: date) -> QuerySet[Any]:
    late = _items(seen_by).filter(clock_state="running", due_on__lt=today)
    return late.filter(~_told("due+1", "due_on"))


def _unreminded(seen_by: Actor, today: date) -> QuerySet[Any]:
    return _items(seen_by).filter(next_on__lt=today).filter(~_told("next+1", "next_on"))


def _undeliverable(seen_by: Actor, today: date) -> QuerySet[Any]:
    rows = Escalation.objects.filter(is_undeliverable=True, item__closed_on=None, item__is_confidential=False)
    return within(rows, seen_by.places(WorkPermission.READ)).select_related("item").order_by("-told_at")


def _open_appeals(seen_by: Actor, today: date) -> QuerySet[Any]:
    rows = _mine(Appeal, seen_by).filter(closed_on=None).exclude(state="withdrawn")
    return _without_item(rows, "appeal")


def _staffless(seen_by: Actor, today: date) -> QuerySet[Any]:
    rows = within(Station.objects.filter(closed_on=None), seen_by.places(OrgsPermission.READ))
    present = Post.objects.filter(division=OuterRef("division"), to_on=None, staff__ended_on=None)
    return rows.exclude(kind="university").filter(~Exists(present)).order_by("division")


def _item(label: str) -> Callable[[Any], str]:
    return lambda row: f"{row.title}{label}"


def _item_url(row: Any) -> str:
    return f"/inbox/{row.id}"


_W, _A = WorkPermission.READ, AppealsPermission.READ
_FIX = "补齐责任人和日期"

BOARDS: tuple[Board, ...] = (
    Board(
        "contacts",
        "每位在册退役军人都有责任联系人和备岗联系人",
        (
            Check(
                "no-contact",
                "没有归属微网格",
                GridPermission.READ,
                lambda seen_by, today: without_contact(seen_by=seen_by),
                lambda row: row.name,
                lambda row: f"/people/{row.id}",
                "归入默认微网格",
            ),
            Check(
                "no-contact-duty",
                "所在微网格没有责任联系人",
                GridPermission.READ,
                _no_contact_duty,
                lambda row: row.name,
                lambda row: "/grid/cells",
            ),
            Check(
                "no-deputy",
                "所在微网格没有备岗联系人",
                GridPermission.READ,
                _no_deputy,
                lambda row: row.name,
                lambda row: "/grid/cells",
            ),
            Check(
                "closed-cell",
                "归属的微网格已关闭",
                GridPermission.READ,
                _closed_cells,
                lambda row: f"{row.person.name}({row.cell.name})",
                lambda row: f"/people/{row.person_id}",
            ),
        ),
    ),
    Board(
        "owners",
        "每件未办结的事项都有责任人、备岗人和下一步日期",
        (
            Check("no-owner", "没有责任人", _W, lambda s, t: _items(s).filter(owner=None), _item(""), _item_url, _FIX),
            Check(
                "no-date", "没有下一步日期", _W, lambda s, t: _items(s).filter(next_on=None), _item(""), _item_url, _FIX
            ),
            Check(
                "no-item-deputy",
                "没有备岗人",
                _W,
                lambda s, t: _items(s).filter(deputy=None),
                _item(""),
                _item_url,
                _FIX,
            ),
            Check(
                "self-deputy",
                "责任人和备岗人是同一个人",
                _W,
                lambda s, t: _items(s).filter(deputy=F("owner")),
                _item(""),
                _item_url,
                _FIX,
            ),
            Check(
                "appeal-without-item",
                "诉求没有待办事项",
                _A,
                _open_appeals,
                lambda r: f"{r.number} {r.title}",
                lambda r: f"/appeals/{r.id}",
                "重新生成事项",
            ),
            Check(
                "consultation-without-item",
                "咨询没有待办事项",
                _A,
                lambda s, t: _without_item(_mine(Consultation, s).filter(state="asked"), "consultation"),
                lambda r: f"{r.number} {r.question[:30]}",
                lambda r: f"/consultations/{r.id}",
                "重新生成事项",
            ),
            Check(
                "mediation-without-item",
                "调解没有待办事项",
                _A,
                lambda s, t: _without_item(
                    _mine(Mediation, s).filter(state__in=("applied", "consented", "agreed")), "mediation"
                ),
                lambda r: f"{r.number} {r.title}",
                lambda r: f"/mediations/{r.id}",
                "重新生成事项",
            ),
            Check(
                "aid-without-item",
                "法律援助没有待办事项",
                _A,
                lambda s, t: _without_item(
                    _mine(LegalAid, s).filter(state__in=("applied", "granted", "assigned")), "legal_aid"
                ),
                lambda r: f"{r.number} {r.applicant}",
                lambda r: f"/legal-aid/{r.id}",
                "重新生成事项",
            ),
            Check(
                "part-without-item",
                "协办没有待办事项",
                _A,
                lambda s, t: _without_item(_mine(JointPart, s).filter(done_on=None), "joint_part"),
                lambda r: r.asked[:40],
                lambda r: f"/appeals/parts/{r.id}",
                "重新生成事项",
            ),
        ),
    ),
    Board(
        "departed",
        "没有工作压在离岗、调走的人或撤销的服务站手里",
        (
            Check(
                "owner-left",
                "责任人已离岗",
                _W,
                lambda s, t: _items(s).filter(owner__ended_on__isnull=False),
                _item(""),
                _item_url,
                _FIX,
            ),
            Check(
                "owner-elsewhere",
                "责任人在这里没有岗位",
                _W,
                lambda s, t: _items(s).filter(owner__ended_on=None).exclude(owner=None).filter(~_serves("owner_id")),
                _item(""),
                _item_url,
                _FIX,
            ),
            Check(
                "deputy-left",
                "备岗人已离岗",
                _W,
                lambda s, t: _items(s).filter(deputy__ended_on__isnull=False),
                _item(""),
                _item_url,
                _FIX,
            ),
            Check(
                "station-closed",
                "承办服务站已撤销",
                _W,
                lambda s, t: _items(s).filter(station__closed_on__isnull=False),
                _item(""),
                _item_url,
                _FIX,
            ),
            Check(
                "station-elsewhere",
                "事项和服务站不在同一个地方",
                _W,
                lambda s, t: _items(s).exclude(station__division=F("division")),
                _item(""),
                _item_url,
                _FIX,
            ),
            Check("no-account", "责任人的账号已停用", _W, _without_account, _item(""), _item_url),
            Check(
                "duty-left",
                "网格责任人已离岗",
                GridPermission.READ,
                lambda s, t: _duties(s).filter(staff__ended_on__isnull=False),
                lambda r: f"{r.staff.name}({r.get_kind_display()})",
                lambda r: f"/hand-over?staff={r.staff_id}",
            ),
            Check(
                "duty-elsewhere",
                "网格责任人在这里没有岗位",
                GridPermission.READ,
                lambda s, t: _duties(s).filter(staff__ended_on=None).filter(~_serves("staff_id")),
                lambda r: f"{r.staff.name}({r.get_kind_display()})",
                lambda r: f"/hand-over?staff={r.staff_id}",
            ),
            Check(
                "day-left",
                "接访领导已离岗",
                OrgsPermission.READ,
                lambda s, t: within(
                    ReceptionDay.objects.filter(on__gte=t, cancelled_at=None, leader__ended_on__isnull=False),
                    s.places(OrgsPermission.READ),
                ).select_related("leader"),
                lambda r: f"{r.on} {r.leader.name}",
                lambda r: f"/hand-over?staff={r.leader_id}",
            ),
            Check(
                "staffless",
                "服务站没有在岗人员",
                OrgsPermission.READ,
                _staffless,
                lambda r: r.name,
                lambda r: f"/stations/{r.id}",
            ),
        ),
    ),
    Board(
        "told",
        "没有超期而没有人知道的事项,时钟都走得准",
        (
            Check("untold", "已超期,还没有提醒", _W, _untold, _item(""), _item_url, "现在提醒"),
            Check("unreminded", "下一步已过期,还没有提醒", _W, _unreminded, _item(""), _item_url, "现在提醒"),
            Check(
                "undeliverable",
                "提醒没有人接收(岗位空缺)",
                _W,
                _undeliverable,
                lambda r: f"{r.item.title}({r.step})",
                lambda r: "/staff",
            ),
            Check("no-clock", "计时中但没有时钟", _W, _running_without_clock, _item(""), _item_url),
            Check(
                "provisional",
                "到期日暂定:国家日历尚未公布",
                _W,
                lambda s, t: _items(s).filter(is_provisional=True),
                _item(""),
                lambda r: "/calendar",
            ),
            Check(
                "stuck",
                "消息排队超过一小时没有发出",
                NoticesPermission.READ,
                lambda s, t: within(
                    Notice.objects.filter(state="queued", made_at__lt=now() - _STUCK, is_confidential=False),
                    s.places(NoticesPermission.READ),
                ).order_by("made_at"),
                lambda r: r.title,
                lambda r: "/messages/log?state=queued",
            ),
        ),
    ),
)


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
            findings = (_finding(check, seen_by, today, shown) for check in checks)
            found.append(Shown(board, tuple(finding for finding in findings if finding.count)))
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
