"""Which: divisions, stations, staff, days; all within the viewer's reach."""

import calendar
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from vetgrid.core.actor import Actor
from vetgrid.core.asking import Question
from vetgrid.core.codes import codes
from vetgrid.core.crypto import blinds
from vetgrid.core.errors import NotFound
from vetgrid.core.places import NATION, Level, Places, ancestor
from vetgrid.core.reach import within
from vetgrid.core.scope import lending
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
from vetgrid.orgs.rules import DayKind, day_kind


def _places(seen_by: Actor) -> Places:
    return (
        seen_by.places(OrgsPermission.READ)
        | seen_by.places(OrgsPermission.EDIT)
        | seen_by.places(OrgsPermission.RESTRUCTURE)
    )


def divisions(*, seen_by: Actor) -> list[Division]:
    """Divisions from county down to village, by code."""
    rows = within(Division.objects.filter(level__gte=Level.COUNTY), _places(seen_by), column="code")
    return list(rows.order_by("code"))


def changes(*, seen_by: Actor) -> QuerySet[DivisionChange]:
    return within(DivisionChange.objects.all(), _places(seen_by)).order_by("-on", "-id")


def stations(*, text: str = "", kind: str = "", gap: str = "", seen_by: Actor) -> QuerySet[Station]:
    """Open stations. `gap`: 'officer' without an affairs officer, 'five' with fewer than five haves, 'board' without notice board."""
    rows = within(Station.objects.filter(closed_on=None), _places(seen_by))
    if kind:
        rows = rows.filter(kind=kind)
    if text.strip():
        rows = rows.filter(name__contains=text.strip())
    officer = Post.objects.filter(station=OuterRef("pk"), kind=Post.Kind.AFFAIRS_OFFICER, to_on=None)
    rows = rows.annotate(
        has_officer=Exists(officer),
        five=Count("fivehaves", filter=Q(fivehaves__to_on=None), distinct=True),
        place_count=Count("places", filter=Q(places__to_on=None), distinct=True),
        has_board=Exists(NoticeBoard.objects.filter(station=OuterRef("pk"), to_on=None)),
    )
    if gap == "officer":
        rows = rows.filter(has_officer=False)
    elif gap == "five":
        rows = rows.filter(five__lt=5)
    elif gap == "board":
        rows = rows.filter(has_board=False)
    return rows.order_by("division", "kind", "id")


@dataclass(frozen=True, slots=True)
class OpenStation:
    """What hangs beside a station's door, and the labels of its places."""

    id: UUID
    kind: str
    name: str
    address: str
    phone: str
    hours: str
    places: list[str]


_OPEN_STATIONS = Question[tuple[UUID, str, str, str, str, str]](
    lambda: (
        Station.objects.filter(closed_on=None)
        .order_by("division", "kind", "id")
        .values_list("id", "kind", "name", "address", "phone", "hours")
    )
)
_OPEN_PLACES = Question[tuple[UUID, list[str]]](
    lambda: (
        Place.objects.filter(to_on=None)
        .order_by()
        .values("station_id")
        .annotate(codes=ArrayAgg("code", order_by="code"))
        .values_list("station_id", "codes")
    )
)


def open_stations(*, seen_by: Actor) -> list[OpenStation]:
    """Every open station: public, so the place is lent for the places alone."""
    kinds, labels = dict(Station.Kind.choices), codes("place_kind")
    with lending("orgs", Places.of([NATION])):
        places = {key: [labels.label(code) for code in found] for key, found in _OPEN_PLACES.rows()}
    return [
        OpenStation(key, str(kinds[kind]), name, address, phone, hours, places.get(key, []))
        for key, kind, name, address, phone, hours in _OPEN_STATIONS.rows()
    ]


def station(station_id: UUID, *, seen_by: Actor) -> Station:
    found = within(Station.objects.all(), _places(seen_by)).filter(pk=station_id).first()
    if found is None:
        raise NotFound("没有找到这个服务站。它可能不在您的管辖范围内。")
    return found


@dataclass(frozen=True)
class StationFacts:
    """What a station has, newest first, ended ones included."""

    five_haves: list[FiveHave]
    places: list[Place]
    boards: list[NoticeBoard]
    honours: list[StationHonour]
    posts: list[Post]
    changes: list[DivisionChange]


def facts_of(one: Station, *, seen_by: Actor) -> StationFacts:
    if one.division not in _places(seen_by):
        raise NotFound()
    order = ("to_on", "-from_on", "code")
    return StationFacts(
        five_haves=list(FiveHave.objects.filter(station=one).order_by(*order)),
        places=list(Place.objects.filter(station=one).order_by(*order)),
        boards=list(NoticeBoard.objects.filter(station=one).order_by(*order)),
        honours=list(StationHonour.objects.filter(station=one).order_by("-from_on", "-id")),
        posts=list(
            Post.objects.filter(station=one, to_on=None).select_related("staff").order_by("kind", "from_on", "id")
        ),
        changes=list(DivisionChange.objects.filter(subject="station", subject_id=str(one.id)).order_by("-on", "-id")),
    )


def staff(*, text: str = "", division: int | None = None, is_present: bool = True, seen_by: Actor) -> QuerySet[Staff]:
    """Staff with their open posts; `text` is part of a name, the beginning of its pinyin, or a whole phone number."""
    rows = within(Staff.objects.all(), _places(seen_by))
    if division is not None:
        rows = within(rows, Places.of([division]))
    if is_present:
        rows = rows.filter(ended_on=None)
    if text.strip():
        spoken = text.strip().lower()
        rows = rows.filter(
            Q(name__contains=text.strip())
            | Q(phone_index__in=blinds(text.strip(), "phone"))
            | Q(name_pinyin__gte=spoken, name_pinyin__lt=spoken + "\uffff")
        )
    posts = Post.objects.filter(to_on=None).order_by("from_on", "id")
    return rows.prefetch_related(Prefetch("posts", queryset=posts, to_attr="present")).order_by(
        "division", "name_pinyin", "id"
    )


def staff_member(staff_id: UUID, *, seen_by: Actor) -> Staff:
    found = within(Staff.objects.all(), _places(seen_by)).filter(pk=staff_id).first()
    if found is None:
        raise NotFound("没有找到这个工作人员。他可能不在您的管辖范围内。")
    return found


def posts_of(one: Staff, *, seen_by: Actor) -> list[Post]:
    return list(within(Post.objects.filter(staff=one), _places(seen_by)).order_by("to_on", "-from_on", "-id"))


def reception_days(*, year: int, month: int, seen_by: Actor) -> list[ReceptionDay]:
    last = calendar.monthrange(year, month)[1]
    rows = within(
        ReceptionDay.objects.filter(on__gte=date(year, month, 1), on__lte=date(year, month, last)), _places(seen_by)
    )
    return list(rows.select_related("leader").order_by("on", "id"))


def exceptions_for(division: int) -> dict[date, tuple[bool, str]]:
    """The local exceptions that apply in a division: its own, its town's and its county's; the nearest wins."""
    found: dict[date, tuple[bool, str]] = {}
    codes = [ancestor(division, level) for level in (Level.COUNTY, Level.TOWN, Level.VILLAGE)]
    for row in CalendarException.objects.filter(division__in=codes).order_by("division"):
        found[row.on] = (row.is_working, row.reason)
    return found


def year_of_days(year: int, *, division: int, seen_by: Actor) -> list[list[tuple[date, DayKind]]]:
    """Twelve months of days, each with its kind."""
    exceptions = exceptions_for(division)
    return [
        [
            (day, day_kind(day, exceptions=exceptions))
            for day in calendar.Calendar().itermonthdates(year, month)
            if day.month == month
        ]
        for month in range(1, 13)
    ]
