"""The report counts: people received, disputes resolved, real difficulties solved."""

from typing import Any

from django.db.models import QuerySet, Sum

from vetgrid.appeals.models import Appeal, Mediation, Reception
from vetgrid.appeals.permissions import AppealsPermission
from vetgrid.core.actor import Actor
from vetgrid.core.codes import codes
from vetgrid.core.figures import Column, Figure, Period, Value, count, declare
from vetgrid.core.reach import within


def _between(rows: QuerySet[Any], column: str, period: Period) -> QuerySet[Any]:
    if period.from_on is not None:
        rows = rows.filter(**{f"{column}__gte": period.from_on})
    return rows.filter(**{f"{column}__lte": period.to_on})


def _receptions(period: Period, seen_by: Actor) -> QuerySet[Reception]:
    rows = within(Reception.objects.all(), seen_by.places(AppealsPermission.READ))
    return _between(rows, "on", period).order_by("on", "id")


def _heads(rows: QuerySet[Any]) -> Value:
    return int(rows.aggregate(heads=Sum("people"))["heads"] or 0)


def _resolved(period: Period, seen_by: Actor) -> QuerySet[Mediation]:
    """Disputes that ended in an agreement: a resolved dispute stays counted where performance is still awaited."""
    rows = within(Mediation.objects.filter(state__in=("agreed", "performed")), seen_by.places(AppealsPermission.READ))
    return _between(rows, "ended_on", period).order_by("ended_on", "id")


def _solved(period: Period, seen_by: Actor) -> QuerySet[Appeal]:
    rows = within(Appeal.objects.filter(is_solved=True), seen_by.places(AppealsPermission.READ))
    return _between(rows, "answered_on", period).order_by("answered_on", "id")


declare(
    Figure(
        key="appeals.receptions",
        label="接访接待退役军人",
        unit="人次",
        permission=AppealsPermission.READ,
        rows=_receptions,
        value=_heads,
        columns=(
            Column("日期", lambda row: f"{row.on:%Y-%m-%d}"),
            Column("村(社区)", lambda row: str(row.division)),
            Column("来访人", lambda row: row.visitor),
            Column("人次", lambda row: str(row.people)),
            Column("事由", lambda row: row.topic),
            Column("接访人", lambda row: row.receiver_name),
        ),
    ),
    Figure(
        key="appeals.disputes_resolved",
        label="化解矛盾纠纷",
        unit="起",
        permission=AppealsPermission.READ,
        rows=_resolved,
        value=count,
        columns=(
            Column("编号", lambda row: row.number),
            Column("种类", lambda row: row.get_kind_display()),
            Column("纠纷", lambda row: row.title),
            Column("村(社区)", lambda row: str(row.division)),
            Column("达成协议", lambda row: f"{row.ended_on:%Y-%m-%d}"),
        ),
    ),
    Figure(
        key="appeals.difficulties_solved",
        label="解决实际困难",
        unit="件",
        permission=AppealsPermission.READ,
        rows=_solved,
        value=count,
        columns=(
            Column("编号", lambda row: row.number),
            Column("类别", lambda row: codes("appeal_category").label(row.category)),
            Column("事项", lambda row: row.title),
            Column("村(社区)", lambda row: str(row.division)),
            Column("答复", lambda row: f"{row.answered_on:%Y-%m-%d}"),
        ),
    ),
)
