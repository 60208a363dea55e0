"""Which entries: who did what, within the auditor's reach."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from vetgrid.audit.models import Entry, Seal
from vetgrid.audit.permissions import AuditPermission
from vetgrid.core.actor import Actor
from vetgrid.core.clock import CHINA
from vetgrid.core.reach import within


@dataclass(frozen=True)
class EntryFilter:
    """What the auditor asks; empty means not asked."""

    actor_name: str = ""
    verb: str = ""
    table: str = ""
    row: str = ""
    day: date | None = None


def entries(asked: EntryFilter, *, seen_by: Actor) -> QuerySet[Entry]:
    """Newest first."""
    rows = within(Entry.objects.all(), seen_by.places(AuditPermission.READ))
    if asked.actor_name:
        rows = rows.filter(actor_name=asked.actor_name)
    if asked.verb:
        rows = rows.filter(verb=asked.verb)
    if asked.table:
        rows = rows.filter(table_name=asked.table)
    if asked.row:
        rows = rows.filter(row_id=asked.row)
    if asked.day:
        start = datetime.combine(asked.day, time(), CHINA)
        rows = rows.filter(at__gte=start, at__lt=start + timedelta(days=1))
    return rows.order_by("-id")


def seals_of(day: date, *, seen_by: Actor) -> list[Seal]:
    """The seals of a day: what the printed daily digest holds."""
    if not seen_by.may(AuditPermission.READ):
        return []
    start = datetime.combine(day, time(), CHINA)
    return list(Seal.objects.filter(sealed_at__gte=start, sealed_at__lt=start + timedelta(days=1)).order_by("number"))
