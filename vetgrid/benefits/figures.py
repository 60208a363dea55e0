"""The report counts: benefits paid, and social insurance continued, from the ledger's payments."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from vetgrid.benefits.models import Application
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.sources import book
from vetgrid.benefits.states import APPLICATION
from vetgrid.core.actor import Actor
from vetgrid.core.figures import Column, Figure, Period, Value, declare, percent
from vetgrid.core.reach import within
from vetgrid.payments.permissions import PaymentsPermission
from vetgrid.payments.queries import paid_rows

INSURANCE = "insurance_continuation"
COUNTED_ELSEWHERE = (INSURANCE, "condolence", "hardship_aid")
"""The report counts these apart: social insurance, and money of visits and aid."""


def _paid(purposes: Callable[[], list[str]]) -> Callable[[Period, Actor], QuerySet[Any]]:
    def rows(period: Period, seen_by: Actor) -> QuerySet[Any]:
        return paid_rows(period, seen_by, purposes()).select_related("payee")

    return rows


def _benefits() -> list[str]:
    return [key for key in book().programmes if key not in COUNTED_ELSEWHERE]


def _yuan(rows: QuerySet[Any]) -> Value:
    fen = int(rows.order_by().aggregate(fen=Sum("amount_fen"))["fen"] or 0)
    return fen // 100 if fen % 100 == 0 else Decimal(fen) / 100


def _heads(rows: QuerySet[Any]) -> Value:
    return rows.order_by().values("payee_id").distinct().count()


def _applications(period: Period, seen_by: Actor) -> QuerySet[Application]:
    """Applications for social insurance that were not withdrawn, by the day they were made."""
    rows = Application.objects.filter(programme=INSURANCE, asked_on__lte=period.to_on).exclude(state="withdrawn")
    if period.from_on is not None:
        rows = rows.filter(asked_on__gte=period.from_on)
    return within(rows, seen_by.places(BenefitsPermission.READ)).select_related("person").order_by("asked_on", "id")


def _completed(rows: QuerySet[Any]) -> Value:
    whole = rows.order_by().count()
    share = percent(rows.order_by().filter(state__in=("granted", "refused")).count(), whole)
    return None if share is None else int(share) if share == int(share) else share


def _masked(name: str) -> str:
    return name[:1] + "*" * (len(name) - 1)


_COLUMNS = (
    Column("日期", lambda row: f"{row.on:%Y-%m-%d}"),
    Column("领取人", lambda row: _masked(row.payee.name) if row.payee else ""),
    Column("村(社区)", lambda row: str(row.division)),
    Column("待遇", lambda row: _label(row.purpose)),
    Column("所属月份", lambda row: f"{row.month:%Y-%m}"),
    Column("金额(元)", lambda row: f"{row.amount_fen / 100:,.2f}"),
)


def _label(key: str) -> str:
    found = book().programmes.get(key)
    return found.label if found else key


declare(
    Figure(
        key="benefits.paid_total",
        label="发放各类补助金优待金体检费等",
        unit="元",
        permission=PaymentsPermission.READ,
        rows=_paid(_benefits),
        value=_yuan,
        columns=_COLUMNS,
    ),
    Figure(
        key="insurance.people",
        label="社保接续退役士兵",
        unit="名",
        permission=PaymentsPermission.READ,
        rows=_paid(lambda: [INSURANCE]),
        value=_heads,
        columns=_COLUMNS,
    ),
    Figure(
        key="insurance.amount",
        label="社保接续投入",
        unit="元",
        permission=PaymentsPermission.READ,
        rows=_paid(lambda: [INSURANCE]),
        value=_yuan,
        columns=_COLUMNS,
    ),
    Figure(
        key="insurance.completion_rate",
        label="社保接续办结率",
        unit="%",
        permission=BenefitsPermission.READ,
        rows=_applications,
        value=_completed,
        columns=(
            Column("编号", lambda row: row.number),
            Column("申请人", lambda row: _masked(row.person.name)),
            Column("村(社区)", lambda row: str(row.division)),
            Column("申请日期", lambda row: f"{row.asked_on:%Y-%m-%d}"),
            Column("状态", lambda row: APPLICATION.label(row.state)),
        ),
    ),
)
