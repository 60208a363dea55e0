"""Which merchants and offers: for the station within its reach, for everybody what is shown; nearest first or by name, never by rank."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from vetgrid.core.actor import Actor
from vetgrid.core.errors import NotFound
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.reach import within
from vetgrid.offers import rules
from vetgrid.offers.models import Merchant, Offer
from vetgrid.offers.permissions import OffersPermission
from vetgrid.offers.policy import policy

READ = OffersPermission.READ


@dataclass(frozen=True)
class MerchantFilter:
    """What the list asks; empty means not asked."""

    text: str = ""
    trade: str = ""
    state: str = ""
    division: int | None = None
    renewal: str = ""
    """'soon': the agreement ends soon; 'late': it has ended."""


def merchants(asked: MerchantFilter, *, seen_by: Actor, today: date) -> QuerySet[Merchant]:
    rows = within(Merchant.objects.all(), seen_by.places(READ))
    if asked.division is not None:
        rows = within(rows, Places.of([asked.division]))
    if asked.trade:
        rows = rows.filter(trade=asked.trade)
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.text.strip():
        wanted = asked.text.strip()
        rows = rows.filter(Q(name__contains=wanted) | Q(number__contains=wanted) | Q(licence=rules.licence_of(wanted)))
    if asked.renewal:
        until = today + timedelta(days=policy().remind_days)
        rows = rows.filter(state__in=("listed", "paused"), renew_by__lte=until)
        if asked.renewal == "late":
            rows = rows.filter(renew_by__lt=today)
    return rows.order_by("division", "name", "id")


def states_of(*, seen_by: Actor) -> dict[str, int]:
    """How many merchants stand at each state of their life."""
    rows = within(Merchant.objects.all(), seen_by.places(READ)).values("state").annotate(n=Count("id")).order_by()
    return {row["state"]: row["n"] for row in rows}


def merchant(merchant_id: UUID, *, seen_by: Actor) -> Merchant:
    rows = within(Merchant.objects.filter(pk=merchant_id), seen_by.places(READ))
    found = rows.select_related("station").first()
    if found is None:
        raise NotFound("没有找到这家商家。它可能不在您的管辖范围内。请返回列表重新查找。")
    return found


def by_town_and_trade(*, seen_by: Actor) -> dict[tuple[int, str], int]:
    """Listed merchants, counted by town and trade: the table that stands beside the map."""
    rows = within(Merchant.objects.filter(state="listed"), seen_by.places(READ)).order_by()
    found: dict[tuple[int, str], int] = {}
    for row in rows.values("division", "trade").annotate(n=Count("id")):
        key = (ancestor(row["division"], Level.TOWN), row["trade"])
        found[key] = found.get(key, 0) + row["n"]
    return found


def points(*, trade: str = "", seen_by: Actor) -> list[Merchant]:
    """Listed merchants with a point on the map."""
    rows = within(Merchant.objects.filter(state="listed", lat_e6__isnull=False), seen_by.places(READ))
    return list((rows.filter(trade=trade) if trade else rows).order_by("division", "name", "id")[:2000])


def offers(
    *, text: str = "", trade: str = "", state: str = "", division: int | None = None, seen_by: Actor
) -> QuerySet[Offer]:
    rows = within(Offer.objects.all(), seen_by.places(READ))
    if division is not None:
        rows = within(rows, Places.of([division]))
    if trade:
        rows = rows.filter(trade=trade)
    if state:
        rows = rows.filter(state=state)
    if text.strip():
        rows = rows.filter(Q(title__contains=text.strip()) | Q(merchant__name__contains=text.strip()))
    return rows.select_related("merchant").order_by("division", "title", "id")


def offer(offer_id: UUID, *, seen_by: Actor) -> Offer:
    found = within(Offer.objects.filter(pk=offer_id), seen_by.places(READ)).select_related("merchant").first()
    if found is None:
        raise NotFound("没有找到这项优惠。它可能不在您的管辖范围内。请返回列表重新查找。")
    return found


# --- what everybody sees ---------------------------------------------------------------------------------------------


def _in_force(rows: QuerySet[Offer], on: date) -> QuerySet[Offer]:
    return rows.filter(from_on__lte=on).filter(Q(to_on=None) | Q(to_on__gt=on))


def shown(*, text: str = "", trade: str = "", division: int | None = None, on: date, seen_by: Actor) -> QuerySet[Offer]:
    """Public offers by the name of their merchant; who pays what plays no part, because nobody pays anything."""
    rows = _in_force(Offer.objects.filter(is_shown=True), on)
    if division is not None:
        rows = within(rows, Places.of([division]))
    if trade:
        rows = rows.filter(trade=trade)
    if text.strip():
        rows = rows.filter(Q(title__contains=text.strip()) | Q(merchant__name__contains=text.strip()))
    return rows.select_related("merchant").order_by("merchant__name", "title", "id")


def shown_offer(offer_id: UUID, *, seen_by: Actor) -> Offer:
    found = Offer.objects.filter(pk=offer_id, is_shown=True).select_related("merchant").first()
    if found is None:
        raise NotFound("没有找到这项优惠,可能已经下架。请返回列表重新选择。")
    return found


def shown_merchant(merchant_id: UUID, *, seen_by: Actor) -> Merchant:
    found = Merchant.objects.filter(pk=merchant_id, state="listed").first()
    if found is None:
        raise NotFound("没有找到这家商家,可能已经退出联盟。请返回列表重新选择。")
    return found


@dataclass(frozen=True)
class Near:
    """A public offer with its distance on the ground."""

    offer: Offer
    metres: int


def nearest(
    *,
    lat_e6: int,
    lng_e6: int,
    on: date,
    seen_by: Actor,
    trade: str = "",
    classes: Collection[str] = (),
    most: int = 20,
) -> list[Near]:
    """The nearest public offers, exactly: rings of cells are looked at until nothing outside them can be nearer.

    `classes` keeps offers for all and those for one of these classes.
    """
    found: list[tuple[int, UUID]] = []
    for ring in rules.RINGS:
        rows = _in_force(Offer.objects.filter(is_shown=True, cell__in=rules.cells_around(lat_e6, lng_e6, ring)), on)
        if trade:
            rows = rows.filter(trade=trade)
        found = [
            (rules.metres(lat_e6, lng_e6, lat or 0, lng or 0), key)
            for key, lat, lng, wanted in rows.values_list("id", "lat_e6", "lng_e6", "classes")
            if not classes or rules.entitling(classes, wanted) is not None
        ]
        certain = rules.certain_metres(lat_e6, ring)
        if sum(1 for distance, _ in found if distance <= certain) >= most:
            break
    chosen = {key: distance for distance, key in sorted(found)[:most]}
    rows_by_id = Offer.objects.filter(pk__in=chosen).select_related("merchant")
    near = [Near(row, chosen[row.id]) for row in rows_by_id]
    return sorted(near, key=lambda one: (one.metres, one.offer.merchant.name, str(one.offer.id)))


@dataclass(frozen=True)
class Honour:
    """How an offer was honoured of late, for everybody to see."""

    honoured: int = 0
    refused: int = 0
    last_on: date | None = None

    @property
    def share(self) -> int | None:
        return rules.share(self.honoured, self.refused)

    @property
    def sentence(self) -> str:
        """90天内兑现率96%,最近确认于2023年12月20日."""
        days = policy().honour_days
        last = f"最近确认于{self.last_on:%Y年%-m月%-d日}" if self.last_on else "还没有人确认过"
        if self.share is None:
            return f"{days}天内没有核销记录,{last}"
        return f"{days}天内兑现率{self.share}%,{last}"


def honours(rows: Collection[Offer], *, today: date, seen_by: Actor) -> dict[UUID, Honour]:
    """For each of these offers; counted in the database, because the redemptions themselves are not public."""
    since = today - timedelta(days=policy().honour_days)
    confirmed = {row.id: row.confirmed_on for row in rows}
    if not confirmed:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT offer_id, honoured, refused, last_on FROM offers_honour(%s::uuid[], %s)", [list(confirmed), since]
        )
        found = cursor.fetchall()
    return {
        key: Honour(good, bad, max((day for day in (last, confirmed[key]) if day), default=None))
        for key, good, bad, last in found
    }
