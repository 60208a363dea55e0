"""The report counts: stations of three levels, what they have, what they won, who works there."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from vetgrid.core.actor import Actor
from vetgrid.core.codes import codes
from vetgrid.core.figures import Column, Figure, Period, Value, count, declare, percent
from vetgrid.core.reach import within
from vetgrid.orgs.models import NoticeBoard, Place, Post, Station, StationHonour
from vetgrid.orgs.permissions import OrgsPermission

THREE_LEVELS = ("city", "town", "village")


def _on(day: date) -> Q:
    return Q(from_on__lte=day) & (Q(to_on=None) | Q(to_on__gt=day))


def _stations(period: Period, seen_by: Actor, kinds: tuple[str, ...]) -> QuerySet[Station]:
    rows = within(
        Station.objects.filter(kind__in=kinds, opened_on__lte=period.to_on), seen_by.places(OrgsPermission.READ)
    )
    return rows.filter(Q(closed_on=None) | Q(closed_on__gt=period.to_on)).order_by("division", "id")


def _of(*kinds: str) -> Any:
    return lambda period, seen_by: _stations(period, seen_by, kinds)


def _reviewed(period: Period, seen_by: Actor) -> QuerySet[Station]:
    passed = StationHonour.objects.filter(_on(period.to_on), station=OuterRef("pk"), code="model_station")
    return _stations(period, seen_by, ("city", "town")).annotate(is_met=Exists(passed))


def _officered(period: Period, seen_by: Actor) -> QuerySet[Station]:
    officer = Post.objects.filter(_on(period.to_on), station=OuterRef("pk"), kind=Post.Kind.AFFAIRS_OFFICER)
    return _stations(period, seen_by, THREE_LEVELS).annotate(is_met=Exists(officer))


def _with_boards(period: Period, seen_by: Actor) -> QuerySet[Station]:
    board = NoticeBoard.objects.filter(_on(period.to_on), station=OuterRef("pk"))
    return _stations(period, seen_by, THREE_LEVELS).filter(Exists(board))


def _five_haves_units(period: Period, seen_by: Actor) -> QuerySet[StationHonour]:
    rows = within(
        StationHonour.objects.filter(code="five_haves_province", from_on__lte=period.to_on),
        seen_by.places(OrgsPermission.READ),
    )
    if period.from_on is not None:
        rows = rows.filter(from_on__gte=period.from_on)
    return rows.select_related("station").order_by("division", "id")


def _places(period: Period, seen_by: Actor) -> QuerySet[Place]:
    rows = within(Place.objects.filter(_on(period.to_on)), seen_by.places(OrgsPermission.READ))
    return rows.select_related("station").order_by("code", "division", "id")


def _kinds_of_places(rows: QuerySet[Any]) -> int:
    return rows.order_by().values("code").distinct().count()


def _share(rows: QuerySet[Any]) -> Value:
    result: Decimal | None = percent(rows.filter(is_met=True).count(), rows.count())
    return result


_STATION = (
    Column("区划代码", lambda row: str(row.division)),
    Column("名称", lambda row: row.name),
    Column("种类", lambda row: row.get_kind_display()),
)
_OF_STATION = (Column("区划代码", lambda row: str(row.division)), Column("服务站", lambda row: row.station.name))


def _station_figure(key: str, label: str, rows: Any) -> Figure:
    return Figure(
        key=key, label=label, unit="个", permission=OrgsPermission.READ, rows=rows, value=count, columns=_STATION
    )


declare(
    _station_figure("stations.three_level", "市镇村三级退役军人服务中心(站)", _of(*THREE_LEVELS)),
    _station_figure("stations.university", "高校退役军人服务站", _of("university")),
    _station_figure("stations.town", "镇级服务站", _of("town")),
    _station_figure("stations.village", "村(社区)服务站", _of("village")),
    _station_figure("stations.noticeboards", "设政治文化宣传栏的服务中心(站)", _with_boards),
    Figure(
        key="stations.model_rate",
        label="市服务中心和镇级服务站通过全国示范型审核比例",
        unit="%",
        permission=OrgsPermission.READ,
        rows=_reviewed,
        value=_share,
        columns=(*_STATION, Column("通过示范型审核", lambda row: "是" if row.is_met else "否")),
    ),
    Figure(
        key="stations.officer_coverage",
        label="退役军人事务员覆盖率(市镇村三级)",
        unit="%",
        permission=OrgsPermission.READ,
        rows=_officered,
        value=_share,
        columns=(*_STATION, Column("有退役军人事务员", lambda row: "是" if row.is_met else "否")),
    ),
    Figure(
        key="stations.five_haves_units",
        label="全省“五有”先进单位",
        unit="个",
        permission=OrgsPermission.READ,
        rows=_five_haves_units,
        value=count,
        columns=(
            *_OF_STATION,
            Column("授予日期", lambda row: row.from_on.isoformat()),
            Column("授予单位", lambda row: row.issuer),
        ),
    ),
    Figure(
        key="stations.place_kinds",
        label="退役军人之家场所类别",
        unit="类",
        permission=OrgsPermission.READ,
        rows=_places,
        value=_kinds_of_places,
        columns=(Column("类别", lambda row: codes("place_kind").label(row.code)), *_OF_STATION),
    ),
)
