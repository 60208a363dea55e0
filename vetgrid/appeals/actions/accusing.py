"""Do: take down an accusation and hand it to the discipline channel at once; handle it there, out of the accused's sight."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from vetgrid.appeals.actions.registering import open_station
from vetgrid.appeals.kinds import ACCUSATION
from vetgrid.appeals.models import Accusation, AccusationStep, Appeal
from vetgrid.appeals.permissions import AccusationsPermission, AppealsPermission
from vetgrid.appeals.rules import MAX_TEXT
from vetgrid.appeals.series import yearly
from vetgrid.appeals.states import ACCUSATION as FLOW
from vetgrid.audit.trail import NOWHERE, record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.scope import confiding, lending
from vetgrid.orgs.models import Post, Staff, Station
from vetgrid.work import actions as work
from vetgrid.work.models import WorkItem


@dataclass(frozen=True)
class Charge:
    """Who is accused of what, by whom. The accused may be a colleague (`accused_id`), a unit, or just a name."""

    text: str
    channel: str
    received_on: date
    accused_name: str = ""
    accused_id: UUID | None = None
    accused_station_id: UUID | None = None
    accuser: str = ""
    is_anonymous: bool = False


@transaction.atomic
def accuse(asked: Charge, *, station_id: UUID, by: Actor, today: date) -> str:
    """登记检举控告: leaves nothing at the station; returns the number for the receipt."""
    station = open_station(station_id)
    require(by, AppealsPermission.REGISTER, at=station.division)
    _check(asked, today=today)
    county = ancestor(station.division, Level.COUNTY)
    accused, unit = _accused(asked)
    row = Accusation(
        division=county,
        number=yearly(station.division, "accusation", asked.received_on.year),
        channel=asked.channel,
        text=asked.text.strip(),
        accused_name=asked.accused_name.strip() or (accused.name if accused else None) or (unit.name if unit else None),
        accused=accused,
        accused_station=unit,
        accuser=None if asked.is_anonymous else asked.accuser.strip() or None,
        is_anonymous=asked.is_anonymous,
        received_on=asked.received_on,
        registered_at=now(),
    )
    owner, deputy = _discipline_officers(county, but=accused, unit=unit)
    with lending("accusations", Places.only([county])), confiding():
        row.save(force_insert=True)
        _step(row, "receive", note="", by=by, today=today, first=True)
        _open(
            row,
            owner,
            deputy,
            next_on=min(today + timedelta(days=3), asked.received_on + timedelta(days=60)),
            by=by,
            today=today,
        )
    record(by, "accusations.receive", division=NOWHERE, table="appeals_accusation", row=row.id)
    return row.number


def _check(asked: Charge, *, today: date) -> None:
    found = {}
    if not asked.text.strip():
        found["text"] = "请写明检举控告的内容。"
    elif len(asked.text) > MAX_TEXT:
        found["text"] = f"内容太长({len(asked.text)}字),最多{MAX_TEXT}字。"
    if not (asked.accused_name.strip() or asked.accused_id or asked.accused_station_id):
        found["accused_name"] = "请填写被检举的人或单位。"
    if asked.received_on > today:
        found["received_on"] = "收到日期不能晚于今天,请核对。"
    if asked.channel not in Appeal.Channel.values:
        found["channel"] = "请选择反映渠道。"
    if found:
        raise Invalid(fields=found)


def _accused(asked: Charge) -> tuple[Staff | None, Station | None]:
    """The accused colleague and unit. Naming a colleague names the station of their open post as the unit."""
    with lending("orgs", Places.of([0])):
        accused = Staff.objects.filter(pk=asked.accused_id).first() if asked.accused_id else None
        unit = Station.objects.filter(pk=asked.accused_station_id).first() if asked.accused_station_id else None
        if accused is not None and unit is None:
            post = Post.objects.filter(staff=accused, station__isnull=False).order_by("to_on", "-from_on").first()
            unit = post.station if post else None
    return accused, unit


def _discipline_officers(county: int, *, but: Staff | None, unit: Station | None) -> tuple[UUID, UUID | None]:
    """Owner and deputy of an accusation: officers of the discipline group, never the accused nor somebody of the unit."""
    with lending("orgs", Places.only([county])):
        has_centre = Station.objects.filter(division=county, kind=Station.Kind.CITY, closed_on=None).exists()
        posts = Post.objects.filter(division=county, kind=Post.Kind.DISCIPLINE, to_on=None, staff__ended_on=None)
        posts = posts.exclude(staff=but) if but else posts
        posts = posts.exclude(station=unit) if unit else posts
        officers = list(dict.fromkeys(posts.order_by("from_on", "id").values_list("staff_id", flat=True)))
    if not has_centre or not officers:
        raise Conflict(
            "还没有可以受理的纪检监察联络员(须与被检举人及其单位无关),没有登记。请直接向纪检监察机关反映,或请安全管理员先设立联络员。"
        )
    return officers[0], officers[1] if len(officers) > 1 else None


def _step(row: Accusation, move: str, *, note: str, by: Actor, today: date, first: bool = False) -> None:
    AccusationStep(
        accusation=row,
        division=row.division,
        move=move,
        to_state=row.state,
        on=today,
        at=now(),
        by=by.id,
        by_name=by.name if not first else "登记窗口",
        note=note.strip() or None,
    ).save(force_insert=True)


@transaction.atomic
def take_over(*, accusation_id: UUID, by: Actor, today: date) -> None:
    """接办: an officer who is not concerned becomes the owner where the one before has gone, or where the item itself is missing."""
    row = Accusation.objects.select_for_update(of=("self",)).filter(pk=accusation_id).first()
    if row is None:
        raise NotFound()
    require(by, AccusationsPermission.HANDLE, at=row.division)
    if by.staff_id is None:
        raise Conflict("只有纪检监察联络员本人可以接办。请用联络员的账号登录后办理。")
    with confiding(), lending("work", Places.only([row.division])):
        item = WorkItem.objects.select_for_update(of=("self",)).filter(subject_id=row.id, closed_on=None).first()
        if item is None:
            _open(row, by.staff_id, None, next_on=today, by=by, today=today)
        else:
            work.give(item, by.staff_id)
            if item.next_on is None:
                work.set_next(item, next_on=today, next_step="核实情况,继续办理")
    _step(row, "take_over", note="", by=by, today=today)
    record(by, "accusations.take_over", division=NOWHERE, table="appeals_accusation", row=row.id)


def _open(row: Accusation, owner: UUID, deputy: UUID | None, *, next_on: date, by: Actor, today: date) -> None:
    with lending("orgs", Places.only([row.division])):
        centre = Station.objects.get(division=row.division, kind=Station.Kind.CITY, closed_on=None)
    asked = work.Opening(
        kind=ACCUSATION.key,
        subject_id=row.id,
        title=f"{row.number}(保密)",
        station=centre,
        owner_id=owner,
        deputy_id=deputy,
        next_on=next_on,
        next_step="审核是否受理",
        limit="accusation",
        started_on=row.received_on,
        is_confidential=True,
    )
    work.open_item(asked, by=by, today=today)


@transaction.atomic
def handle(
    *, accusation_id: UUID, move: str, note: str, by: Actor, today: date, version: int | None = None
) -> Accusation:
    """办理: take, send on to the discipline organ, or feed back."""
    row = Accusation.objects.select_for_update(of=("self",)).filter(pk=accusation_id).first()
    if row is None:
        raise NotFound()
    require(by, AccusationsPermission.HANDLE, at=row.division)
    after = FLOW.after(row.state, move)
    if version is not None and version != row.version:
        raise Conflict("这件检举控告刚刚有新的办理情况,您的操作没有保存。请刷新后再办理。")
    if not note.strip():
        raise Invalid(fields={"note": "请写明办理说明。"})
    row.state, row.version = after, row.version + 1
    with confiding():
        item = work.item_of(ACCUSATION.key, row.id)
        if move == "feed_back":
            row.result, row.done_on = note.strip(), today
            work.close_item(item, outcome="已反馈", by=by, today=today)
        else:
            work.set_next(item, next_on=today + timedelta(days=15), next_step="跟踪办理进展")
    row.save(update_fields=["state", "version", "result", "done_on"])
    _step(row, move, note=note, by=by, today=today)
    record(by, f"accusations.{move}", division=NOWHERE, table="appeals_accusation", row=row.id)
    return row
