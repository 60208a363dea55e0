"""The report counts: the share of living veterans who have a named contact."""

from typing import Any

from django.db.models import QuerySet

from vetgrid.core.actor import Actor
from vetgrid.core.figures import Column, Figure, Period, Value, declare, percent
from vetgrid.grid.permissions import GridPermission
from vetgrid.grid.queries import veterans_on
from vetgrid.registry.models import Person


def _veterans(period: Period, seen_by: Actor) -> QuerySet[Person]:
    return veterans_on(period.to_on, seen_by=seen_by).order_by("division", "name_pinyin", "id")


def _share(rows: QuerySet[Any]) -> Value:
    return percent(rows.filter(contact_name__isnull=False).count(), rows.count())


declare(
    Figure(
        key="grid.contact_coverage",
        label="退役军人挂钩联系覆盖率",
        unit="%",
        permission=GridPermission.READ,
        rows=_veterans,
        value=_share,
        columns=(
            Column("村(社区)", lambda row: str(row.division)),
            Column("姓名", lambda row: row.name),
            Column("微网格", lambda row: row.cell_name or ""),
            Column("责任联系人", lambda row: row.contact_name or "缺"),
        ),
    )
)
