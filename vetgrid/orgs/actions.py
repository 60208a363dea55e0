"""Do: divisions and stations change with their history kept; staff come, hold posts, and leave; days are published."""

import calendar
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.codes import codes
from vetgrid.core.crypto import blind
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.events import announce
from vetgrid.core.pinyin import spell
from vetgrid.core.places import Level, level_of
from vetgrid.orgs.divisions_file import station_name
from vetgrid.orgs.events import DivisionMerged
from vetgrid.orgs.models import (
    CalendarException,
    Division,
    DivisionChange,
    FiveHave,
    NoticeBoard,
    Place,
    Post,
    ReceptionDay,
    Staff,
    Station,
    StationHonour,
)
from vetgrid.orgs.permissions import OrgsPermission
from vetgrid.orgs.rules import STATION_LEVELS

Row = TypeVar("Row", bound=Model)

STATION_FACTS: dict[str, tuple[type[FiveHave | Place | NoticeBoard | StationHonour], str, str]] = {
    "five-haves": (FiveHave, "five_haves", "五有"),
    "places": (Place, "place_kind", "场所"),
    "notice-boards": (NoticeBoard, "", "宣传栏"),
    "honours": (StationHonour, "station_honour", "荣誉"),
}


def _found(model: type[Row], key: object) -> Row:
    row = model._default_manager.select_for_update().filter(pk=key).first()
    if row is None:
        raise NotFound()
    return row


# --- divisions -------------------------------------------------------------------------------------------------------


@transaction.atomic
def rename_division(*, code: int, name: str, document: str, by: Actor, today: date) -> Division:
    """区划更名: its station is renamed along."""
    division = _found(Division, code)
    require(by, OrgsPermission.RESTRUCTURE, at=code)
    if not name.strip() or name.strip() == division.name:
        raise Invalid(fields={"name": "请填写新的名称。"})
    _change(DivisionChange.Kind.RENAMED, division, today, new_name=name.strip(), document=document, by=by)
    for station in Station.objects.filter(division=code, closed_on=None).exclude(kind=Station.Kind.UNIVERSITY):
        station.name = station_name(name.strip(), level_of(code))
        station.save(update_fields=["name"])
    division.name = name.strip()
    division.save(update_fields=["name"])
    return division


@transaction.atomic
def merge_division(*, code: int, into: int, document: str, by: Actor, today: date) -> Division:
    """区划合并: the old one closes with its station; posts end and open again in the new one; people follow by reaction."""
    division, target = _found(Division, code), _found(Division, into)
    require(by, OrgsPermission.RESTRUCTURE, at=code)
    require(by, OrgsPermission.RESTRUCTURE, at=into)
    if code == into or division.level != target.level or target.closed_on is not None:
        raise Invalid(fields={"into": "请选择同一级别、仍在使用的另一个区划。"})
    if division.closed_on is not None:
        raise Conflict("这个区划已经撤销。")
    if division.level != Level.VILLAGE:
        raise Conflict("镇(街道)合并前,请先把下属村(社区)逐一并入新的镇(街道)。")
    _change(DivisionChange.Kind.MERGED, division, today, new_name=target.name, into=str(into), document=document, by=by)
    station = Station.objects.filter(division=into, closed_on=None, kind=Station.Kind.VILLAGE).first()
    for post in Post.objects.filter(division=code, to_on=None):
        if not Post.objects.filter(staff=post.staff, division=into, kind=post.kind, to_on=None).exists():
            Post(staff=post.staff, division=into, station=station, kind=post.kind, from_on=today).save(
                force_insert=True
            )
    announce(DivisionMerged(code, into), by=by, today=today)
    Post.objects.filter(division=code, to_on=None).update(to_on=today)
    Station.objects.filter(division=code, closed_on=None).update(closed_on=today, successor=station)
    division.closed_on, division.successor = today, target
    division.save(update_fields=["closed_on", "successor"])
    return division


def _change(
    kind: str, division: Division, today: date, *, new_name: str, document: str, by: Actor, into: str = ""
) -> None:
    if not document.strip():
        raise Invalid(fields={"document": "请填写批准文件的名称和文号。"})
    change = DivisionChange(
        division=division.code,
        kind=kind,
        subject="division",
        subject_id=str(division.code),
        on=today,
        old_name=division.name,
        new_name=new_name,
        into=into,
        document=document.strip(),
    )
    change.save(force_insert=True)
    record(
        by,
        OrgsPermission.RESTRUCTURE,
        division=division.code,
        table="orgs_division",
        row=str(division.code),
        reason=document,
    )


# --- stations ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def open_station(*, division: int, kind: str, name: str, by: Actor, today: date) -> Station:
    """设立服务站: one of each kind at a place; university stations as many as there are."""
    require(by, OrgsPermission.RESTRUCTURE, at=division)
    if not name.strip():
        raise Invalid(fields={"name": "请填写服务站名称。"})
    if kind in STATION_LEVELS and STATION_LEVELS[kind] != level_of(division):
        raise Invalid(fields={"kind": "服务站的种类与区划的级别不符。"})
    if kind in STATION_LEVELS and Station.objects.filter(division=division, kind=kind, closed_on=None).exists():
        raise Conflict("这里已有一个在用的服务站。")
    station = Station(division=division, kind=kind, name=name.strip(), opened_on=today)
    station.save(force_insert=True)
    _station_change(DivisionChange.Kind.OPENED, station, today, by=by)
    return station


@transaction.atomic
def close_station(*, station_id: UUID, document: str, by: Actor, today: date) -> Station:
    """撤销服务站: its posts end; everything stays readable."""
    station = _found(Station, station_id)
    require(by, OrgsPermission.RESTRUCTURE, at=station.division)
    if station.closed_on is not None:
        raise Conflict("这个服务站已经撤销。")
    Post.objects.filter(station=station, to_on=None).update(to_on=today)
    station.closed_on = today
    station.save(update_fields=["closed_on"])
    _station_change(DivisionChange.Kind.CLOSED, station, today, document=document, by=by)
    return station


@transaction.atomic
def edit_station(
    *, station_id: UUID, name: str, address: str, phone: str, hours: str, version: int, by: Actor, today: date
) -> Station:
    """修改服务站信息: a new name goes to the history."""
    station = _found(Station, station_id)
    require(by, OrgsPermission.EDIT, at=station.division)
    if station.version != version:
        raise Conflict("服务站信息刚被他人修改过,您的内容没有保存。请刷新后重新填写。")
    if name.strip() != station.name:
        _station_change(DivisionChange.Kind.RENAMED, station, today, new_name=name.strip(), by=by)
    station.name, station.address, station.phone, station.hours = (
        name.strip(),
        address.strip(),
        phone.strip(),
        hours.strip(),
    )
    station.version += 1
    station.save(update_fields=["name", "address", "phone", "hours", "version"])
    record(by, OrgsPermission.EDIT, division=station.division, table="orgs_station", row=station.id)
    return station


def _station_change(
    kind: str, station: Station, today: date, *, by: Actor, new_name: str = "", document: str = ""
) -> None:
    change = DivisionChange(
        division=station.division,
        kind=kind,
        subject="station",
        subject_id=str(station.id),
        on=today,
        old_name=station.name,
        new_name=new_name,
        document=document.strip(),
    )
    change.save(force_insert=True)
    record(by, f"orgs.station_{kind}", division=station.division, table="orgs_station", row=station.id, reason=document)


@transaction.atomic
def add_station_fact(
    *, station_id: UUID, what: str, code: str, from_on: date, note: str, by: Actor, today: date
) -> None:
    """登记五有、场所、宣传栏或荣誉: dated, never overwritten."""
    station = _found(Station, station_id)
    require(by, OrgsPermission.EDIT, at=station.division)
    model, table, label = _kind_of_fact(what)
    code = code or "board"
    if table and code not in codes(table):
        raise Invalid(fields={"code": f"请从列表中选择{label}。"})
    if from_on > today:
        raise Invalid(fields={"from_on": "日期不能晚于今天。"})
    if what != "honours" and model._default_manager.filter(station=station, code=code, to_on=None).exists():
        raise Conflict(f"这一项{label}已经登记。")
    fact = model(station=station, division=station.division, code=code, from_on=from_on, note=note.strip())
    fact.save(force_insert=True)
    record(by, OrgsPermission.EDIT, division=station.division, table=model._meta.db_table, row=fact.id)


@transaction.atomic
def end_station_fact(*, what: str, fact_id: UUID, by: Actor, today: date) -> UUID:
    """终止: the fact no longer holds from today on; returns the station's id."""
    model, _, _ = _kind_of_fact(what)
    fact = _found(model, fact_id)
    require(by, OrgsPermission.EDIT, at=fact.division)
    if fact.to_on is not None:
        raise Conflict("这一项已经终止。")
    fact.to_on = max(today, fact.from_on)
    fact.save(update_fields=["to_on"])
    record(by, OrgsPermission.EDIT, division=fact.division, table=model._meta.db_table, row=fact.id)
    return fact.station_id


def _kind_of_fact(what: str) -> tuple[type[FiveHave | Place | NoticeBoard | StationHonour], str, str]:
    if what not in STATION_FACTS:
        raise NotFound()
    return STATION_FACTS[what]


# --- staff -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_staff(*, division: int, name: str, phone: str, started_on: date, post: str, by: Actor, today: date) -> Staff:
    """登记工作人员: with the first post."""
    require(by, OrgsPermission.EDIT, at=division)
    if not name.strip():
        raise Invalid(fields={"name": "请填写姓名。"})
    digits = phone.strip()
    if digits and not (digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 12):
        raise Invalid(fields={"phone": "电话请填写7至12位数字。"})
    staff = Staff(
        division=division,
        name=name.strip(),
        name_pinyin=spell(name.strip())[0],
        phone=digits or None,
        phone_index=blind(digits, "phone"),
        started_on=started_on,
    )
    staff.save(force_insert=True)
    give_post(staff_id=staff.id, division=division, kind=post, from_on=started_on, by=by, today=today)
    record(by, OrgsPermission.EDIT, division=division, table="orgs_staff", row=staff.id)
    return staff


@transaction.atomic
def give_post(*, staff_id: UUID, division: int, kind: str, from_on: date, by: Actor, today: date) -> Post:
    """任命岗位: at a place of any level within reach; the station of that place is noted where there is one."""
    staff = _found(Staff, staff_id)
    require(by, OrgsPermission.EDIT, at=division)
    if staff.ended_on is not None:
        raise Conflict("这个人已经离岗。")
    if kind not in Post.Kind.values:
        raise Invalid(fields={"kind": "请选择岗位。"})
    if Post.objects.filter(staff=staff, division=division, kind=kind, to_on=None).exists():
        raise Conflict("这个人在这里已有这个岗位。")
    station = Station.objects.filter(division=division, closed_on=None).exclude(kind=Station.Kind.UNIVERSITY).first()
    post = Post(staff=staff, division=division, station=station, kind=kind, from_on=from_on)
    post.save(force_insert=True)
    record(by, OrgsPermission.EDIT, division=division, table="orgs_post", row=post.id)
    return post


@transaction.atomic
def end_post(*, post_id: UUID, by: Actor, today: date) -> Post:
    """结束岗位: refused by the database while it is needed for a duty in the grid."""
    post = _found(Post, post_id)
    require(by, OrgsPermission.EDIT, at=post.division)
    if post.to_on is not None:
        raise Conflict("这个岗位已经结束。")
    post.to_on = max(today, post.from_on)
    post.save(update_fields=["to_on"])
    record(by, OrgsPermission.EDIT, division=post.division, table="orgs_post", row=post.id)
    return post


@transaction.atomic
def end_staff(*, staff_id: UUID, by: Actor, today: date) -> Staff:
    """离岗: all posts end; refused by the database while duties in the grid are open."""
    staff = _found(Staff, staff_id)
    require(by, OrgsPermission.EDIT, at=staff.division)
    if staff.ended_on is not None:
        raise Conflict("这个人已经离岗。")
    Post.objects.filter(staff=staff, to_on=None).update(to_on=today)
    staff.ended_on = max(today, staff.started_on)
    staff.save(update_fields=["ended_on"])
    record(by, OrgsPermission.EDIT, division=staff.division, table="orgs_staff", row=staff.id, reason="离岗")
    return staff


# --- days ---------------------------------------------------------------------------------------------------------------


@transaction.atomic
def publish_reception_days(
    *,
    division: int,
    leader_id: UUID,
    year: int,
    month: int,
    weekday: int,
    hours: str,
    place: str,
    by: Actor,
    today: date,
) -> int:
    """发布领导接访日: every such weekday (1 Monday) of a month that is a working day; returns how many were added."""
    require(by, OrgsPermission.EDIT, at=division)
    leader = _found(Staff, leader_id)
    if not (1 <= weekday <= 7 and 1 <= month <= 12 and 2018 <= year <= 2100 and hours.strip() and place.strip()):
        raise Invalid("请填写年月、星期、时间和地点。")
    last = calendar.monthrange(year, month)[1]
    days = [date(year, month, 1) + timedelta(days=offset) for offset in range(last)]
    known = set(
        ReceptionDay.objects.filter(division=division, on__in=days, cancelled_at=None).values_list("on", flat=True)
    )
    added = [
        ReceptionDay(division=division, on=day, leader=leader, hours=hours.strip(), place=place.strip())
        for day in days
        if day.isoweekday() == weekday and day not in known
    ]
    ReceptionDay.objects.bulk_create(added)
    record(by, OrgsPermission.EDIT, division=division, table="orgs_receptionday", detail={"added": len(added)})
    return len(added)


@transaction.atomic
def cancel_reception_day(*, day_id: UUID, reason: str, by: Actor, today: date) -> None:
    """取消接访日: stays on the list with its reason."""
    day = _found(ReceptionDay, day_id)
    require(by, OrgsPermission.EDIT, at=day.division)
    if not reason.strip():
        raise Invalid(fields={"reason": "请写明取消原因,会显示在公示表上。"})
    day.cancelled_at, day.note = now(), reason.strip()
    day.save(update_fields=["cancelled_at", "note"])
    record(by, OrgsPermission.EDIT, division=day.division, table="orgs_receptionday", row=day.id, reason=reason)


@transaction.atomic
def set_calendar_exception(*, division: int, on: date, is_working: bool, reason: str, by: Actor, today: date) -> None:
    """设置日历例外: a local day off or working day."""
    require(by, OrgsPermission.EDIT, at=division)
    if not reason.strip():
        raise Invalid(fields={"reason": "请写明依据,例如文件名称。"})
    CalendarException.objects.update_or_create(
        division=division, on=on, defaults={"is_working": is_working, "reason": reason.strip()}
    )
    record(
        by, OrgsPermission.EDIT, division=division, table="orgs_calendarexception", row=on.isoformat(), reason=reason
    )
