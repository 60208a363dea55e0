"""Do: a person applies for a benefit himself at the mini-program; papers count only when a clerk has seen them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.benefits.actions.applying import Wanted, apply
from vetgrid.benefits.actions.persons import programme_of
from vetgrid.benefits.models import Application
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.queries.own import own_finding
from vetgrid.core.actor import Citizen
from vetgrid.core.errors import Invalid
from vetgrid.core.ruling.months import month_on
from vetgrid.core.scope import entrusted
from vetgrid.files.store import claim
from vetgrid.registry.permissions import RegistryPermission

PHOTOS = "本人上传的照片"


@transaction.atomic
def apply_own(
    *,
    finding_id: UUID | None,
    programme: str,
    papers: Sequence[str],
    upload_ids: Sequence[UUID],
    by: Citizen,
    today: date,
) -> Application:
    """本人申请待遇: from a finding, or by the programme's key."""
    finding = own_finding(finding_id, seen_by=by) if finding_id else None
    wanted = programme_of(finding.programme if finding else programme)
    unknown = [paper for paper in papers if paper not in wanted.papers]
    if unknown:
        raise Invalid(fields={"papers": f"这个项目不需要“{unknown[0][:30]}”,请重新勾选。"})
    note = f"本人称已备:{'、'.join(papers)}" if papers else ""
    with entrusted(
        by, BenefitsPermission.APPLY, BenefitsPermission.READ, RegistryPermission.READ, at=by.division
    ) as lent:
        row = apply(
            person_id=by.person,
            wanted=Wanted(
                programme=wanted.key,
                from_month=(finding.soon_month if finding else None) or month_on(today),
                channel="online",
                note=note,
            ),
            by=lent,
            today=today,
            finding_id=finding.id if finding else None,
        )
        if upload_ids:
            files = claim(upload_ids, kind="proof", division=row.division, by=lent)
            row.papers = [*row.papers, {"paper": PHOTOS, "is_there": True, "files": [str(key) for key in files]}]
            row.save(update_fields=["papers"])
    return row
