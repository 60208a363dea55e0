"""Do: propose, publish, pause, confirm and end offers; by the station, and for its own offers by the merchant itself."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.offers import rules
from vetgrid.offers.actions.cataloguing import discount_problem
from vetgrid.offers.models import Merchant, Offer
from vetgrid.offers.models.catalogue import Kind
from vetgrid.offers.permissions import OffersPermission
from vetgrid.offers.states import OFFER as FLOW


@dataclass(frozen=True)
class Wording:
    """What an offer says. `limit`: how often it may be redeemed altogether; None without a limit."""

    title: str
    kind: str
    percent: int | None
    what: str
    classes: tuple[str, ...]
    from_on: date
    to_on: date | None
    limit: int | None = None


@transaction.atomic
def propose(asked: Wording, *, merchant_id: UUID, by: Actor, today: date) -> Offer:
    """登记优惠: taken down by the station; shown only after it was published."""
    merchant = Merchant.objects.filter(pk=merchant_id).first()
    if merchant is None:
        raise NotFound("没有找到这家商家。它可能不在您的管辖范围内。")
    require(by, OffersPermission.EDIT, at=merchant.division)
    return _propose(asked, merchant, by=by)


@transaction.atomic
def propose_own(asked: Wording, *, merchant_id: UUID, by: Actor, today: date) -> Offer:
    """商家自己申报优惠: called in the merchant's own scope, which opens this one merchant."""
    merchant = Merchant.objects.get(pk=merchant_id)
    with lending("offers", Places.only([merchant.division])):
        return _propose(asked, merchant, by=by)


def _propose(asked: Wording, merchant: Merchant, *, by: Actor) -> Offer:
    if merchant.state in ("refused", "left"):
        raise Conflict("这家商家不在联盟里,不能登记优惠。")
    found = discount_problem(asked.kind, asked.percent)
    if not asked.title.strip():
        found["title"] = "请填写优惠名称。"
    if not asked.what.strip():
        found["what"] = "请写明优惠内容。"
    if asked.kind not in Kind.values:
        found["kind"] = "请选择优惠方式。"
    if any(code not in codes("person_class") for code in asked.classes):
        found["classes"] = "请从列表中选择优待对象。"
    if asked.to_on is not None and asked.to_on <= asked.from_on:
        found["to_on"] = "截止日期应晚于开始日期。"
    if asked.limit is not None and asked.limit < 1:
        found["limit"] = "名额至少为1,不限名额请留空。"
    if found:
        raise Invalid(fields=found)
    has_point = merchant.lat_e6 is not None and merchant.lng_e6 is not None
    row = Offer(
        division=merchant.division,
        merchant=merchant,
        title=asked.title.strip(),
        kind=asked.kind,
        percent=asked.percent,
        what=asked.what.strip(),
        classes=sorted(asked.classes),
        from_on=asked.from_on,
        to_on=asked.to_on,
        limit=asked.limit,
        uses_left=asked.limit,
        trade=merchant.trade,
        lat_e6=merchant.lat_e6,
        lng_e6=merchant.lng_e6,
        cell=rules.cell_of(merchant.lat_e6 or 0, merchant.lng_e6 or 0) if has_point else None,
        proposed_by_name=by.name,
    )
    row.save(force_insert=True)
    record(by, "offers.propose", division=row.division, table="offers_offer", row=row.id)
    return row


@transaction.atomic
def move_offer(*, offer_id: UUID, key: str, by: Actor, today: date) -> Offer:
    """公示、暂停、恢复、核实、结束."""
    row = Offer.objects.select_for_update(of=("self",)).filter(pk=offer_id).select_related("merchant").first()
    if row is None:
        raise NotFound("没有找到这项优惠。它可能不在您的管辖范围内。")
    require(by, FLOW.move(key).permission, at=row.division)
    return _move(row, key, by=by, today=today)


@transaction.atomic
def pause_own(*, offer_id: UUID, merchant_id: UUID, by: Actor, today: date) -> Offer:
    """商家自己暂停优惠: at once; publishing it again is the station's."""
    division = Merchant.objects.values_list("division", flat=True).get(pk=merchant_id)
    with lending("offers", Places.only([division])):
        rows = Offer.objects.select_for_update(of=("self",)).filter(pk=offer_id, merchant_id=merchant_id)
        row = rows.select_related("merchant").first()
        if row is None:
            raise NotFound("没有找到这项优惠。请返回重新选择。")
        return _move(row, "pause", by=by, today=today)


def _move(row: Offer, key: str, *, by: Actor, today: date) -> Offer:
    target = FLOW.after(row.state, key)
    if key == "publish" and row.merchant.state != "listed":
        raise Conflict("商家还没有挂牌,优惠不能公示。请先办完挂牌。")
    row.state, row.version = target, row.version + 1
    row.is_shown = target == "listed" and row.merchant.state == "listed"
    if key in ("publish", "confirm"):
        row.confirmed_on = today
    row.save(update_fields=["state", "version", "is_shown", "confirmed_on"])
    record(by, f"offers.{key}_offer", division=row.division, table="offers_offer", row=row.id)
    return row
