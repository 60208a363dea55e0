"""Do: a person applies for a benefit himself at the mini-program; papers count only when a clerk has seen them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.benefits.actions.applying import Wanted, apply
from vetgrid.benefits.actions.persons import programme_of
from vetgrid.benefits.models import Application
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.queries.own import PREPARED, own_finding
from vetgrid.benefits.states import APPLICATION
from vetgrid.core.actor import Citizen
from vetgrid.core.clock import now
from vetgrid.core.errors import Invalid
from vetgrid.core.ruling.months import month_on
from vetgrid.core.scope import entrusted
from vetgrid.files.store import claim
from vetgrid.registry.permissions import RegistryPermission

PHOTOS = "本人上传的照片"
ONLINE = "online"


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
        row = _taken_over(wanted.key, note=note, by=by, today=today) or apply(
            person_id=by.person,
            wanted=Wanted(
                programme=wanted.key,
                from_month=(finding.soon_month if finding else None) or month_on(today),
                channel=ONLINE,
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


def _taken_over(programme: str, *, note: str, by: Citizen, today: date) -> Application | None:
    """The application that the platform had filled in when it found him: from now on it is his own. None when there is none."""
    mine = Application.objects.select_for_update().filter(person_id=by.person, programme=programme)
    row = mine.filter(state=APPLICATION.start, channel=PREPARED).first()
    if row is None:
        return None
    row.channel, row.note, row.asked_on = ONLINE, note[:500], today
    row.made_by, row.made_by_name, row.made_at, row.version = by.id, by.name[:80], now(), row.version + 1
    row.save(update_fields=["channel", "note", "asked_on", "made_by", "made_by_name", "made_at", "version"])
    record(
        by,
        BenefitsPermission.APPLY,
        division=row.division,
        table="benefits_application",
        row=row.id,
        person=row.person_id,
        detail={"programme": programme, "state": row.state},
    )
    return row
