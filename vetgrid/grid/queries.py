"""Which: who answers for whom, where somebody is missing, what a staff member holds."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from vetgrid.core.actor import NOBODY_ID, Actor, Citizen
from vetgrid.core.asking import Question
from vetgrid.core.errors import NotFound
from vetgrid.core.figures import Value, percent
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.reach import within
from vetgrid.core.scope import lending
from vetgrid.grid.models import Cell, Duty, Membership
from vetgrid.grid.permissions import GridPermission
from vetgrid.orgs.models import Division, Staff, Station
from vetgrid.registry.models import Person


@dataclass(frozen=True)
class Coverage:
    """One line of the board: a place, its living veterans, and how many of them have a contact."""

    division: int
    name: str
    veterans: int
    covered: int

    @property
    def rate(self) -> Value:
        return percent(self.covered, self.veterans)

    @property
    def missing(self) -> int:
        return self.veterans - self.covered


def veterans_on(day: date, *, seen_by: Actor) -> QuerySet[Person]:
    """Veterans who were alive, present and registered on that day, each with `contact_name` ('' when missing)."""
    rows = within(Person.objects.filter(is_veteran=True, merged_into=None), seen_by.places(GridPermission.READ))
    rows = rows.filter(Q(died_on=None) | Q(died_on__gt=day.isoformat()), Q(left_on=None) | Q(left_on__gt=day))
    rows = rows.filter(registered_at__date__lte=day)
    member = Membership.objects.filter(_on(day), person=OuterRef("pk"))
    contact = Duty.objects.filter(
        _on(day), _on(day, "cell__memberships__"), cell__memberships__person=OuterRef("pk"), kind=Duty.Kind.CONTACT
    )
    return rows.annotate(
        cell_name=Subquery(member.values("cell__name")[:1]), contact_name=Subquery(contact.values("staff__name")[:1])
    )


def coverage(*, division: int, seen_by: Actor, today: date) -> list[Coverage]:
    """The board below one place: its towns, or its villages; one set-based question."""
    places = seen_by.places(GridPermission.READ)
    children = within(Division.objects.filter(parent=division, closed_on=None), places, column="code").order_by("code")
    if not children:
        children = Division.objects.filter(pk=division)
    living = within(Person.objects.filter(is_veteran=True, merged_into=None, died_on=None, left_on=None), places)
    living = within(living, Places.of([division]))
    covered = Exists(Membership.objects.filter(person=OuterRef("pk"), to_on=None))
    found = living.values("division").annotate(all=Count("id"), with_contact=Count("id", filter=covered))
    counts = {row["division"]: (row["all"], row["with_contact"]) for row in found}
    lines = []
    for child in children:
        inside = [pair for code, pair in counts.items() if code in Places.of([child.code])]
        lines.append(Coverage(child.code, child.name, sum(pair[0] for pair in inside), sum(pair[1] for pair in inside)))
    return lines


def without_contact(*, seen_by: Actor) -> QuerySet[Person]:
    """Living veterans without an open membership: the list that must be empty."""
    rows = within(
        Person.objects.filter(is_veteran=True, merged_into=None, died_on=None, left_on=None),
        seen_by.places(GridPermission.READ),
    )
    return rows.filter(~Exists(Membership.objects.filter(person=OuterRef("pk"), to_on=None))).order_by(
        "division", "name_pinyin"
    )


def cells(*, division: int | None, seen_by: Actor, is_open: bool = True) -> QuerySet[Cell]:
    """Cells with their present duties and the number of people."""
    rows = within(Cell.objects.all(), seen_by.places(GridPermission.READ))
    if division is not None:
        rows = within(rows, Places.of([division]))
    if is_open:
        rows = rows.filter(closed_on=None)
    present = Duty.objects.filter(to_on=None).select_related("staff")
    return (
        rows.annotate(people=Count("memberships", filter=Q(memberships__to_on=None)))
        .prefetch_related(Prefetch("duties", queryset=present, to_attr="present"))
        .order_by("division", "opened_on", "name")
    )


def cell(cell_id: UUID, *, seen_by: Actor) -> Cell:
    found = cells(division=None, seen_by=seen_by, is_open=False).filter(pk=cell_id).first()
    if found is None:
        raise NotFound("没有找到这个微网格。它可能不在您的管辖范围内。")
    return found


def people_of(one: Cell, *, seen_by: Actor) -> QuerySet[Person]:
    """The people who belong to the cell now, by pinyin."""
    rows = within(Person.objects.all(), seen_by.places(GridPermission.READ))
    return rows.filter(memberships__cell=one, memberships__to_on=None).order_by("name_pinyin", "id")


def my_people(*, seen_by: Actor) -> QuerySet[Person]:
    """For a contact in the field: the people of the cells where this staff member is contact or deputy."""
    if seen_by.staff_id is None:
        return Person.objects.none()
    mine = Duty.objects.filter(staff_id=seen_by.staff_id, to_on=None, cell__isnull=False)
    rows = within(Person.objects.all(), seen_by.places(GridPermission.READ))
    return (
        rows.filter(memberships__cell__duties__in=mine, memberships__to_on=None)
        .distinct()
        .order_by("name_pinyin", "id")
    )


def duties_of(staff_id: UUID, *, seen_by: Actor) -> QuerySet[Duty]:
    """What a staff member holds now, each with the number of people concerned."""
    rows = within(
        Duty.objects.filter(staff_id=staff_id, to_on=None).select_related("cell", "staff"),
        seen_by.places(GridPermission.READ),
    )
    return rows.annotate(people=Count("cell__memberships", filter=Q(cell__memberships__to_on=None))).order_by(
        "division", "kind", "id"
    )


def staff_for(division: int, *, seen_by: Actor) -> QuerySet[Staff]:
    """Who can answer in this place: staff with an open post there or above it."""
    rows = within(Staff.objects.filter(ended_on=None), seen_by.places(GridPermission.READ))
    above = [ancestor(division, level) for level in (Level.COUNTY, Level.TOWN, Level.VILLAGE)]
    return (
        rows.filter(posts__to_on=None, posts__division__in=above).distinct().order_by("-division", "name_pinyin", "id")
    )


def holders(*, seen_by: Actor) -> QuerySet[Staff]:
    """Staff who hold duties now, with how many."""
    rows = within(Staff.objects.all(), seen_by.places(GridPermission.READ))
    return (
        rows.annotate(held=Count("duties", filter=Q(duties__to_on=None)))
        .filter(held__gt=0)
        .order_by("division", "name_pinyin", "id")
    )


def chain_of(division: int, *, cell_id: UUID | None, seen_by: Actor) -> list[Duty]:
    """Who answers, from the town's leader down to contact and deputy.

    The town's leader stands on every public sign, so a village's clerk sees him too, though not the rest of the town.
    """
    if division not in seen_by.places(GridPermission.READ):
        raise NotFound()
    town = ancestor(division, Level.TOWN)
    wanted = Q(cell=None, division=division) | Q(cell=None, division=town, kind=Duty.Kind.TOWN_LEADER)
    if cell_id is not None:
        wanted |= Q(cell_id=cell_id)
    order = list(Duty.Kind.values)
    public = Places.of([division]) | Places(((town, town),))
    with lending("grid", public), lending("orgs", public):
        rows = list(Duty.objects.filter(wanted, to_on=None).select_related("staff", "cell"))
    return sorted(rows, key=lambda duty: order.index(duty.kind))


@dataclass(frozen=True)
class OwnChain:
    """Who answers for a citizen: the town's leader first, contact and deputy last; and the station."""

    duties: list[Duty]
    cell: str
    station: Station | None


_MEMBER = Question[Membership](lambda who: Membership.objects.filter(person_id=who, to_on=None).select_related("cell"))
_CHAIN = Question[Duty](
    lambda division, town, cell: Duty.objects.filter(
        Q(cell=None, division=division) | Q(cell=None, division=town, kind=Duty.Kind.TOWN_LEADER) | Q(cell_id=cell),
        to_on=None,
    ).select_related("staff", "cell")
)
_STATION = Question[Station](
    lambda county, town, village: (
        Station.objects.filter(division__in=[county, town, village], closed_on=None)
        .exclude(kind="university")
        .order_by("-division")
    )
)


def own_chain(*, seen_by: Citizen) -> OwnChain:
    """For the mini-program: what stands on the public sign of the person's own cell."""
    division, town = seen_by.division, ancestor(seen_by.division, Level.TOWN)
    places = Places.only({division, town})
    with lending("grid", places, also="orgs"):
        member = next(iter(_MEMBER.rows(1, who=seen_by.person)), None)
        rows = _CHAIN.rows(division=division, town=town, cell=member.cell_id if member else NOBODY_ID)
    above = {level.name.lower(): ancestor(division, level) for level in (Level.COUNTY, Level.TOWN, Level.VILLAGE)}
    order = list(Duty.Kind.values)
    return OwnChain(
        sorted(rows, key=lambda duty: order.index(duty.kind)),
        member.cell.name if member else "",
        next(iter(_STATION.rows(1, **above)), None),
    )


def answered_for(person_id: UUID, *, day: date, seen_by: Actor) -> list[Duty]:
    """Who answered for this person on that day: contact first, then deputy."""
    member = Membership.objects.filter(_on(day), person_id=person_id)
    rows = within(Duty.objects.filter(_on(day), cell__memberships__in=member), seen_by.places(GridPermission.READ))
    return list(rows.select_related("staff", "cell").order_by("kind", "id"))


def membership_history(person_id: UUID, *, seen_by: Actor) -> QuerySet[Membership]:
    rows = within(Membership.objects.filter(person_id=person_id), seen_by.places(GridPermission.READ))
    return rows.select_related("cell").order_by("-from_on", "-id")


def duty_history(one: Cell, *, seen_by: Actor) -> QuerySet[Duty]:
    rows = within(Duty.objects.filter(cell=one), seen_by.places(GridPermission.READ))
    return rows.select_related("staff").order_by("-from_on", "kind", "id")


def _on(day: date, prefix: str = "") -> Q:
    """The half-open period contains the day."""
    until = Q(**{f"{prefix}to_on__isnull": True}) | Q(**{f"{prefix}to_on__gt": day})
    return Q(**{f"{prefix}from_on__lte": day}) & until
