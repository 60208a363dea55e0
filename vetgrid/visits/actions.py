"""Do: record a visit, once however often the phone sends it; and answer with both sides when the file changed meanwhile."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import CHINA, now
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.files.store import claim
from vetgrid.registry.models import Person
from vetgrid.visits.models import Visit
from vetgrid.visits.permissions import VisitsPermission


@dataclass(frozen=True)
class VisitText:
    """A visit as the phone has it."""

    client_id: UUID
    person_id: UUID
    visited_at: datetime
    way: str
    text: str
    needs: Sequence[str]
    base_version: int
    location: str = ""
    upload_ids: Sequence[UUID] = field(default=())

    @property
    def digest(self) -> str:
        """Of what was said and seen; not of the version, which a repeated sending after a conflict brings anew."""
        parts: list[Any] = [str(self.person_id), self.visited_at.isoformat(), self.way, self.text, sorted(self.needs)]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class FileChanged(Conflict):
    """The person's file is another than the visitor had: nothing was written, both sides are shown."""

    code = "file_changed"

    def __init__(self, person: Person) -> None:
        super().__init__("这份档案在您走访期间有更新。请对照两边的内容,核对后再提交。", code=self.code)
        self.person = person


@transaction.atomic
def record_visit(asked: VisitText, *, by: Actor, today: date) -> tuple[Visit, bool]:
    """登记走访: the visit and whether it is new. The right is asked now, not when the visit was typed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(asked.client_id)])
    person = Person.objects.filter(pk=asked.person_id, merged_into=None).first()
    if person is None:
        raise NotFound("没有找到这个人的档案。他可能已迁出,或不再由您负责。走访内容仍在手机里,请联系服务站。")
    require(by, VisitsPermission.RECORD, at=person.division)
    known = Visit.objects.filter(client_id=asked.client_id).first()
    if known is not None:
        if known.digest != asked.digest or known.recorded_by != by.id:
            raise Conflict("这次走访已经提交过,而内容不同,没有再次保存。请另记一次走访。", code="visit_differs")
        return known, False
    _check(asked)
    if asked.base_version != person.version:
        raise FileChanged(person)
    files = claim(asked.upload_ids, kind="proof", division=person.division, by=by)
    visit = Visit(
        client_id=asked.client_id,
        digest=asked.digest,
        person=person,
        division=person.division,
        staff_id=by.staff_id,
        visited_at=asked.visited_at,
        way=asked.way,
        text=asked.text.strip() or None,
        needs=sorted(set(asked.needs)),
        location=asked.location.strip() or None,
        files=[str(key) for key in files],
        base_version=asked.base_version,
        recorded_by=by.id,
        recorded_by_name=by.name,
        recorded_at=now(),
    )
    visit.save(force_insert=True)
    record(
        by,
        VisitsPermission.RECORD,
        division=person.division,
        table="visits_visit",
        row=visit.id,
        person=person.id,
    )
    return visit, True


def _check(asked: VisitText) -> None:
    found = {}
    if asked.way not in Visit.Way.values:
        found["way"] = "请选择走访方式。"
    if len(asked.text) > 2000:
        found["text"] = "走访内容最多2000字。"
    if set(asked.needs) - {entry.code for entry in codes("visit_need").codes}:
        found["needs"] = "有不认识的需求种类,请重新选择。"
    moment = asked.visited_at.astimezone(CHINA) if asked.visited_at.tzinfo else asked.visited_at.replace(tzinfo=CHINA)
    if not now() - timedelta(days=366) <= moment <= now() + timedelta(days=1):
        found["visited_at"] = "走访时间应在过去一年以内。"
    if found:
        raise Invalid(fields=found)
