"""The report counts: applications accepted, cards made and signed for, cards issued, and their share. Each counted apart."""

from typing import Any

from django.db.models import QuerySet

from vetgrid.cards import policy
from vetgrid.cards.models import Application, Card
from vetgrid.cards.permissions import CardsPermission
from vetgrid.cards.states import CARD
from vetgrid.core.actor import Actor
from vetgrid.core.codes import codes
from vetgrid.core.figures import Column, Figure, Period, Value, count, declare, percent
from vetgrid.core.reach import within

READ = CardsPermission.READ


def _between(rows: QuerySet[Any], column: str, period: Period) -> QuerySet[Any]:
    if period.from_on is not None:
        rows = rows.filter(**{f"{column}__gte": period.from_on})
    return rows.filter(**{f"{column}__lte": period.to_on})


def _applications(period: Period, seen_by: Actor) -> QuerySet[Application]:
    """First applications that were accepted; replacements are no applications of new persons."""
    rows = within(Application.objects.filter(purpose=Application.Purpose.FIRST), seen_by.places(READ))
    return _between(rows, "accepted_on", period).order_by("accepted_on", "id")


def _signed(period: Period, seen_by: Actor) -> QuerySet[Card]:
    rows = within(Card.objects.select_related("application"), seen_by.places(READ))
    return _between(rows, "signed_on", period).order_by("signed_on", "id")


def _issued(period: Period, seen_by: Actor) -> QuerySet[Card]:
    rows = within(Card.objects.select_related("application"), seen_by.places(READ))
    return _between(rows, "issued_on", period).order_by("issued_on", "id")


def _rate(rows: QuerySet[Any]) -> Value:
    return percent(rows.filter(issued_on__isnull=False).count(), rows.count())


def _why(row: Card) -> str:
    if row.issued_on is not None:
        return f"{row.issued_on:%Y-%m-%d}发放"
    return codes("card_unissued").label(row.unissued_reason) if row.unissued_reason else CARD.label(row.state)


_CARD = (
    Column("证卡", lambda row: row.code),
    Column("持证人", lambda row: row.holder),
    Column("村(社区)", lambda row: str(row.division)),
    Column("类别", lambda row: policy.kind_label(row.kind)),
    Column("申领或补换", lambda row: "补换" if row.is_reissue else "首次申领"),
)

declare(
    Figure(
        key="cards.applications",
        label="优待证受理申请",
        unit="人次",
        permission=READ,
        rows=_applications,
        value=count,
        columns=(
            Column("编号", lambda row: row.number),
            Column("姓名", lambda row: row.name),
            Column("村(社区)", lambda row: str(row.division)),
            Column("类别", lambda row: policy.kind_label(row.kind)),
            Column("渠道", lambda row: row.get_channel_display()),
            Column("受理", lambda row: f"{row.accepted_on:%Y-%m-%d}"),
        ),
    ),
    Figure(
        key="cards.made_signed",
        label="优待证制卡成功并签收",
        unit="张",
        permission=READ,
        rows=_signed,
        value=count,
        columns=(*_CARD, Column("县签收", lambda row: f"{row.signed_on:%Y-%m-%d}")),
    ),
    Figure(
        key="cards.issued",
        label="优待证发放",
        unit="张",
        permission=READ,
        rows=_issued,
        value=count,
        columns=(*_CARD, Column("发放", lambda row: f"{row.issued_on:%Y-%m-%d}")),
    ),
    Figure(
        key="cards.issue_rate",
        label="优待证发放比例(发放/签收)",
        unit="%",
        permission=READ,
        rows=_signed,
        value=_rate,
        columns=(*_CARD, Column("发放情况", _why)),
    ),
)
