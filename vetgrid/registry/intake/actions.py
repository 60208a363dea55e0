"""Do: an import from upload to done, each step once; the load itself is one transaction, all or nothing."""

import json
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction

from vetgrid.audit.trail import record
from vetgrid.core import bulk
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.ids import new_id
from vetgrid.core.sheets import SheetError, clean, read
from vetgrid.core.tabular import Column, write_xlsx
from vetgrid.files.models import StoredFile
from vetgrid.files.store import content, digest_of, keep
from vetgrid.registry.catalogue import FIELDS
from vetgrid.registry.intake import loading, mapping
from vetgrid.registry.intake.checking import Checked, Checker
from vetgrid.registry.models import ImportBatch, ImportRow
from vetgrid.registry.permissions import RegistryPermission

State = ImportBatch.State
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_REMARK = "错误说明"


@transaction.atomic
def upload(*, body: bytes, name: str, division: int, corrects: UUID | None, by: Actor, today: date) -> ImportBatch:
    """上传: keeps the file and opens a batch; reading it is the worker's work."""
    require(by, RegistryPermission.IMPORT, at=division)
    if not body:
        raise Invalid(fields={"file": "文件是空的,请重新选择。"})
    stored = keep(
        body, name=name, media_type="application/octet-stream", kind="import", division=division, by=by, today=today
    )
    batch = ImportBatch(
        division=division,
        file=stored.id,
        file_name=name[:200],
        file_digest=digest_of(body),
        corrects_id=corrects,
        made_by=by.id,
        made_by_name=by.name,
        made_at=now(),
        state=State.READING,
    )
    batch.save(force_insert=True)
    record(
        by, RegistryPermission.IMPORT, division=division, table="registry_importbatch", row=batch.id, reason=name[:200]
    )
    return batch


@transaction.atomic
def read_sheet(*, batch_id: UUID, by: Actor) -> ImportBatch:
    """Reads the file into sealed rows and suggests the columns. A file that cannot be read ends the batch with a sentence."""
    batch = _locked(batch_id, State.READING)
    _, body = content(batch.file)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet"
        path.write_bytes(body)
        try:
            sheet = read(path, known_headers=mapping.known_headers())
        except SheetError as error:
            return _set(batch, State.FAILED, error=error.sentence, finished_at=now())
    remark = next((at for at, header in enumerate(sheet.headers) if header == _REMARK), None)
    ImportRow.objects.filter(batch=batch).delete()
    bulk.insert(
        ImportRow(
            id=new_id(),
            batch=batch,
            division=batch.division,
            row_no=row.row_no,
            cells=_packed([clean(cell) for cell in row.cells], row.problems),
        )
        for row in sheet.rows
    )
    suggested = mapping.suggest(sheet.headers, division=batch.division)
    if remark is not None:
        suggested[str(remark)] = ""
    batch.headers, batch.mapping, batch.total = sheet.headers, suggested, len(sheet.rows)
    if not sheet.rows:
        return _set(batch, State.FAILED, error="表头下面没有数据行。请确认数据在第一个工作表里。", finished_at=now())
    return _set(batch, State.MAPPING, headers=batch.headers, mapping=batch.mapping, total=batch.total)


def _packed(cells: list[str], problems: dict[int, str]) -> str:
    return json.dumps([cells, problems], ensure_ascii=False)


def unpacked(row: ImportRow) -> tuple[list[str], dict[int, str]]:
    """The cells and the problems found while reading."""
    cells, problems = json.loads(row.cells.reveal())
    return cells, {int(at): sentence for at, sentence in problems.items()}


@transaction.atomic
def choose_columns(*, batch_id: UUID, chosen: dict[str, str], by: Actor, today: date) -> ImportBatch:
    """对应列: remembered for the next sheet with the same headers; checking is the worker's work."""
    batch = _locked(batch_id, State.MAPPING, State.CHECKED)
    require(by, RegistryPermission.IMPORT, at=batch.division)
    columns = {str(at): chosen.get(str(at), "") for at in range(len(batch.headers))}
    used = [key for key in columns.values() if key]
    wrong = [key for key in used if key not in FIELDS and key != mapping.PLACE]
    if wrong or len(used) != len(set(used)):
        raise Invalid("同一项内容不能对应两列,请检查列对应。")
    if "identity.name" not in used:
        raise Invalid("请指定哪一列是姓名。")
    mapping.remember(batch.headers, columns, division=batch.division)
    return _set(batch, State.CHECKING, mapping=columns, done=0)


@transaction.atomic
def check(*, batch_id: UUID, by: Actor, today: date) -> ImportBatch:
    """检查: every row gets its outcome; nothing is written to the registry (a dry run)."""
    batch = _locked(batch_id, State.CHECKING)
    checker = Checker(division=batch.division, mapping=batch.mapping, by=by, today=today)
    rows = {row.row_no: row for row in ImportRow.objects.filter(batch=batch).order_by("row_no")}
    counts: dict[str, int] = {}
    for checked in checker.check_all((number, *unpacked(row)) for number, row in rows.items()):
        row = rows[checked.row_no]
        row.outcome, row.errors, row.person_id = checked.outcome, checked.errors, checked.person_id
        row.is_chosen = checked.outcome != ImportRow.Outcome.BAD
        counts[checked.outcome] = counts.get(checked.outcome, 0) + 1
    bulk.update(rows.values(), ["outcome", "errors", "person_id", "is_chosen"])
    bad = counts.get(ImportRow.Outcome.BAD, 0)
    return _set(batch, State.CHECKED, done=len(rows), bad=bad, good=len(rows) - bad)


@transaction.atomic
def start_loading(*, batch_id: UUID, by: Actor, today: date) -> ImportBatch:
    """开始导入: the good rows; the bad ones stay to be corrected."""
    batch = _locked(batch_id, State.CHECKED)
    require(by, RegistryPermission.IMPORT, at=batch.division)
    if not batch.good:
        raise Conflict("没有可以导入的行。请下载有错误的行,改正后重新上传。")
    return _set(batch, State.LOADING, done=0)


@transaction.atomic
def load(*, batch_id: UUID, by: Actor, today: date) -> ImportBatch:
    """导入: all chosen rows in one transaction; run again after a crash it starts from nothing, so nothing is half-written."""
    batch = _locked(batch_id, State.LOADING)
    require(by, RegistryPermission.IMPORT, at=batch.division)
    checker = Checker(division=batch.division, mapping=batch.mapping, by=by, today=today)
    chosen = (
        ImportRow.objects.filter(batch=batch, is_chosen=True).exclude(outcome=ImportRow.Outcome.BAD).order_by("row_no")
    )
    groups: dict[str, list[Checked]] = {}
    for checked in checker.check_all((row.row_no, *unpacked(row)) for row in chosen):
        groups.setdefault(checked.outcome, []).append(checked)
    created = loading.load_new(groups.get("new", []), batch=batch.id, by=by, today=today, told=_teller(batch.id))
    updated = loading.load_known(groups.get("update", []), batch=batch.id, by=by, today=today)
    chosen.update(outcome=ImportRow.Outcome.LOADED)
    record(
        by,
        RegistryPermission.IMPORT,
        division=batch.division,
        table="registry_importbatch",
        row=batch.id,
        detail={"created": created, "updated": updated},
    )
    return _set(
        batch,
        State.DONE,
        created_count=created,
        updated_count=updated,
        unchanged_count=len(groups.get("same", [])),
        done=batch.good,
        finished_at=now(),
    )


def _teller(batch_id: UUID) -> Callable[[int], None]:
    """Says how far the load is, over a connection of its own: the load's own transaction is invisible until it ends."""

    def tell(done: int) -> None:
        beside = connection.copy()
        try:
            with beside.cursor() as cursor:
                cursor.execute("SELECT registry_import_progress(%s, %s)", [batch_id, done])
        finally:
            beside.close()

    return tell


@transaction.atomic
def discard(*, batch_id: UUID, by: Actor, today: date) -> ImportBatch:
    """放弃: the rows are removed; the batch stays as a record."""
    batch = _locked(batch_id, State.MAPPING, State.CHECKED, State.FAILED)
    require(by, RegistryPermission.IMPORT, at=batch.division)
    ImportRow.objects.filter(batch=batch).delete()
    record(by, "registry.import_discard", division=batch.division, table="registry_importbatch", row=batch.id)
    return _set(batch, State.DISCARDED, finished_at=now())


@transaction.atomic
def rejected_rows(*, batch_id: UUID, by: Actor, today: date) -> StoredFile:
    """错误行文件: the rejected rows as they came, with a column that says what is wrong; to correct and load again."""
    batch = ImportBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise NotFound()
    require(by, RegistryPermission.IMPORT, at=batch.division)
    kept = [at for at, header in enumerate(batch.headers) if header != _REMARK]
    rows = ImportRow.objects.filter(batch=batch, outcome=ImportRow.Outcome.BAD).order_by("row_no")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rejected.xlsx"
        columns = [*(Column(batch.headers[at], 18) for at in kept), Column(_REMARK, 60)]
        write_xlsx(path, title="需要改正的行", columns=columns, rows=_rejected(rows.iterator(chunk_size=2000), kept))
        body = path.read_bytes()
    record(by, "registry.import_rejected", division=batch.division, table="registry_importbatch", row=batch.id)
    return keep(
        body,
        name=f"需要改正的行-{batch.file_name}.xlsx",
        media_type=XLSX,
        kind="rejected",
        division=batch.division,
        by=by,
        today=today,
    )


def _rejected(rows: Iterator[ImportRow], kept: list[int]) -> Iterator[list[str]]:
    for row in rows:
        cells, _ = unpacked(row)
        yield [*(cells[at] if at < len(cells) else "" for at in kept), "".join(row.errors.values())]


def _locked(batch_id: UUID, *states: str) -> ImportBatch:
    batch = ImportBatch.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None:
        raise NotFound("没有找到这个导入批次。")
    if batch.state not in states:
        raise Conflict(f"这个导入批次现在是“{batch.get_state_display()}”,不能进行这一步。请刷新页面。")
    return batch


def _set(batch: ImportBatch, state: str, **values: object) -> ImportBatch:
    for name, value in values.items():
        setattr(batch, name, value)
    batch.state = state
    batch.save(update_fields=["state", *values])
    return batch
