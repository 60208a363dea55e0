"""Do: cells, duties and hand-overs; each keeps "exactly one contact and one deputy" true within its own transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection, transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.ids import new_id
from vetgrid.core.places import Level, interval, level_of
from vetgrid.grid import rules
from vetgrid.grid.models import Cell, Duty, Membership
from vetgrid.grid.permissions import GridPermission
from vetgrid.orgs.models import Post, Staff

CELL_KINDS = (Duty.Kind.CONTACT, Duty.Kind.DEPUTY)


@dataclass(frozen=True)
class HandedOver:
    """What a hand-over did: duties that changed hands and people concerned."""

    duties: int
    people: int


@transaction.atomic
def open_cell(*, division: int, name: str, area: str, contact: UUID, deputy: UUID, by: Actor, today: date) -> Cell:
    """开设微网格: with its contact and deputy at once."""
    require(by, GridPermission.ASSIGN, at=division)
    if level_of(division) != Level.VILLAGE:
        raise Invalid(fields={"division": "微网格要设在具体的村(社区)。"})
    if not name.strip():
        raise Invalid(fields={"name": "请填写微网格名称,例如“第一微网格”。"})
    if contact == deputy:
        raise Invalid(fields={"deputy": "备岗联系人不能与责任联系人是同一个人。"})
    if Cell.objects.filter(division=division, name=name.strip(), closed_on=None).exists():
        raise Conflict("本村(社区)已有同名的微网格,请换一个名称。")
    is_first = not Cell.objects.filter(division=division, closed_on=None).exists()
    cell = Cell(division=division, name=name.strip(), area=area.strip(), opened_on=today, is_default=is_first)
    cell.save(force_insert=True)
    for kind, staff_id in zip(CELL_KINDS, (contact, deputy), strict=True):
        _open_duty(kind, division=division, cell=cell, staff_id=staff_id, today=today, reason="开设微网格")
    record(by, GridPermission.ASSIGN, division=division, table="grid_cell", row=cell.id)
    return cell


@transaction.atomic
def change_cell(*, cell_id: UUID, name: str, area: str, is_default: bool, by: Actor, today: date) -> Cell:
    """修改微网格: name, area, and whether new persons come here first."""
    cell = _locked_cell(cell_id)
    require(by, GridPermission.ASSIGN, at=cell.division)
    if not name.strip():
        raise Invalid(fields={"name": "请填写微网格名称。"})
    if Cell.objects.filter(division=cell.division, name=name.strip(), closed_on=None).exclude(pk=cell.pk).exists():
        raise Conflict("本村(社区)已有同名的微网格,请换一个名称。")
    if cell.is_default and not is_default:
        raise Conflict("每个村(社区)必须有一个默认微网格。请到另一个微网格把它设为默认。")
    if is_default and not cell.is_default:
        Cell.objects.filter(division=cell.division, is_default=True).update(is_default=False)
    cell.name, cell.area, cell.is_default = name.strip(), area.strip(), is_default
    cell.save(update_fields=["name", "area", "is_default"])
    record(by, GridPermission.ASSIGN, division=cell.division, table="grid_cell", row=cell.id)
    return cell


@transaction.atomic
def close_cell(*, cell_id: UUID, into_id: UUID, by: Actor, today: date) -> int:
    """关闭微网格: its people go to another cell of the village; returns how many."""
    cell, into = _locked_cell(cell_id), _locked_cell(into_id)
    require(by, GridPermission.ASSIGN, at=cell.division)
    if cell.pk == into.pk or into.division != cell.division or into.closed_on is not None:
        raise Invalid(fields={"into": "请选择本村(社区)另一个在用的微网格接收人员。"})
    people = list(Membership.objects.filter(cell=cell, to_on=None).values_list("person_id", flat=True))
    _move_memberships(people, into, today=today, reason=f"微网格“{cell.name}”关闭")
    Duty.objects.filter(cell=cell, to_on=None).update(to_on=today, reason="微网格关闭")
    if cell.is_default:
        Cell.objects.filter(pk=cell.pk).update(is_default=False)
        Cell.objects.filter(pk=into.pk).update(is_default=True)
    Cell.objects.filter(pk=cell.pk).update(closed_on=today)
    record(
        by,
        GridPermission.ASSIGN,
        division=cell.division,
        table="grid_cell",
        row=cell.id,
        detail={"people": len(people)},
    )
    return len(people)


@transaction.atomic
def move_people(*, person_ids: Iterable[UUID], into_id: UUID, reason: str, by: Actor, today: date) -> int:
    """调整归属: chosen people of a village go to another of its cells; returns how many."""
    into = _locked_cell(into_id)
    require(by, GridPermission.ASSIGN, at=into.division)
    chosen = set(person_ids)
    own = Membership.objects.filter(person_id__in=chosen, division=into.division, to_on=None).exclude(cell=into)
    people = list(own.values_list("person_id", flat=True))
    if not people:
        raise Invalid(fields={"people": "没有可以调整的人员:请勾选本村(社区)其他微网格的人员。"})
    _move_memberships(people, into, today=today, reason=reason or "调整归属")
    record(
        by,
        GridPermission.ASSIGN,
        division=into.division,
        table="grid_cell",
        row=into.id,
        detail={"people": len(people)},
        reason=reason,
    )
    return len(people)


@transaction.atomic
def assign_duty(
    *,
    kind: str,
    staff_id: UUID,
    by: Actor,
    today: date,
    cell_id: UUID | None = None,
    division: int | None = None,
    reason: str = "",
) -> Duty:
    """指定责任人: of a cell (contact, deputy) or of a division (leader, area member, group head); the former one ends today."""
    cell = _locked_cell(cell_id) if cell_id else None
    place = cell.division if cell else division
    if place is None or kind not in Duty.Kind.values or (kind in CELL_KINDS) != (cell is not None):
        raise Invalid("请选择微网格或区划,以及责任人的种类。")
    require(by, GridPermission.ASSIGN, at=place)
    current = Duty.objects.select_for_update().filter(kind=kind, cell=cell, division=place, to_on=None).first()
    if current is not None and current.staff_id == staff_id:
        raise Conflict("这个人已经是责任人,不需要再次指定。")
    other = Duty.objects.filter(cell=cell, to_on=None, staff_id=staff_id).first() if cell is not None else None
    if current is not None:
        _end(current, today=today)
    if other is not None and current is not None:
        # Contact and deputy change places in one step.
        _end(other, today=today)
        _open_duty(
            other.kind, division=place, cell=cell, staff_id=current.staff_id, today=today, reason=reason or "互换"
        )
    duty = _open_duty(kind, division=place, cell=cell, staff_id=staff_id, today=today, reason=reason)
    record(by, GridPermission.ASSIGN, division=place, table="grid_duty", row=duty.id, reason=reason)
    return duty


@transaction.atomic
def hand_over(*, staff_id: UUID, successors: Mapping[UUID, UUID], reason: str, by: Actor, today: date) -> HandedOver:
    """网格交接: every duty that a staff member holds goes to others, in one transaction. `successors`: duty id to staff id.

    Raises Invalid with a sentence for each duty that cannot go so; then nothing changes.
    """
    held = list(
        Duty.objects.select_for_update(of=("self",))
        .select_related("cell")
        .filter(staff_id=staff_id, to_on=None)
        .order_by("id")
    )
    if not held:
        raise NotFound("这个人名下没有需要交接的网格职责。")
    for duty in held:
        require(by, GridPermission.ASSIGN, at=duty.division)
    problems = rules.hand_over_problems(_described(held), successors, leaving=staff_id)
    if problems:
        raise Invalid(fields={str(key): sentence for key, sentence in problems.items()})
    cells = [duty.cell_id for duty in held if duty.cell_id]
    people = Membership.objects.filter(cell__in=cells, to_on=None).count()
    for duty in held:
        _end(duty, today=today)
        _open_duty(
            duty.kind,
            division=duty.division,
            cell=duty.cell,
            staff_id=successors[duty.id],
            today=today,
            reason=reason or "网格交接",
        )
    by_division = held[0].division
    record(
        by,
        "grid.hand_over",
        division=by_division,
        table="orgs_staff",
        row=staff_id,
        reason=reason,
        detail={"duties": len(held), "people": people},
    )
    return HandedOver(len(held), people)


def join_default_cells(people: Iterable[tuple[UUID, int]], *, today: date, reason: str) -> int:
    """Puts living veterans into their village's default cell in one statement; returns how many.

    Raises Conflict naming a village without a cell. Called by reactions, in a lent scope.
    """
    wanted = list(people)
    if not wanted:
        return 0
    places = sorted({division for _, division in wanted})
    defaults = dict(
        Cell.objects.filter(division__in=places, is_default=True, closed_on=None).values_list("division", "id")
    )
    without = [place for place in places if place not in defaults]
    if without:
        raise Conflict(
            f"区划 {without[0]} 还没有微网格,新登记的退役军人没有人联系。请先在“微网格”里开设一个,再登记人员。",
            code="no_cell",
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO grid_membership (id, division, person_id, cell_id, from_on, to_on, reason)"
            " SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::uuid[], %s::uuid[], %s::date[], %s::date[], %s::text[])",
            [
                [new_id() for _ in wanted],
                [division for _, division in wanted],
                [person for person, _ in wanted],
                [defaults[division] for _, division in wanted],
                [today] * len(wanted),
                [None] * len(wanted),
                [reason] * len(wanted),
            ],
        )
    return len(wanted)


def carry_cells(old: int, into: int, *, today: date) -> None:
    """A village is merged into another: its open cells go along with contacts and people; division-wide duties end."""
    has_default = Cell.objects.filter(division=into, is_default=True, closed_on=None).exists()
    taken = set(Cell.objects.filter(division=into, closed_on=None).values_list("name", flat=True))
    for cell in Cell.objects.filter(division=old, closed_on=None):
        cell.division = into
        cell.name = cell.name if cell.name not in taken else f"{cell.name}(原{old})"
        cell.is_default = cell.is_default and not has_default
        cell.save(update_fields=["division", "name", "is_default"])
        Duty.objects.filter(cell=cell, to_on=None).update(division=into)
        Membership.objects.filter(cell=cell, to_on=None).update(division=into)
    Duty.objects.filter(division=old, cell=None, to_on=None).update(to_on=today, reason="区划合并")


def leave_cell(person_id: UUID, *, today: date, reason: str) -> None:
    """Ends the person's open membership, if there is one. Called by reactions, in a lent scope."""
    for membership in Membership.objects.filter(person_id=person_id, to_on=None):
        membership.to_on = max(today, membership.from_on)
        membership.reason = reason
        membership.save(update_fields=["to_on", "reason"])


def _move_memberships(people: list[UUID], into: Cell, *, today: date, reason: str) -> None:
    Membership.objects.filter(person_id__in=people, to_on=None).update(to_on=today, reason=reason)
    Membership.objects.bulk_create(
        [
            Membership(person_id=person, cell=into, division=into.division, from_on=today, reason=reason)
            for person in people
        ]
    )


def _open_duty(kind: str, *, division: int, cell: Cell | None, staff_id: UUID, today: date, reason: str) -> Duty:
    staff = Staff.objects.filter(pk=staff_id, ended_on=None).first()
    if staff is None:
        raise Invalid(fields={"staff": "请选择在岗的工作人员。"})
    if not any(
        interval(post.division)[0] <= division <= interval(post.division)[1]
        for post in Post.objects.filter(staff=staff, to_on=None)
    ):
        raise Invalid(fields={"staff": f"{staff.name}在这里没有在任岗位,请先登记岗位或改选他人。"})
    duty = Duty(kind=kind, division=division, cell=cell, staff=staff, from_on=today, reason=reason.strip())
    duty.save(force_insert=True)
    return duty


def _end(duty: Duty, *, today: date) -> None:
    duty.to_on = max(today, duty.from_on)
    duty.save(update_fields=["to_on"])


def _locked_cell(cell_id: UUID) -> Cell:
    cell = Cell.objects.select_for_update().filter(pk=cell_id).first()
    if cell is None:
        raise NotFound("没有找到这个微网格。它可能不在您的管辖范围内。")
    if cell.closed_on is not None:
        raise Conflict("这个微网格已经关闭。")
    return cell


def _described(held: list[Duty]) -> list[rules.Held]:
    partners = {
        (duty.cell_id, duty.kind): duty.staff_id
        for duty in Duty.objects.filter(cell__in=[duty.cell_id for duty in held if duty.cell_id], to_on=None)
    }
    other = {Duty.Kind.CONTACT: Duty.Kind.DEPUTY, Duty.Kind.DEPUTY: Duty.Kind.CONTACT}
    return [
        rules.Held(
            duty_id=duty.id,
            kind=duty.kind,
            partner=partners.get((duty.cell_id, other[Duty.Kind(duty.kind)])) if duty.cell_id else None,
            label=f"{duty.cell.name if duty.cell else ''}{Duty.Kind(duty.kind).label}",
        )
        for duty in held
    ]
