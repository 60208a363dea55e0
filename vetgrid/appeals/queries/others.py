"""Which accusations, consultations, receptions, appointments, ratings, mediations, legal aid and alerts."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Count, Model, Q, QuerySet

from vetgrid.appeals.models import (
    Accusation,
    AccusationStep,
    Alert,
    Appointment,
    Consultation,
    LegalAid,
    Mediation,
    Performance,
    Rating,
    Reception,
)
from vetgrid.appeals.permissions import AccusationsPermission, AppealsPermission, RatingsPermission
from vetgrid.core.actor import Actor
from vetgrid.core.errors import NotFound
from vetgrid.core.permission import Permission
from vetgrid.core.places import Places
from vetgrid.core.reach import within
from vetgrid.core.scope import lending
from vetgrid.orgs.models import ReceptionDay, Staff

Row = TypeVar("Row", bound=Model)
READ = AppealsPermission.READ


def _one(rows: QuerySet[Row], key: UUID, what: str) -> Row:
    found = rows.filter(pk=key).first()
    if found is None:
        raise NotFound(f"没有找到这{what}。它可能不在您的管辖范围内。请返回列表重新查找。")
    return found


def _reached(model: type[Row], permission: Permission, seen_by: Actor) -> QuerySet[Row]:
    return within(model._default_manager.all(), seen_by.places(permission))


# --- accusations -----------------------------------------------------------------------------------------------------


def accusations(*, state: str = "", seen_by: Actor) -> QuerySet[Accusation]:
    """Newest first; the database leaves out those about the viewer or the viewer's station."""
    rows = _reached(Accusation, AccusationsPermission.READ, seen_by)
    return (rows.filter(state=state) if state else rows).order_by("-received_on", "-id")


def accusation(key: UUID, *, seen_by: Actor) -> Accusation:
    return _one(accusations(seen_by=seen_by), key, "件检举控告")


def accusation_steps(row: Accusation) -> list[AccusationStep]:
    return list(AccusationStep.objects.filter(accusation=row).order_by("-at", "-id"))


# --- consultations ---------------------------------------------------------------------------------------------------


def consultations(*, state: str = "", text: str = "", seen_by: Actor) -> QuerySet[Consultation]:
    rows = _reached(Consultation, READ, seen_by)
    if state:
        rows = rows.filter(state=state)
    if text.strip():
        rows = rows.filter(Q(question__contains=text.strip()) | Q(number=text.strip()))
    return rows.select_related("station").order_by("-asked_on", "-id")


def consultation(key: UUID, *, seen_by: Actor) -> Consultation:
    return _one(consultations(seen_by=seen_by), key, "条咨询")


# --- reception -------------------------------------------------------------------------------------------------------


def receptions(*, channel: str = "", text: str = "", seen_by: Actor) -> QuerySet[Reception]:
    rows = _reached(Reception, READ, seen_by)
    if channel:
        rows = rows.filter(channel=channel)
    if text.strip():
        rows = rows.filter(Q(visitor=text.strip()) | Q(topic__contains=text.strip()))
    return rows.select_related("station").order_by("-on", "-id")


def reception(key: UUID, *, seen_by: Actor) -> Reception:
    return _one(receptions(seen_by=seen_by), key, "次接访")


def rota(*, today: date, days: int = 60) -> list[ReceptionDay]:
    """The published days to come: leader, hours and place are for everyone."""
    with lending("orgs", Places.of([0])):
        rows = ReceptionDay.objects.filter(on__gte=today, on__lte=today + timedelta(days=days), cancelled_at=None)
        return list(rows.select_related("leader").order_by("on", "id"))


def reception_day(day_id: UUID) -> ReceptionDay:
    with lending("orgs", Places.of([0])):
        return _one(ReceptionDay.objects.select_related("leader"), day_id, "个接访日")


def appointments(*, day_id: UUID | None = None, seen_by: Actor) -> QuerySet[Appointment]:
    """Those to be received in the viewer's places, and those that the viewer's places booked."""
    places = seen_by.places(AppealsPermission.REGISTER)
    mine = Q(pk__in=within(Appointment.objects.all(), places).values("pk"))
    booked = Q(pk__in=within(Appointment.objects.all(), places, column="origin").values("pk"))
    rows = Appointment.objects.filter(mine | booked)
    if day_id is not None:
        rows = rows.filter(day_id=day_id)
    return rows.order_by("-booked_at", "-id")


def leaders() -> list[Staff]:
    """The leaders in office, who can take a matter on."""
    with lending("orgs", Places.of([0])):
        rows = Staff.objects.filter(ended_on=None, posts__to_on=None, posts__kind="bureau_leader")
        return list(rows.distinct().order_by("name_pinyin", "id"))


# --- ratings ---------------------------------------------------------------------------------------------------------


def ratings(*, level: int | None = None, seen_by: Actor) -> QuerySet[Rating]:
    """Newest first, without those about the viewer's own work."""
    rows = _reached(Rating, RatingsPermission.READ, seen_by)
    return (rows.filter(level=level) if level else rows).order_by("-rated_at", "-id")


@dataclass(frozen=True)
class Shares:
    """How many ratings of each level, best first, and the share of the good ones in percent."""

    counts: tuple[tuple[int, str, int], ...]
    total: int

    @property
    def good(self) -> int | None:
        if not self.total:
            return None
        return sum(number for level, _, number in self.counts if level >= Rating.Level.FAIR) * 100 // self.total


def rating_shares(*, seen_by: Actor) -> Shares:
    found = dict(ratings(seen_by=seen_by).order_by().values_list("level").annotate(n=Count("id")))
    counts = tuple((level.value, level.label, found.get(level.value, 0)) for level in Rating.Level)
    return Shares(tuple(sorted(counts, reverse=True)), sum(found.values()))


# --- mediation and legal aid -----------------------------------------------------------------------------------------


def mediations(*, state: str = "", text: str = "", seen_by: Actor) -> QuerySet[Mediation]:
    rows = _reached(Mediation, READ, seen_by)
    if state:
        rows = rows.filter(state=state)
    if text.strip():
        rows = rows.filter(Q(title__contains=text.strip()) | Q(number=text.strip()))
    return rows.select_related("station").order_by("-applied_on", "-id")


def mediation(key: UUID, *, seen_by: Actor) -> Mediation:
    return _one(mediations(seen_by=seen_by), key, "件调解")


def performance(key: UUID, *, seen_by: Actor) -> Performance:
    if not seen_by.may(READ):
        raise NotFound()
    return _one(Performance.objects.select_related("mediation"), key, "条履行检查")


def legal_aid(*, state: str = "", seen_by: Actor) -> QuerySet[LegalAid]:
    rows = _reached(LegalAid, READ, seen_by)
    return (rows.filter(state=state) if state else rows).select_related("station").order_by("-applied_on", "-id")


def legal_aid_case(key: UUID, *, seen_by: Actor) -> LegalAid:
    return _one(legal_aid(seen_by=seen_by), key, "件法律援助")


# --- alerts ----------------------------------------------------------------------------------------------------------


def alerts(*, is_open: bool = True, seen_by: Actor) -> QuerySet[Alert]:
    rows: QuerySet[Any] = _reached(Alert, READ, seen_by)
    return rows.filter(closed_on__isnull=is_open).order_by("-found_on", "-id")


def alert(key: UUID, *, seen_by: Actor) -> Alert:
    return _one(_reached(Alert, READ, seen_by), key, "条预警")
