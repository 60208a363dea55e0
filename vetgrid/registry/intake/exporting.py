"""Do: a list goes out as xlsx, masked unless the asker may see in clear, with a reason; streamed in bounded memory."""

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.tabular import Column, write_xlsx
from vetgrid.files.store import keep
from vetgrid.orgs.names import names_of
from vetgrid.registry import queries, rules
from vetgrid.registry.catalogue import FIELDS
from vetgrid.registry.intake.actions import XLSX
from vetgrid.registry.models import ExportRun, Person
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.registry.reading import show

COLUMNS = [
    Column(label, width)
    for label, width in (
        ("姓名", 10),
        ("性别", 6),
        ("出生日期", 14),
        ("年龄", 6),
        ("身份证号", 22),
        ("电话", 14),
        ("村(社区)", 22),
        ("状态", 10),
    )
]


@transaction.atomic
def ask(*, filters: dict[str, Any], is_masked: bool, reason: str, by: Actor, today: date) -> ExportRun:
    """申请导出: the worker makes the file. Unmasked needs the right to see masked values."""
    places = by.places(RegistryPermission.EXPORT)
    require(by, RegistryPermission.EXPORT)
    if len(reason.strip()) < 2:
        raise Invalid(fields={"reason": "请写明导出用途,例如“八一走访名单”。"})
    if not is_masked:
        require(by, RegistryPermission.UNMASK, at=places.low if len(places.intervals) == 1 else None)
    run = ExportRun(
        division=places.low,
        what="people",
        filters=filters,
        is_masked=is_masked,
        reason=reason.strip(),
        asked_by=by.id,
        asked_by_name=by.name,
        asked_at=now(),
    )
    run.save(force_insert=True)
    record(
        by,
        RegistryPermission.EXPORT,
        division=run.division,
        table="registry_exportrun",
        row=run.id,
        reason=reason.strip(),
        detail={"masked": is_masked},
    )
    return run


@transaction.atomic
def make(*, run_id: UUID, by: Actor, today: date) -> ExportRun:
    """Makes the file of one export; run again it makes it anew."""
    run = ExportRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None:
        raise NotFound()
    if run.state == ExportRun.State.DONE:
        raise Conflict("这次导出已经完成。")
    rows = queries.people(queries.PeopleFilter(**run.filters), seen_by=by, today=today)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        notes = [f"导出人:{by.name};用途:{run.reason};{'已脱敏' if run.is_masked else '含原文,请妥善保管'}"]
        run.total = run.done = write_xlsx(
            path, title="人员名单", columns=COLUMNS, rows=lines(rows, is_masked=run.is_masked, today=today), notes=notes
        )
        stored = keep(
            path.read_bytes(),
            name=f"人员名单-{today.isoformat()}.xlsx",
            media_type=XLSX,
            kind="export",
            division=run.division,
            by=by,
            today=today,
        )
    run.file, run.state = stored.id, ExportRun.State.DONE
    run.save(update_fields=["file", "state", "total", "done"])
    return run


def lines(rows: QuerySet[Person], *, is_masked: bool, today: date) -> Iterator[list[object]]:
    """The rows of the list, read with a cursor on the server, so that memory stays bounded."""
    names: dict[int, str] = {}
    sexes = codes("sex")
    for person in rows.iterator(chunk_size=2000):
        if person.division not in names:
            names |= names_of([person.division])
        yield [
            person.name,
            sexes.label(person.sex),
            person.born_on or "",
            rules.age_on(person.born_on, today=today) or "",
            show(FIELDS["identity.id_number"], person.id_number, clear=not is_masked),
            show(FIELDS["phone.number"], person.phone, clear=not is_masked),
            names[person.division],
            "退役军人" if person.is_veteran else "其他人员",
        ]
