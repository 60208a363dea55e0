"""The report counts: the share of living veterans with a bound account, with the veterans behind it."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from vetgrid.citizens.models import Binding
from vetgrid.citizens.permissions import CitizensPermission
from vetgrid.core.actor import Actor
from vetgrid.core.figures import Column, Figure, Period, Value, declare, percent
from vetgrid.core.reach import within
from vetgrid.registry.models import Person


def veterans(period: Period, seen_by: Actor) -> QuerySet[Any]:
    """Veterans alive and present on the last day, each with `is_bound`: whether an account was bound on that day."""
    day = period.to_on
    rows = within(Person.objects.filter(is_veteran=True, merged_into=None), seen_by.places(CitizensPermission.READ))
    rows = rows.filter(Q(died_on=None) | Q(died_on__gt=day.isoformat()), Q(left_on=None) | Q(left_on__gt=day))
    bound = Binding.objects.filter(person=OuterRef("pk"), bound_at__date__lte=day)
    bound = bound.filter(Q(ended_at=None) | Q(ended_at__date__gt=day))
    return rows.filter(registered_at__date__lte=day).annotate(is_bound=Exists(bound)).order_by("division", "id")


def share(rows: QuerySet[Any]) -> Value:
    return percent(rows.filter(is_bound=True).count(), rows.count())


declare(
    Figure(
        key="miniprogram.coverage",
        label="“石狮退役军人”小程序覆盖退役军人比例",
        unit="%",
        permission=CitizensPermission.READ,
        rows=veterans,
        value=share,
        columns=(
            Column("村(社区)", lambda row: str(row.division)),
            Column("姓名", lambda row: row.name),
            Column("已绑定小程序", lambda row: "是" if row.is_bound else "否"),
        ),
    )
)
