"""Which rows break a sentence: each finder asks the tables themselves, within the viewer's reach."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from vetgrid.accounts.models import User
from vetgrid.appeals.models import Accusation, Appeal
from vetgrid.appeals.permissions import AccusationsPermission, AppealsPermission
from vetgrid.core.actor import Actor
from vetgrid.core.places import Places
from vetgrid.core.reach import within
from vetgrid.core.scope import confiding, lending
from vetgrid.grid.models import Duty, Membership
from vetgrid.grid.permissions import GridPermission
from vetgrid.orgs.models import Post, Station
from vetgrid.orgs.permissions import OrgsPermission
from vetgrid.payments.models import PayLine, PayRun
from vetgrid.payments.queries.books import Wrong, rows_of
from vetgrid.registry.models import Person
from vetgrid.work.models import Clock, Escalation, WorkItem
from vetgrid.work.permissions import WorkPermission


def items(seen_by: Actor) -> QuerySet[WorkItem]:
    rows = WorkItem.objects.filter(closed_on=None, is_confidential=False)
    return within(rows, seen_by.places(WorkPermission.READ)).order_by("next_on", "id")


def serves(staff: str) -> Exists:
    """An open post of the staff member at the item's place or above it (town and county are the codes with zeros at the end)."""
    above = Q(division=OuterRef("division"))
    above |= Q(division=OuterRef("division") - OuterRef("division") % 1000)
    above |= Q(division=OuterRef("division") - OuterRef("division") % 1_000_000)
    return Exists(Post.objects.filter(above, staff_id=OuterRef(staff), to_on=None))


def without_item(rows: QuerySet[Any], kind: str) -> QuerySet[Any]:
    return rows.filter(~Exists(WorkItem.objects.filter(kind=kind, subject_id=OuterRef("pk"), closed_on=None)))


def told(step: str, base: str) -> Exists:
    return Exists(Escalation.objects.filter(item=OuterRef("pk"), step=step, base_on=OuterRef(base)))


def mine(model: type[Model], seen_by: Actor) -> QuerySet[Any]:
    return within(model._default_manager.all(), seen_by.places(AppealsPermission.READ)).order_by("division", "id")


def living(seen_by: Actor) -> QuerySet[Person]:
    rows = Person.objects.filter(is_veteran=True, merged_into=None, died_on=None, left_on=None)
    return within(rows, seen_by.places(GridPermission.READ)).order_by("division", "name_pinyin", "id")


def cell_duty(kind: str) -> Exists:
    duty = Duty.objects.filter(kind=kind, to_on=None, cell=OuterRef("cell"))
    return Exists(Membership.objects.filter(person=OuterRef("pk"), to_on=None).filter(Exists(duty)))


def in_a_cell(seen_by: Actor) -> QuerySet[Person]:
    """Those without a cell have a check of their own and are not counted twice."""
    return living(seen_by).filter(Exists(Membership.objects.filter(person=OuterRef("pk"), to_on=None)))


def no_deputy(seen_by: Actor, today: date) -> QuerySet[Any]:
    return in_a_cell(seen_by).filter(~cell_duty("deputy"))


def no_contact_duty(seen_by: Actor, today: date) -> QuerySet[Any]:
    return in_a_cell(seen_by).filter(~cell_duty("contact"))


def duties(seen_by: Actor) -> QuerySet[Duty]:
    rows = within(Duty.objects.filter(to_on=None), seen_by.places(GridPermission.READ))
    return rows.select_related("staff", "cell").order_by("division", "id")


def closed_cells(seen_by: Actor, today: date) -> QuerySet[Any]:
    rows = Membership.objects.filter(to_on=None, cell__closed_on__isnull=False).select_related("person", "cell")
    return within(rows, seen_by.places(GridPermission.READ)).order_by("id")


def without_account(seen_by: Actor, today: date) -> QuerySet[Any]:
    """Owners who had an account and whose last one was disabled: they cannot see what waits for them."""
    accounts = User.objects.filter(staff=OuterRef("owner_id"))
    if not seen_by.may(WorkPermission.ASSIGN):
        return items(seen_by).none()
    return items(seen_by).filter(Exists(accounts), ~Exists(accounts.filter(is_active=True)))


def running_without_clock(seen_by: Actor, today: date) -> QuerySet[Any]:
    running = Clock.objects.filter(item=OuterRef("pk"), state="running")
    rows = items(seen_by)
    return rows.filter(Q(clock_state="running") & (Q(due_on=None) | ~Exists(running)))


def untold(seen_by: Actor, today: date) -> QuerySet[Any]:
    late = items(seen_by).filter(clock_state="running", due_on__lt=today)
    return late.filter(~told("due+1", "due_on"))


def unreminded(seen_by: Actor, today: date) -> QuerySet[Any]:
    return items(seen_by).filter(next_on__lt=today).filter(~told("next+1", "next_on"))


def undeliverable(seen_by: Actor, today: date) -> QuerySet[Any]:
    rows = Escalation.objects.filter(is_undeliverable=True, item__closed_on=None, item__is_confidential=False)
    return within(rows, seen_by.places(WorkPermission.READ)).select_related("item").order_by("-told_at")


def open_appeals(seen_by: Actor, today: date) -> QuerySet[Any]:
    rows = mine(Appeal, seen_by).filter(closed_on=None).exclude(state="withdrawn")
    return without_item(rows, "appeal")


def staffless(seen_by: Actor, today: date) -> QuerySet[Any]:
    rows = within(Station.objects.filter(closed_on=None), seen_by.places(OrgsPermission.READ))
    present = Post.objects.filter(division=OuterRef("division"), to_on=None, staff__ended_on=None)
    return rows.exclude(kind="university").filter(~Exists(present)).order_by("division", "id")


def unowned_accusations(seen_by: Actor, today: date) -> QuerySet[Any]:
    """Accusations whose item, which nobody but its owner sees, has no serving owner or no date; the accused's officers find nothing."""
    rows = within(Accusation.objects.exclude(state="done"), seen_by.places(AccusationsPermission.READ))
    place = Places.of(rows.values_list("division", flat=True))
    with confiding(), lending("work", place), lending("orgs", place):
        kept = WorkItem.objects.filter(kind="accusation", closed_on=None, next_on__isnull=False, owner__ended_on=None)
        served = list(kept.filter(serves("owner_id")).values_list("subject_id", flat=True))
    return rows.exclude(pk__in=served).order_by("received_on", "id")


def item(label: str) -> Callable[[Any], str]:
    return lambda row: f"{row.title}{label}"


def item_url(row: Any) -> str:
    return f"/inbox/{row.id}"


def wrong_in_the_books(wrong: Wrong, seen_by: Actor, today: date) -> QuerySet[Any]:
    return rows_of(wrong, seen_by=seen_by, today=today)


def book_row(row: PayRun | PayLine) -> str:
    return f"{row.run.number} 第{row.number}笔" if isinstance(row, PayLine) else str(row)


def book_url(row: PayRun | PayLine) -> str:
    return f"/payments/{'lines' if isinstance(row, PayLine) else 'runs'}/{row.pk}"
