"""Do: take in what city, province, bank and maker decided, file by file: once, whole or not at all, and no row is dropped."""

import json
import tempfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction

from vetgrid.audit.trail import record
from vetgrid.cards import policy
from vetgrid.cards.actions.acting import (
    Moving,
    county_of,
    county_station,
    finish,
    finish_card,
    item_for,
    person_of,
    tell_holder,
)
from vetgrid.cards.actions.deciding import refused, returned
from vetgrid.cards.models import Application, Batch, BatchLine, Card, StepFile, StepRow
from vetgrid.cards.permissions import CardsPermission
from vetgrid.cards.series import batch_number, card_codes
from vetgrid.cards.states import APPLICATION, CARD
from vetgrid.core.actor import Actor, require
from vetgrid.core.bulk import insert
from vetgrid.core.clock import now
from vetgrid.core.codes import codes
from vetgrid.core.crypto import blind, blinds
from vetgrid.core.dates import PartialDate
from vetgrid.core.errors import Conflict, Invalid, NotFound, Refused
from vetgrid.core.places import Level, ancestor
from vetgrid.core.sheets import Sheet, SheetError, SheetLimits, clean
from vetgrid.core.sheets import read as read_sheet
from vetgrid.files.store import digest_of
from vetgrid.work import actions as work

MAX_ROWS = 3000
_NEXT = {
    "city_pass": "等待省备案结果",
    "file": "等待银行审核结果",
    "bank_pass": "等待制卡清单",
    "make": "签收制卡批次",
}


class _Unmatched(Exception):
    """A row that cannot be applied; says why. Never leaves this module."""


@dataclass
class Line:
    """One row as understood."""

    row_no: int
    cells: dict[str, str]
    outcome: str = StepRow.Outcome.UNMATCHED
    sentence: str = ""
    application: UUID | None = None


@dataclass
class _Reading:
    """A file in the middle of being applied."""

    step: policy.Format
    by: Actor
    today: date
    county: int
    batches: dict[str, Batch] = field(default_factory=dict)


@transaction.atomic
def load(*, step: str, name: str, body: bytes, by: Actor, today: date) -> StepFile:
    """载入回执文件: the same bytes again give the first result; a row applied before counts as repeated."""
    known = policy.formats().get(step)
    if known is None:
        raise Invalid(fields={"step": "请选择文件种类。"})
    require(by, CardsPermission.INTAKE)
    county = ancestor(by.places(CardsPermission.INTAKE).low, Level.COUNTY)
    require(by, CardsPermission.INTAKE, at=county)
    digest = digest_of(body)
    with connection.cursor() as cursor:  # two uploads of one file at once: the second waits and finds the first
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7071))", [f"{county}{step}{digest}"])
    found = StepFile.objects.filter(division=county, step=step, digest=digest).first()
    if found is not None:
        return found
    lines = _lines(known, name, body)
    reading = _Reading(known, by, today, county)
    for line in lines:
        _apply(reading, line)
    return _kept(reading, lines, name, digest)


def _kept(reading: _Reading, lines: list[Line], name: str, digest: str) -> StepFile:
    outcomes = [line.outcome for line in lines]
    file = StepFile(
        division=reading.county,
        step=reading.step.key,
        name=name[:200],
        digest=digest,
        rows=len(lines),
        applied=outcomes.count(StepRow.Outcome.APPLIED),
        repeated=outcomes.count(StepRow.Outcome.REPEATED),
        unmatched=outcomes.count(StepRow.Outcome.UNMATCHED),
        loaded_at=now(),
        loaded_by_name=reading.by.name,
    )
    file.save(force_insert=True)
    insert(
        StepRow(
            file=file,
            division=file.division,
            row_no=line.row_no,
            key=line.cells.get("number", "")[:40],
            cells=json.dumps(line.cells, ensure_ascii=False),
            outcome=line.outcome,
            sentence=line.sentence[:300],
            application=line.application,
        )
        for line in lines
    )
    detail = {"step": file.step, "rows": file.rows, "applied": file.applied, "unmatched": file.unmatched}
    record(
        reading.by,
        CardsPermission.INTAKE,
        division=file.division,
        table="cards_stepfile",
        row=file.id,
        detail=detail,
    )
    return file


def _lines(step: policy.Format, name: str, body: bytes) -> list[Line]:
    """The sheet's rows by our own field names; a sheet without the needed columns is refused with what is missing."""
    ending = name.rpartition(".")[2].lower()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file.{ending if ending in ('xlsx', 'xls', 'csv', 'txt') else 'xlsx'}"
        path.write_bytes(body)
        words = [word for options in step.headers.values() for word in options]
        try:
            sheet = read_sheet(path, known_headers=words, limits=SheetLimits(rows=MAX_ROWS))
        except SheetError as error:
            if error.code != "no_header":
                raise
            wanted = "、".join(options[0] for options in step.headers.values())
            raise Invalid(
                fields={"file": f"表格缺少列。{step.label}需要:{wanted}。请核对文件种类是否选对。"}
            ) from error
    at = _columns(step, sheet)
    needed = {"outcome", "card" if "number" not in step.headers else "number"}
    absent = [step.headers[key][0] for key in needed if key not in at]
    if absent:
        raise Invalid(fields={"file": f"表格缺少列:{'、'.join(sorted(absent))}。请核对文件种类是否选对。"})
    return [
        Line(row.row_no, {key: clean(row.cells[index]) for key, index in at.items()})
        for row in sheet.rows
        if any(cell.strip() for cell in row.cells)
    ]


def _columns(step: policy.Format, sheet: Sheet) -> dict[str, int]:
    found = {}
    for key, options in step.headers.items():
        for option in options:
            if option in sheet.headers:
                found[key] = sheet.headers.index(option)
                break
    return found


def _apply(reading: _Reading, line: Line) -> None:
    """Applies one row in a savepoint; what is refused becomes a line to look into."""
    try:
        with transaction.atomic():
            if reading.step.key == "activation":
                _activate(reading, line)
            else:
                _advance(reading, line)
    except _Unmatched as reason:
        line.outcome, line.sentence = StepRow.Outcome.UNMATCHED, str(reason)
    except Refused as error:
        line.outcome, line.sentence = StepRow.Outcome.UNMATCHED, error.sentence


def _outcome(step: policy.Format, line: Line) -> str:
    text = line.cells.get("outcome", "")
    for key, words in step.words.items():
        if text in words:
            return key
    raise _Unmatched(f"结果“{text}”不认识,应为:{'、'.join(word for words in step.words.values() for word in words)}")


def _day(reading: _Reading, line: Line) -> date:
    text = line.cells.get("on", "")
    if not text:
        return reading.today
    try:
        day = PartialDate.parse(text.split(" ")[0])
    except ValueError as error:
        raise _Unmatched(f"日期“{text}”不认识") from error
    if len(day) != 10 or day.latest > reading.today:
        raise _Unmatched(f"日期“{text}”不完整或在今天以后")
    return day.latest


def _advance(reading: _Reading, line: Line) -> None:
    number = line.cells.get("number", "")
    rows = Application.objects.select_for_update(of=("self",)).filter(number=number)
    one = rows.select_related("station").first() if number else None
    if one is None or one.division not in county_of(reading.county):
        raise _Unmatched(f"没有编号为“{number}”的申请")
    line.application = one.id
    outcome, on = _outcome(reading.step, line), _day(reading, line)
    move = reading.step.moves.get(outcome, "")
    if one.state == APPLICATION.move(move).target or (outcome == "pass" and _is_past(one, move)):
        line.outcome = StepRow.Outcome.REPEATED
        return
    if one.state != reading.step.source:
        raise _Unmatched(
            f"申请现在是“{APPLICATION.label(one.state)}”,本文件应当对应“{APPLICATION.label(reading.step.source)}”的申请"
        )
    moving = Moving(one, move, one.state, reading.by, reading.today)
    note = line.cells.get("note", "")
    if outcome == "return":
        returned(moving, _reason(line, "card_return"), note or "见回执文件")
    elif outcome == "refuse":
        refused(moving, _reason(line, "card_refusal"), note or "见回执文件")
    else:
        _pass(reading, moving, line, on)
    line.outcome = StepRow.Outcome.APPLIED


def _is_past(one: Application, move: str) -> bool:
    """Whether the application has gone beyond this step already."""
    order = [key for key, _ in APPLICATION.states]
    target = APPLICATION.move(move).target
    return one.state in ("made", "done", *order[2:9]) and order.index(one.state) >= order.index(target)


def _reason(line: Line, table: str) -> str:
    code = codes(table).code_of(line.cells.get("reason", ""))
    if code is None:
        raise _Unmatched("退回或不通过须有原因代码,本行没有或不认识")
    return code


def _pass(reading: _Reading, moving: Moving, line: Line, on: date) -> None:
    one, by, today = moving.application, reading.by, reading.today
    fields: tuple[str, ...] = ()
    if moving.move == "make":
        _make(reading, one, line, on)
        one.made_on, fields = on, ("made_on",)
    item = item_for(one)
    if moving.move == "file":
        work.stop_clock(item, on=today, reason="省备案通过", by=by)
        one.filed_on, fields = on, ("filed_on",)
    work.refresh(item)
    next_on = max(today, item.due_on or today) if item.clock_state == "running" else today
    work.set_next(item, next_on=next_on, next_step=_NEXT[moving.move])
    if moving.move == "bank_pass":
        tell_holder("card_making", person_of(one), {"number": one.number}, division=one.division, today=today)
    finish(moving, note=f"{reading.step.label} {on:%Y-%m-%d}", fields=fields)


def _make(reading: _Reading, one: Application, line: Line, on: date) -> None:
    """制证: the card comes into being, on the list of the maker's parcel."""
    number = line.cells.get("card", "").replace(" ", "")
    if not (number.isdigit() and 12 <= len(number) <= 20):
        raise _Unmatched("卡号应为12至20位数字")
    if Card.objects.filter(number_index__in=blinds(number, "card")).exists():
        raise _Unmatched("卡号已经属于另一张证卡")
    batch = _batch(reading, line.cells.get("parcel", ""), on)
    card = Card(
        division=one.division,
        code=card_codes(one.division, on.year, 1)[0],
        application=one,
        person_id=one.person_id,
        holder=one.name,
        number=number,
        number_index=blind(number, "card"),
        kind=one.kind,
        bank=one.bank,
        is_reissue=one.purpose == Application.Purpose.REPLACEMENT,
        replaces_id=one.old_card_id,
        state=CARD.start,
        stage_on=reading.today,
        made_on=on,
    )
    card.save(force_insert=True)
    BatchLine(
        batch=batch, division=batch.division, card=card, code=card.code, holder=card.holder, place=card.division
    ).save(force_insert=True)
    batch.sent_count += 1
    batch.save(update_fields=["sent_count"])


def _batch(reading: _Reading, parcel: str, on: date) -> Batch:
    """The open batch of this parcel, or a new one; a parcel that was closed is not opened again."""
    if parcel not in reading.batches:
        county = reading.county
        found = (
            Batch.objects.select_for_update()
            .filter(division=county, leg=Batch.Leg.MAKER, parcel=parcel, closed_on=None)
            .order_by("-sent_on")
            .first()
        )
        if found is None:
            found = Batch(
                division=county,
                origin=county,
                number=batch_number(county, on.year),
                leg=Batch.Leg.MAKER,
                station=county_station(county),
                parcel=parcel[:60],
                sent_on=on,
                sent_by_name="制卡单位",
            )
            found.save(force_insert=True)
        reading.batches[parcel] = found
    return reading.batches[parcel]


def _activate(reading: _Reading, line: Line) -> None:
    number = line.cells.get("card", "").replace(" ", "")
    rows = Card.objects.select_for_update(of=("self",)).filter(number_index__in=blinds(number, "card"))
    card = rows.first() if number else None
    if card is None:
        raise _Unmatched("没有这个卡号的证卡")
    line.application = card.application_id
    _outcome(reading.step, line)
    on = _day(reading, line)
    if card.activated_on is not None:
        line.outcome = StepRow.Outcome.REPEATED
        return
    if card.state != "issued":
        raise _Unmatched(f"证卡现在是“{CARD.label(card.state)}”,不能激活")
    card.activated_on = on
    finish_card(card, "activate", by=reading.by, today=reading.today, fields=("activated_on",))
    line.outcome = StepRow.Outcome.APPLIED


@transaction.atomic
def settle(*, row_id: UUID, note: str, by: Actor, today: date) -> StepRow:
    """待查行已核: somebody looked into an unmatched row and says what came of it."""
    row = StepRow.objects.select_for_update(of=("self",)).filter(pk=row_id).first()
    if row is None:
        raise NotFound("没有找到这一行。")
    require(by, CardsPermission.INTAKE, at=row.division)
    if row.outcome != StepRow.Outcome.UNMATCHED or row.settled_on is not None:
        raise Conflict("这一行不需要核对,或已经核对过。")
    if not note.strip():
        raise Invalid(fields={"note": "请写明核对的结果。"})
    row.settled_on, row.settled_note, row.settled_by_name = today, note.strip()[:200], by.name
    row.save(update_fields=["settled_on", "settled_note", "settled_by_name"])
    record(by, "cards.settle", division=row.division, table="cards_steprow", row=row.id, reason=note)
    return row
