"""Which complaints and findings, within the viewer's reach."""

from uuid import UUID

from django.db.models import Q, QuerySet

from vetgrid.core.actor import Actor, Citizen
from vetgrid.core.errors import NotFound
from vetgrid.core.reach import within
from vetgrid.offers.models import Complaint, Finding
from vetgrid.offers.permissions import OffersPermission

READ = OffersPermission.READ


def complaints(*, state: str = "", text: str = "", merchant: UUID | None = None, seen_by: Actor) -> QuerySet[Complaint]:
    rows = within(Complaint.objects.all(), seen_by.places(READ))
    if state:
        rows = rows.filter(state=state)
    if merchant is not None:
        rows = rows.filter(merchant_id=merchant)
    if text.strip():
        rows = rows.filter(Q(number__contains=text.strip()) | Q(about__contains=text.strip()))
    return rows.order_by("-opened_on", "-id")


def complaint(complaint_id: UUID, *, seen_by: Actor) -> Complaint:
    rows = within(Complaint.objects.filter(pk=complaint_id), seen_by.places(READ))
    found = rows.select_related("station").first()
    if found is None:
        raise NotFound("没有找到这件投诉。它可能不在您的管辖范围内。请返回列表重新查找。")
    return found


def own_complaints(*, seen_by: Citizen) -> QuerySet[Complaint]:
    return Complaint.objects.filter(person_id=seen_by.person).order_by("-opened_on", "-id")


def findings(*, is_open: bool, seen_by: Actor) -> QuerySet[Finding]:
    rows = within(Finding.objects.filter(closed_on__isnull=is_open), seen_by.places(READ))
    return rows.order_by("-found_on", "-id")


def finding(finding_id: UUID, *, seen_by: Actor) -> Finding:
    found = within(Finding.objects.filter(pk=finding_id), seen_by.places(READ)).first()
    if found is None:
        raise NotFound("没有找到这条核销异常。它可能不在您的管辖范围内。")
    return found
