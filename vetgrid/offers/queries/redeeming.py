"""Which redemptions: in numbers and rows for the station, a merchant's own for the merchant, a person's own for the person."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth

from vetgrid.core.actor import Actor, Citizen
from vetgrid.core.errors import NotFound
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.reach import within
from vetgrid.offers.models import Offer, Receipt, Redemption
from vetgrid.offers.permissions import OffersPermission


@dataclass(frozen=True)
class Counted:
    """A line of a statistic: `key` is a month, a trade or a town."""

    key: object
    honoured: int
    refused: int


def redemptions(
    *,
    from_on: date,
    to_on: date,
    division: int | None = None,
    trade: str = "",
    outcome: str = "",
    merchant: UUID | None = None,
    seen_by: Actor,
) -> QuerySet[Redemption]:
    rows = within(Redemption.objects.filter(on__gte=from_on, on__lte=to_on), seen_by.places(OffersPermission.READ))
    if division is not None:
        rows = within(rows, Places.of([division]))
    if trade:
        rows = rows.filter(merchant__trade=trade)
    if outcome:
        rows = rows.filter(outcome=outcome)
    if merchant is not None:
        rows = rows.filter(merchant_id=merchant)
    return rows.order_by("-on", "-id")


_COUNTS: dict[str, Any] = {
    "honoured": Count("id", filter=Q(outcome="honoured")),
    "refused": Count("id", filter=Q(outcome="refused")),
}


def by_month(rows: QuerySet[Redemption]) -> list[Counted]:
    found: Any = rows.order_by().annotate(month=TruncMonth("on")).values("month").annotate(**_COUNTS).order_by("month")
    return [Counted(row["month"], row["honoured"], row["refused"]) for row in found]


def by_trade(rows: QuerySet[Redemption]) -> list[Counted]:
    found: Any = rows.order_by().values("merchant__trade").annotate(**_COUNTS)
    return [Counted(row["merchant__trade"], row["honoured"], row["refused"]) for row in found]


def by_town(rows: QuerySet[Redemption]) -> list[Counted]:
    sums: dict[int, tuple[int, int]] = {}
    found: Any = rows.order_by().values("division").annotate(**_COUNTS)
    for row in found:
        town = ancestor(row["division"], Level.TOWN)
        good, bad = sums.get(town, (0, 0))
        sums[town] = (good + row["honoured"], bad + row["refused"])
    return [Counted(town, good, bad) for town, (good, bad) in sorted(sums.items())]


# --- a merchant's own, in the merchant's scope --------------------------------------------------------------------------


def own_offers(merchant_id: UUID, *, seen_by: Actor) -> list[Offer]:
    """What may be chosen at the till comes first."""
    return list(
        Offer.objects.filter(merchant_id=merchant_id).exclude(state="ended").order_by("-is_shown", "title", "id")
    )


def own_redemptions(merchant_id: UUID, *, seen_by: Actor) -> QuerySet[Redemption]:
    return Redemption.objects.filter(merchant_id=merchant_id).select_related("offer").order_by("-at", "-id")


def own_redemption(redemption_id: UUID, merchant_id: UUID, *, seen_by: Actor) -> Redemption:
    found = Redemption.objects.filter(pk=redemption_id, merchant_id=merchant_id).select_related("offer").first()
    if found is None:
        raise NotFound("没有找到这次核销。请返回重新核验。")
    return found


# --- a person's own ------------------------------------------------------------------------------------------------------


def own_receipts(*, seen_by: Citizen) -> QuerySet[Receipt]:
    return Receipt.objects.filter(person_id=seen_by.person).order_by("-at", "-id")
