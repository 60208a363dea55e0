"""API of offers for citizens (崇军魔方): what there is near me, my dynamic code, my receipts, and one tap when it was not honoured."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field

from vetgrid.core.actor import Citizen
from vetgrid.core.api import AsCitizen, Doors, act
from vetgrid.core.clock import today
from vetgrid.core.codes import codes
from vetgrid.core.errors import Invalid
from vetgrid.core.paging import cursor_page
from vetgrid.core.places import Level, Places, ancestor, full_code
from vetgrid.core.qr import rows as rows_of
from vetgrid.core.qr import svg
from vetgrid.core.schema import Schema
from vetgrid.offers.actions import complaining, redeeming
from vetgrid.offers.entitlement import label
from vetgrid.offers.models import Complaint, Offer, Preference
from vetgrid.offers.queries import alliance, catalogue, watching
from vetgrid.offers.queries import redeeming as redemptions
from vetgrid.offers.rules import what_it_gives
from vetgrid.offers.signing import own_county
from vetgrid.offers.states import COMPLAINT
from vetgrid.orgs.models import Station
from vetgrid.orgs.names import choices_within

citizen = Doors(tags=["citizen"])
READER = AsCitizen(is_bound=False)


class PreferenceOut(Schema):
    id: UUID
    number: int
    title: str
    provider: str
    category: str
    who: list[str]
    """Labels of classes; empty: everybody entitled."""
    document: str
    place: str
    gives: str
    what: str
    level: str
    paper: str
    is_unconfirmed: bool
    phone: str
    from_on: date
    until: date | None
    station: str
    station_phone: str


class OfferOut(Schema):
    """`metres` only where the caller gave a point. The list is ordered by distance or name, never by rank."""

    id: UUID
    title: str
    gives: str
    what: str
    who: list[str]
    trade: str
    trade_label: str
    merchant_id: UUID
    merchant: str
    address: str
    phone: str
    lat: float | None
    lng: float | None
    metres: int | None
    uses_left: int | None
    document: str
    from_on: date
    until: date | None
    paper: str
    station: str
    station_phone: str
    honour: str
    honour_percent: int | None
    confirmed_on: date | None


class OfferPage(Schema):
    items: list[OfferOut]
    next: str | None


class TradeOut(Schema):
    key: str
    label: str


class TownOut(Schema):
    """A town of the county; `is_own` where the person lives."""

    code: str
    label: str
    is_own: bool


class CodeOut(Schema):
    """`text` is what `svg` and `rows` (lines of 0 and 1) show; `short` may be read out instead. Good for `seconds`, once."""

    text: str
    short: str
    seconds: int
    svg: str
    rows: list[str]
    classes: list[str]


class ReceiptOut(Schema):
    id: UUID
    number: str
    at: datetime
    merchant: str
    offer: str


class ReceiptPage(Schema):
    items: list[ReceiptOut]
    next: str | None


class ComplaintOut(Schema):
    number: str
    about: str
    opened_on: date
    state: str
    outcome: str


class WordsIn(Schema):
    """May be empty: one tap is enough."""

    text: str = Field("", max_length=500, title="想说的话(可不填)")


_SAME = ("id", "number", "title", "provider", "place", "what", "paper", "is_unconfirmed", "phone", "from_on")
_DOCUMENT = "本人的优待码或优待证"
"""At a merchant of the alliance: the code on the phone, or the card itself."""


def _labels(classes: list[str]) -> list[str]:
    return [codes("person_class").label(code) for code in classes]


@citizen.get("/citizen/preferences", response=list[PreferenceOut], auth=READER, operation_id="citizenPreferences")
def preferences(request: Any, q: str = "", category: str = "") -> list[dict[str, Any]]:
    rows = catalogue.items(text=q[:40], category=category[:20], on=today(), seen_by=request.actor)
    centre = _centre()
    return [_preference(row, centre) for row in rows]


def _centre() -> Station | None:
    """The county's service centre: it handles the list, and its telephone stands in for a station that has none."""
    return Station.objects.filter(division=full_code(own_county()), kind="city", closed_on=None).first()


def _preference(row: Preference, centre: Station | None) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _SAME} | {
        "category": codes("preference_category").label(row.category),
        "who": _labels(row.classes),
        "document": codes("preference_document").label(row.document),
        "gives": what_it_gives(row.kind, row.percent) or row.get_kind_display(),
        "level": row.get_level_display(),
        "until": row.to_on,
        "station": centre.name if centre else "",
        "station_phone": centre.phone if centre else "",
    }


@citizen.get("/citizen/trades", response=list[TradeOut], auth=READER, operation_id="citizenTrades")
def trades(request: Any) -> list[dict[str, str]]:
    return [{"key": key, "label": text} for key, text in codes("offer_trade").choices(on=today())]


@citizen.get("/citizen/alliance/towns", response=list[TownOut], auth=READER, operation_id="citizenAllianceTowns")
def towns(request: Any) -> list[dict[str, Any]]:
    own = ancestor(request.actor.division, Level.TOWN) if request.actor.division else 0
    found = choices_within(Places.of([full_code(own_county())]), levels=[Level.TOWN])
    return [{"code": code, "label": name, "is_own": int(code) == own} for code, name in found]


@citizen.get("/citizen/offers", response=OfferPage, auth=READER, operation_id="citizenOffers")
def offers(
    request: Any,
    q: str = "",
    trade: str = "",
    town: str = "",
    lat: float | None = None,
    lng: float | None = None,
    after: str = "",
) -> dict[str, Any]:
    """With a point the nearest twenty; without one by name, of one town if asked. The point is used for this answer and not kept."""
    if lat is not None and lng is not None and not q:
        if not (abs(lat) <= 90 and abs(lng) <= 180):
            raise Invalid(fields={"lat": "位置不对,请重新定位或不用定位。"})
        near = alliance.nearest(
            lat_e6=int(lat * 1e6), lng_e6=int(lng * 1e6), on=today(), trade=trade[:20], seen_by=request.actor
        )
        distances = {one.offer.id: one.metres for one in near}
        return {"items": _offers([one.offer for one in near], distances, request.actor), "next": None}
    place = int(town) if town.isascii() and town.isdigit() and len(town) == 12 else None
    found = alliance.shown(text=q[:40], trade=trade[:20], division=place, on=today(), seen_by=request.actor)
    rows, following = cursor_page(found, after)
    return {"items": _offers(rows, {}, request.actor), "next": following}


def _offers(rows: list[Offer], metres: dict[UUID, int], seen_by: Citizen) -> list[dict[str, Any]]:
    honours = alliance.honours(rows, today=today(), seen_by=seen_by)
    centre = _centre()
    stations = {row.id: row for row in Station.objects.filter(pk__in={row.merchant.station_id for row in rows})}
    return [
        {
            "id": row.id,
            "title": row.title,
            "gives": what_it_gives(row.kind, row.percent) or row.get_kind_display(),
            "what": row.what,
            "who": _labels(row.classes),
            "trade": row.trade,
            "trade_label": codes("offer_trade").label(row.trade),
            "merchant_id": row.merchant_id,
            "merchant": row.merchant.name,
            "address": row.merchant.address,
            "phone": row.merchant.phone,
            "lat": row.lat_e6 / 1e6 if row.lat_e6 is not None else None,
            "lng": row.lng_e6 / 1e6 if row.lng_e6 is not None else None,
            "metres": metres.get(row.id),
            "uses_left": row.uses_left,
            "document": _DOCUMENT,
            "from_on": row.from_on,
            "until": row.to_on,
            "paper": f"崇军联盟协议 {row.merchant.number}",
            "station": stations[row.merchant.station_id].name,
            "station_phone": stations[row.merchant.station_id].phone or (centre.phone if centre else ""),
            "honour": honours[row.id].sentence,
            "honour_percent": honours[row.id].share,
            "confirmed_on": honours[row.id].last_on,
        }
        for row in rows
    ]


@citizen.get("/citizen/offers/{uuid:offer_id}", response=OfferOut, auth=READER, operation_id="citizenOffer")
def offer(request: Any, offer_id: UUID) -> dict[str, Any]:
    return _offers([alliance.shown_offer(offer_id, seen_by=request.actor)], {}, request.actor)[0]


@citizen.post("/citizen/offer-codes", response=CodeOut, auth=AsCitizen(), operation_id="citizenOfferCode")
def show_code(request: Any) -> dict[str, Any]:
    by: Citizen = request.actor
    shown = redeeming.show_code(by=by, today=today())
    return {
        "text": shown.text,
        "short": shown.short,
        "seconds": shown.seconds,
        "svg": svg(shown.text, title="我的优待码"),
        "rows": rows_of(shown.text),
        "classes": [label(code) for code in shown.classes],
    }


@citizen.get("/citizen/offer-receipts", response=ReceiptPage, auth=AsCitizen(), operation_id="citizenOfferReceipts")
def receipts(request: Any, after: str = "") -> dict[str, Any]:
    rows, following = cursor_page(redemptions.own_receipts(seen_by=request.actor), after)
    items = [
        {"id": row.id, "number": row.number, "at": row.at, "merchant": row.merchant_name, "offer": row.offer_title}
        for row in rows
    ]
    return {"items": items, "next": following}


@citizen.get(
    "/citizen/offer-complaints", response=list[ComplaintOut], auth=AsCitizen(), operation_id="citizenOfferComplaints"
)
def complaints(request: Any) -> list[dict[str, Any]]:
    return [_complaint(row) for row in watching.own_complaints(seen_by=request.actor)[:50]]


def _complaint(row: Complaint) -> dict[str, Any]:
    return {
        "number": row.number,
        "about": row.about,
        "opened_on": row.opened_on,
        "state": COMPLAINT.label(row.state),
        "outcome": row.outcome,
    }


@act(
    citizen,
    "POST",
    "/citizen/offers/{uuid:offer_id}/refused",
    key="offers.refused",
    label="优惠没有兑现",
    response=ComplaintOut,
    operation_id="citizenOfferRefused",
)
def refused_offer(by: Citizen, offer_id: UUID, body: WordsIn) -> dict[str, Any]:
    return _complaint(complaining.report_refusal(offer_id=offer_id, text=body.text, by=by, today=today()))


@act(
    citizen,
    "POST",
    "/citizen/offer-receipts/{uuid:receipt_id}/refused",
    key="offers.receipt_refused",
    label="核销了但没有兑现",
    response=ComplaintOut,
    choices={
        "receipt_id": lambda by: [
            (str(row.id), f"{row.merchant_name} {row.offer_title}") for row in redemptions.own_receipts(seen_by=by)[:20]
        ]
    },
    operation_id="citizenReceiptRefused",
)
def refused_receipt(by: Citizen, receipt_id: UUID, body: WordsIn) -> dict[str, Any]:
    return _complaint(complaining.report_refusal(receipt_id=receipt_id, text=body.text, by=by, today=today()))


@act(
    citizen,
    "POST",
    "/citizen/preferences/{uuid:preference_id}/refused",
    key="offers.preference_refused",
    label="优待项目没有兑现",
    response=ComplaintOut,
    choices={"preference_id": lambda by: [(str(row.id), row.title) for row in catalogue.items(on=today(), seen_by=by)]},
    operation_id="citizenPreferenceRefused",
)
def refused_preference(by: Citizen, preference_id: UUID, body: WordsIn) -> dict[str, Any]:
    return _complaint(complaining.report_refusal(preference_id=preference_id, text=body.text, by=by, today=today()))
