"""Which requests, duplicates and merges wait or have been dealt with."""

from django.db.models import QuerySet

from vetgrid.core.actor import Actor
from vetgrid.core.reach import within
from vetgrid.registry.models import ChangeRequest, Duplicate, Merge, MoveRequest
from vetgrid.registry.permissions import RegistryPermission


def change_requests(*, state: str, seen_by: Actor) -> QuerySet[ChangeRequest]:
    rows = within(ChangeRequest.objects.select_related("person"), seen_by.places(RegistryPermission.READ))
    return (rows.filter(state=state) if state else rows).order_by("-asked_at", "id")


def move_requests(*, state: str, seen_by: Actor) -> QuerySet[MoveRequest]:
    rows = within(MoveRequest.objects.select_related("person"), seen_by.places(RegistryPermission.READ))
    return (rows.filter(state=state) if state else rows).order_by("-asked_at", "id")


def duplicates(*, state: str, seen_by: Actor) -> QuerySet[Duplicate]:
    """Pairs of which both files are within the reach for merging."""
    places = seen_by.places(RegistryPermission.MERGE)
    rows = within(within(Duplicate.objects.select_related("person", "other"), places), places, column="other_division")
    return (rows.filter(state=state) if state else rows).order_by("reason", "-found_at", "id")


def merges(*, seen_by: Actor) -> QuerySet[Merge]:
    rows = within(Merge.objects.select_related("person", "absorbed"), seen_by.places(RegistryPermission.MERGE))
    return rows.order_by("-merged_at")
