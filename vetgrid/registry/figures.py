"""The report counts: villages, and the veterans who lead one (兵支书)."""

from django.db.models import Q, QuerySet

from vetgrid.core.actor import Actor
from vetgrid.core.codes import codes
from vetgrid.core.figures import Column, Figure, Period, count, declare
from vetgrid.core.places import Level
from vetgrid.core.reach import within
from vetgrid.orgs.models import Division
from vetgrid.registry.models import VillageOffice
from vetgrid.registry.permissions import RegistryPermission


def soldier_secretary_codes() -> list[str]:
    """Posts whose holder, when a veteran, is a soldier secretary: marked so in the code table."""
    return [entry.code for entry in codes("village_office").codes if "兵支书" in entry.note]


def villages(period: Period, seen_by: Actor) -> QuerySet[Division]:
    rows = within(Division.objects.filter(level=Level.VILLAGE), seen_by.places(RegistryPermission.READ), column="code")
    open_then = Q(closed_on=None) | Q(closed_on__gt=period.to_on)
    return rows.filter(open_then).exclude(opened_on__gt=period.to_on).order_by("code")


def soldier_secretaries(period: Period, seen_by: Actor) -> QuerySet[VillageOffice]:
    day = period.to_on.isoformat()
    rows = within(VillageOffice.objects.select_related("person"), seen_by.places(RegistryPermission.READ))
    rows = rows.filter(Q(from_on=None) | Q(from_on__lte=day), Q(to_on=None) | Q(to_on__gt=day), known_until=None)
    rows = rows.filter(code__in=soldier_secretary_codes(), person__is_veteran=True, person__merged_into=None)
    return rows.filter(Q(person__died_on=None) | Q(person__died_on__gt=day)).order_by("village", "person_id")


declare(
    Figure(
        key="officials.villages",
        label="行政村(社区)数",
        unit="个",
        permission=RegistryPermission.READ,
        rows=villages,
        value=count,
        columns=(Column("代码", lambda row: str(row.code)), Column("名称", lambda row: row.name)),
    ),
    Figure(
        key="officials.soldier_secretaries",
        label="兵支书人数",
        unit="名",
        permission=RegistryPermission.READ,
        rows=soldier_secretaries,
        value=count,
        columns=(
            Column("村(社区)", lambda row: str(row.village)),
            Column("姓名", lambda row: row.person.name),
            Column("职务", lambda row: codes("village_office").label(row.code)),
            Column("任职起", lambda row: row.from_on or ""),
        ),
    ),
)
