"""Do: mend what a zero board found, with one click: give an item its owner, make a missing item, put a veteran into a cell, remind now."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from vetgrid.appeals.actions import accusing
from vetgrid.appeals.models import Appeal, Consultation, JointPart, LegalAid, Mediation
from vetgrid.appeals.permissions import AppealsPermission
from vetgrid.audit.trail import record
from vetgrid.cards.models import Application
from vetgrid.cards.permissions import CardsPermission
from vetgrid.core.actor import Actor, require
from vetgrid.core.errors import Conflict, NotFound
from vetgrid.core.permission import Permission
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.desk.boards import check_of
from vetgrid.grid.actions import join_default_cells
from vetgrid.grid.permissions import GridPermission
from vetgrid.notices.actions import Message, tell
from vetgrid.offers.models import Complaint
from vetgrid.offers.permissions import OffersPermission
from vetgrid.work import actions as work
from vetgrid.work.models import WorkItem
from vetgrid.work.permissions import WorkPermission

# For each kind of subject that can lose its item: the title, the next step and the limit of the new one.
_SUBJECTS: dict[str, tuple[str, Callable[[Any], str], str]] = {
    "appeal-without-item": ("appeal", lambda row: f"{row.number} {row.title}", "appeal_inform"),
    "consultation-without-item": ("consultation", lambda row: f"{row.number} {row.question}", "consultation"),
    "mediation-without-item": ("mediation", lambda row: f"{row.number} {row.title}", ""),
    "aid-without-item": ("legal_aid", lambda row: f"{row.number} {row.applicant}", ""),
    "part-without-item": ("joint_part", lambda row: f"协办 {row.asked}", "joint_part"),
    "card-without-item": ("card_application", lambda row: f"{row.number} {row.name}", ""),
    "complaint-without-item": ("offer_complaint", lambda row: f"{row.number} {row.about}", ""),
}
_MAY: dict[str, Permission] = {
    "card-without-item": CardsPermission.ACCEPT,
    "complaint-without-item": OffersPermission.HANDLE,
}
"""Who may make the item anew; for matters of appeals it is whoever handles them."""
_MODELS: dict[str, type[Any]] = {
    "appeal-without-item": Appeal,
    "consultation-without-item": Consultation,
    "mediation-without-item": Mediation,
    "aid-without-item": LegalAid,
    "part-without-item": JointPart,
    "card-without-item": Application,
    "complaint-without-item": Complaint,
}


@transaction.atomic
def mend(*, key: str, row_id: UUID, by: Actor, today: date) -> None:
    """补齐: only rows that the check still finds are touched, so a second click does no harm."""
    check = check_of(key)
    if not check.mends:
        raise Conflict("这项问题要到所列的页面里处理。")
    row = check.find(by, today).filter(pk=row_id).first()
    if row is None:
        raise NotFound("这一条已经处理好了,或不在您的管辖范围内。请刷新看板。")
    if key == "no-contact":
        _join(row, by=by, today=today)
    elif key in _SUBJECTS:
        _reopen(key, row, by=by, today=today)
    elif key == "accusation-unowned":
        accusing.take_over(accusation_id=row.pk, by=by, today=today)
    elif key in ("untold", "unreminded"):
        _remind(row, by=by, today=today)
    else:
        require(by, WorkPermission.ASSIGN, at=row.division)
        work.repair(row, by=by, today=today)


def _join(person: Any, *, by: Actor, today: date) -> None:
    require(by, GridPermission.ASSIGN, at=person.division)
    join_default_cells([(person.id, person.division)], today=today, reason="清零看板补齐")
    record(
        by, GridPermission.ASSIGN, division=person.division, table="registry_person", row=person.id, person=person.id
    )


def _reopen(key: str, row: Any, *, by: Actor, today: date) -> None:
    require(by, _MAY.get(key, AppealsPermission.HANDLE), at=row.division)
    kind, title, limit = _SUBJECTS[key]
    subject = _MODELS[key]._default_manager.select_related("station").get(pk=row.pk)
    started = getattr(subject, "accepted_on", None) or getattr(subject, "received_on", None)
    if kind == "appeal" and getattr(subject, "accepted_on", None):
        limit = "appeal_handle"
    asked = work.Opening(
        kind=kind,
        subject_id=subject.pk,
        title=title(subject),
        station=subject.station,
        next_on=today + timedelta(days=1),
        next_step="核实情况,继续办理",
        limit=limit,
        started_on=started or getattr(subject, "asked_on", None) or today,
    )
    work.open_item(asked, by=by, today=today)
    record(by, "desk.mend", division=subject.division, table=subject._meta.db_table, row=subject.pk)


def _remind(item: WorkItem, *, by: Actor, today: date) -> None:
    """A reminder from the person who looks at the board; the ladder itself goes on by its own clock."""
    require(by, WorkPermission.ASSIGN, at=item.division)
    with lending("work", Places.only([item.division])):
        values = {"step": "请尽快办理", "count": "1", "lines": f"{item.title}({item.due_on or item.next_on}到期)"}
        message = Message(
            template="escalation",
            division=item.division,
            staff_id=item.owner_id,
            values=values,
            url=f"/inbox/{item.id}",
            dedupe=f"remind:{item.id}:{today}",
        )
        if item.owner_id is None or not tell([message], today=today):
            raise Conflict("今天已经提醒过责任人。请直接联系他,或把事项移交给别人。")
    record(by, "desk.remind", division=item.division, table="work_workitem", row=item.id)
