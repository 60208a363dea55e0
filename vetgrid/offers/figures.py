"""The report counts: items of the preference list in force, and merchants of the alliance."""

from django.db.models import Q, QuerySet

from vetgrid.core.actor import Actor
from vetgrid.core.codes import codes
from vetgrid.core.figures import Column, Figure, Period, count, declare
from vetgrid.core.reach import within
from vetgrid.offers.models import Merchant, Preference
from vetgrid.offers.permissions import OffersPermission


def _items(period: Period, seen_by: Actor) -> QuerySet[Preference]:
    """In force on the last day."""
    rows = within(Preference.objects.filter(from_on__lte=period.to_on), seen_by.places(OffersPermission.READ))
    return rows.filter(Q(to_on=None) | Q(to_on__gt=period.to_on)).order_by("number")


def _merchants(period: Period, seen_by: Actor) -> QuerySet[Merchant]:
    """Those who had their sign and had not left on the last day; a pause does not end membership."""
    rows = within(Merchant.objects.filter(listed_on__lte=period.to_on), seen_by.places(OffersPermission.READ))
    return rows.filter(Q(left_on=None) | Q(left_on__gt=period.to_on)).order_by("division", "name", "id")


declare(
    Figure(
        key="offers.catalogue_items",
        label="优待目录",
        unit="条",
        permission=OffersPermission.READ,
        rows=_items,
        value=count,
        columns=(
            Column("序号", lambda row: str(row.number)),
            Column("类别", lambda row: codes("preference_category").label(row.category)),
            Column("项目", lambda row: row.title),
            Column("提供单位", lambda row: row.provider),
            Column("层级", lambda row: row.get_level_display()),
            Column("依据", lambda row: row.paper),
        ),
    ),
    Figure(
        key="offers.merchants",
        label="崇军联盟优质企业(商家)",
        unit="个",
        permission=OffersPermission.READ,
        rows=_merchants,
        value=count,
        columns=(
            Column("编号", lambda row: row.number),
            Column("商家", lambda row: row.name),
            Column("行业", lambda row: codes("offer_trade").label(row.trade)),
            Column("地方", lambda row: str(row.division)),
            Column("挂牌", lambda row: f"{row.listed_on:%Y-%m-%d}"),
        ),
    ),
)
