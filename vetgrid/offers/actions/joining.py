"""Do: the life of a merchant: application, verification, agreement, sign, renewal, pause, exit; and its accounts."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.offers import rules
from vetgrid.offers.kinds import MERCHANT as ITEM
from vetgrid.offers.kinds import RENEWAL
from vetgrid.offers.models import Merchant, MerchantContact, MerchantStep, Offer, Term
from vetgrid.offers.permissions import OffersPermission
from vetgrid.offers.policy import policy
from vetgrid.offers.series import yearly
from vetgrid.offers.states import MERCHANT as FLOW
from vetgrid.orgs.models import Station
from vetgrid.work import actions as work
from vetgrid.work.models import WorkItem

_NEXT = {"verify": (7, "签订协议"), "agree": (7, "制牌挂牌")}


@dataclass(frozen=True)
class Application:
    """What a merchant says when it wants to join."""

    name: str
    licence: str
    trade: str
    address: str
    phone: str
    contact: str
    contact_phone: str
    lat_e6: int | None = None
    lng_e6: int | None = None
    is_founded_by_veteran: bool = False


def _problems(asked: Application) -> dict[str, str]:
    found = {}
    for name in ("name", "address", "contact"):
        if not getattr(asked, name).strip():
            found[name] = "请填写这一项。"
    if wrong := rules.licence_problem(asked.licence):
        found["licence"] = wrong
    if asked.trade not in codes("offer_trade"):
        found["trade"] = "请选择行业(衣食住行文旅娱购)。"
    if (asked.lat_e6 is None) != (asked.lng_e6 is None):
        found["lat_e6"] = "经度和纬度请一起填写,或都不填。"
    elif asked.lat_e6 is not None and asked.lng_e6 is not None and not rules.is_in_china(asked.lat_e6, asked.lng_e6):
        found["lat_e6"] = "坐标不在国内,请核对经度和纬度是否填反。"
    return found


@transaction.atomic
def apply(asked: Application, *, station_id: UUID, by: Actor, today: date) -> Merchant:
    """商家申请: taken down at a station; free of charge, and the licence number is checked at once."""
    station = Station.objects.filter(pk=station_id, closed_on=None).first()
    if station is None:
        raise NotFound("没有找到这个服务站。请重新选择。")
    require(by, OffersPermission.EDIT, at=station.division)
    found = _problems(asked)
    licence = rules.licence_of(asked.licence)
    same = Merchant.objects.filter(licence=licence, address=asked.address.strip()).exclude(
        state__in=("left", "refused")
    )
    if not found and (known := same.first()) is not None:
        found["licence"] = f"这家商家在这个地址已经登记({known.number}),不要重复登记。"
    if found:
        raise Invalid(fields=found)
    row = Merchant(
        division=station.division,
        station=station,
        number=yearly(station.division, "merchant", today.year),
        name=asked.name.strip(),
        licence=licence,
        trade=asked.trade,
        address=asked.address.strip(),
        phone=asked.phone.strip(),
        lat_e6=asked.lat_e6,
        lng_e6=asked.lng_e6,
        is_founded_by_veteran=asked.is_founded_by_veteran,
        applied_on=today,
    )
    row.save(force_insert=True)
    MerchantContact(
        merchant=row, division=row.division, name=asked.contact.strip(), phone=asked.contact_phone.strip() or None
    ).save(force_insert=True)
    work.open_item(
        work.Opening(
            kind=ITEM.key,
            subject_id=row.id,
            title=f"{row.number} {row.name}申请加入崇军联盟",
            station=station,
            owner_id=by.staff_id,
            next_on=today + timedelta(days=7),
            next_step="实地核实",
        ),
        by=by,
        today=today,
    )
    _step(row, "apply", note="", by=by, today=today)
    record(by, "offers.apply", division=row.division, table="offers_merchant", row=row.id)
    return row


@transaction.atomic
def move(
    *,
    merchant_id: UUID,
    key: str,
    by: Actor,
    today: date,
    note: str = "",
    signer: str = "",
    sign_number: str = "",
    version: int | None = None,
) -> Merchant:
    """One move of a merchant's life: lock, right, version, state; then what the move does."""
    row = Merchant.objects.select_for_update(of=("self",)).filter(pk=merchant_id).select_related("station").first()
    if row is None:
        raise NotFound("没有找到这家商家。它可能不在您的管辖范围内。")
    require(by, FLOW.move(key).permission, at=row.division)
    target = FLOW.after(row.state, key)
    if version is not None and version != row.version:
        raise Conflict("这家商家的情况刚有变化,您的操作没有保存。请刷新页面,看过最新情况再办理。")
    if key in ("refuse", "pause", "leave") and not note.strip():
        raise Invalid(fields={"note": "请写明原因。"})
    row.state, row.version = target, row.version + 1
    if key == "agree":
        _sign(row, from_on=today, signer=signer, today=today)
    if key == "renew":
        last = row.renew_by or today
        _sign(
            row,
            from_on=max(last + timedelta(days=1), today) if last < today else last + timedelta(days=1),
            signer=signer,
            today=today,
        )
    if key == "hang":
        if not sign_number.strip():
            raise Invalid(fields={"sign_number": "请填写牌匾编号。"})
        row.listed_on, row.sign_number = row.listed_on or today, sign_number.strip()[:20]
    if key == "leave":
        row.left_on = today
    row.note = note.strip()[:300] if key in ("refuse", "pause", "leave") else "" if key == "resume" else row.note
    row.save()
    show_offers(row)
    if key == "leave":
        Offer.objects.filter(merchant=row).exclude(state="ended").update(state="ended", to_on=None)
    _keep_work(row, key, by=by, today=today)
    _step(row, key, note=note, by=by, today=today)
    record(by, f"offers.{key}", division=row.division, table="offers_merchant", row=row.id, reason=note)
    return row


def _sign(row: Merchant, *, from_on: date, signer: str, today: date) -> None:
    """An agreement of one year; the new last day is when it must be renewed."""
    if not signer.strip():
        raise Invalid(fields={"signer": "请填写商家签字人。"})
    until = rules.year_after(from_on) - timedelta(days=1)
    Term(
        merchant=row, division=row.division, from_on=from_on, to_on=until, signer=signer.strip()[:40], signed_on=today
    ).save(force_insert=True)
    row.renew_by = until


def show_offers(row: Merchant) -> None:
    """Offers are shown exactly while they are listed and their merchant is; point and trade follow the merchant."""
    place = {"trade": row.trade, "lat_e6": row.lat_e6, "lng_e6": row.lng_e6}
    cell = rules.cell_of(row.lat_e6, row.lng_e6) if row.lat_e6 is not None and row.lng_e6 is not None else None
    is_listed = row.state == "listed"
    Offer.objects.filter(merchant=row, state="listed").update(is_shown=is_listed, cell=cell, **place)
    Offer.objects.filter(merchant=row).exclude(state="listed").update(is_shown=False, cell=cell, **place)


def _keep_work(row: Merchant, key: str, *, by: Actor, today: date) -> None:
    with lending("work", Places.only([row.division])):
        open_items = {
            item.kind: item
            for item in WorkItem.objects.select_for_update(of=("self",)).filter(subject_id=row.id, closed_on=None)
        }
    item = open_items.get(ITEM.key)
    if item is not None:
        if key in _NEXT:
            days, step = _NEXT[key]
            work.set_next(item, next_on=today + timedelta(days=days), next_step=step)
        elif key in ("hang", "refuse", "leave"):
            work.close_item(item, outcome=FLOW.label(row.state), by=by, today=today)
    renewal = open_items.get(RENEWAL.key)
    if renewal is not None and key in ("renew", "leave"):
        work.close_item(renewal, outcome="已续签" if key == "renew" else "已退出", by=by, today=today)


def _step(row: Merchant, key: str, *, note: str, by: Actor, today: date) -> None:
    MerchantStep(
        merchant=row,
        division=row.division,
        move=key,
        to_state=row.state,
        on=today,
        at=now(),
        note=note.strip()[:300],
        by_name=by.name,
    ).save(force_insert=True)


@transaction.atomic
def remind_of_renewals(*, by: Actor, today: date) -> int:
    """每年续约: a work item for each merchant whose agreement ends soon; one open item a merchant. Returns how many are new."""
    until = today + timedelta(days=policy().remind_days)
    rows = Merchant.objects.filter(state__in=("listed", "paused"), renew_by__lte=until).select_related("station")
    known = set(WorkItem.objects.filter(kind=RENEWAL.key, closed_on=None).values_list("subject_id", flat=True))
    opened = 0
    for row in rows.order_by("renew_by", "id"):
        if row.id in known:
            continue
        assert row.renew_by is not None
        work.open_item(
            work.Opening(
                kind=RENEWAL.key,
                subject_id=row.id,
                title=f"{row.name}的协议{row.renew_by:%Y-%m-%d}到期,续签或退出",
                station=row.station,
                next_on=max(row.renew_by, today),
                next_step="联系商家续签协议",
            ),
            by=by,
            today=today,
        )
        opened += 1
    return opened
