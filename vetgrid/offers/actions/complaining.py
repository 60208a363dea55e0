"""Do: open a complaint with one tap, at the counter or by the merchant's own word; handle it, and call the person back."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import connection, transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, Citizen, require
from vetgrid.core.clock import now
from vetgrid.core.codes import codes
from vetgrid.core.crypto import Sealed
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.scope import lending
from vetgrid.offers.kinds import COMPLAINT as ITEM
from vetgrid.offers.models import Complaint, ComplaintStep, Merchant, Offer, Preference, Receipt, Redemption
from vetgrid.offers.permissions import OffersPermission
from vetgrid.offers.policy import policy
from vetgrid.offers.series import yearly
from vetgrid.offers.states import COMPLAINT as FLOW
from vetgrid.orgs.models import Station
from vetgrid.registry.models import Person
from vetgrid.work import actions as work

TAPPED = "本人在小程序反映:没有兑现。"


@dataclass(frozen=True)
class Subject:
    """What a complaint is about, as it is called now, and the place whose station handles it."""

    division: int
    about: str
    merchant_id: UUID | None = None
    offer_id: UUID | None = None
    preference_id: UUID | None = None
    redemption_id: UUID | None = None


def _of_offer(offer: Offer, merchant_name: str, *, redemption_id: UUID | None = None) -> Subject:
    about = f"{merchant_name}:{offer.title}"[:160]
    return Subject(offer.division, about, offer.merchant_id, offer.id, redemption_id=redemption_id)


def _of_item(item: Preference) -> Subject:
    return Subject(item.division, f"{item.provider}:{item.title}"[:160], preference_id=item.id)


def _item(preference_id: UUID | None) -> Preference | None:
    return Preference.objects.filter(pk=preference_id).first() if preference_id else None


@dataclass(frozen=True)
class Speaker:
    """Who complains; a number to call back where there is one."""

    person_id: UUID | None
    name: str
    phone: Sealed | str | None


@transaction.atomic
def refuse(*, redemption_id: UUID, merchant_id: UUID, reason: str, by: Actor, today: date) -> Redemption:
    """商家登记未兑现: one tap on the result page, within the time allowed. The person is called back by the station."""
    row = (
        Redemption.objects.filter(pk=redemption_id, merchant_id=merchant_id).select_related("offer", "merchant").first()
    )
    if row is None:
        raise NotFound("没有找到这次核销。请返回重新核验。")
    if now() - row.at > timedelta(minutes=policy().refuse_minutes):
        raise Conflict(f"已超过{policy().refuse_minutes}分钟,不能再登记未兑现。请联系服务站。")
    reason = reason.strip()[:60] or "商家没有说明原因"
    with connection.cursor() as cursor:
        cursor.execute("SELECT offers_refuse(%s, %s)", [row.id, reason])
        if not cursor.fetchone()[0]:
            raise Conflict("这次核销已经登记为未兑现。")
    row.outcome, row.reason = Redemption.Outcome.REFUSED, reason
    with lending("offers", Places.only([row.division])):
        speaker = _speaker_of(row.id)
        subject = _of_offer(row.offer, row.merchant.name, redemption_id=row.id)
        _open(subject, Complaint.Source.MERCHANT, "refused", f"商家登记:{reason}", speaker, by=by, today=today)
    return row


def _speaker_of(redemption_id: UUID) -> Speaker:
    """The person of a redemption with the phone in his file, read for the station that must call him; the merchant never sees it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id, division FROM offers_person_of(%s)", [redemption_id])
        found = cursor.fetchone()
    if found is None:
        return Speaker(None, "", None)
    with lending("registry", Places.only([found[1]])):
        person = Person.objects.get(pk=found[0])
    return Speaker(person.id, person.name, person.phone)


@transaction.atomic
def report_refusal(
    *,
    by: Citizen,
    today: date,
    offer_id: UUID | None = None,
    receipt_id: UUID | None = None,
    preference_id: UUID | None = None,
    text: str = "",
) -> Complaint:
    """一键反映没有兑现: by the person himself, of an offer, of a redemption, or of an item of the list. One open complaint each."""
    person = Person.objects.get(pk=by.person)
    speaker = Speaker(person.id, person.name, person.phone)
    words = text.strip() or TAPPED
    if receipt_id is not None:
        return _of_receipt(receipt_id, words, speaker, by=by, today=today)
    if offer_id is not None:
        offer = Offer.objects.filter(pk=offer_id, is_shown=True).select_related("merchant").first()
        if offer is None:
            raise NotFound("没有找到这项优惠,可能已经下架。请返回列表重新选择。")
        subject = _of_offer(offer, offer.merchant.name)
    else:
        item = _item(preference_id)
        if item is None:
            raise NotFound("没有找到这条优待项目。请返回列表重新选择。")
        subject = _of_item(item)
    same = Complaint.objects.filter(person_id=person.id, about=subject.about, opened_on=today, redemption_id=None)
    if (known := same.first()) is not None:
        return known  # a second tap on the same day is the same complaint
    with lending("offers", Places.only([subject.division])):
        return _open(subject, Complaint.Source.TAP, "refused", words, speaker, by=by, today=today)


def _of_receipt(receipt_id: UUID, words: str, speaker: Speaker, *, by: Citizen, today: date) -> Complaint:
    """Of a redemption that shows as honoured: it is taken back, because the person says that it was not."""
    receipt = Receipt.objects.filter(pk=receipt_id, person_id=by.person).first()
    if receipt is None:
        raise NotFound("没有找到这张回执。请返回列表重新选择。")
    known = Complaint.objects.filter(redemption_id=receipt.redemption_id).first()
    if known is not None:
        return known
    division = _division_of(receipt)
    with lending("offers", Places.only([division])):
        with connection.cursor() as cursor:
            cursor.execute("SELECT offers_refuse(%s, %s)", [receipt.redemption_id, "本人反映没有兑现"])
        about = f"{receipt.merchant_name}:{receipt.offer_title}"[:160]
        subject = Subject(division, about, receipt.merchant_id, receipt.offer_id, redemption_id=receipt.redemption_id)
        return _open(subject, Complaint.Source.TAP, "refused", words, speaker, by=by, today=today)


def _division_of(receipt: Receipt) -> int:
    """Where the merchant is; paused merchants are not published, so it is read in a lent scope of the county."""
    with lending("offers", Places.of([ancestor(receipt.division, Level.COUNTY)])):
        found = Merchant.objects.filter(pk=receipt.merchant_id).values_list("division", flat=True).first()
    if found is None:
        raise NotFound("没有找到这家商家。请联系您的服务站。")
    return int(found)


@transaction.atomic
def take_down(
    *,
    kind: str,
    text: str,
    name: str,
    phone: str,
    by: Actor,
    today: date,
    offer_id: UUID | None = None,
    preference_id: UUID | None = None,
) -> Complaint:
    """服务站登记投诉: somebody complains at the counter or by telephone."""
    found = {}
    if kind not in codes("offer_complaint"):
        found["kind"] = "请选择反映的问题。"
    if not text.strip():
        found["text"] = "请写明经过。"
    if not name.strip():
        found["name"] = "请填写反映人,以便回访。"
    if found:
        raise Invalid(fields=found)
    if offer_id is not None:
        offer = Offer.objects.filter(pk=offer_id).select_related("merchant").first()
        subject = _of_offer(offer, offer.merchant.name) if offer else None
    else:
        item = _item(preference_id)
        subject = _of_item(item) if item else None
    if subject is None:
        raise NotFound("没有找到这项优惠或优待项目。它可能不在您的管辖范围内。")
    require(by, OffersPermission.READ)
    speaker = Speaker(None, name.strip()[:60], phone.strip() or None)
    with lending("offers", Places.only([subject.division])):
        return _open(subject, Complaint.Source.COUNTER, kind, text, speaker, by=by, today=today)


def _station_of(division: int) -> Station:
    for level in (Level.VILLAGE, Level.TOWN, Level.COUNTY):
        rows = Station.objects.filter(division=ancestor(division, level), closed_on=None).exclude(kind="university")
        if (found := rows.first()) is not None:
            return found
    raise Conflict("商家所在的地方没有服务站,请拨打市退役军人服务中心电话。")


def _open(
    subject: Subject, source: str, kind: str, text: str, speaker: Speaker, *, by: Actor, today: date
) -> Complaint:
    """The complaint with its work item; called in a scope that may write at the subject's place."""
    station = _station_of(subject.division)
    row = Complaint(
        division=subject.division,
        number=yearly(subject.division, "complaint", today.year),
        source=source,
        kind=kind,
        merchant_id=subject.merchant_id,
        offer_id=subject.offer_id,
        preference_id=subject.preference_id,
        redemption_id=subject.redemption_id,
        about=subject.about,
        person_id=speaker.person_id,
        name=speaker.name,
        phone=speaker.phone,
        text=text.strip()[:1000],
        station=station,
        opened_on=today,
        opened_at=now(),
    )
    row.save(force_insert=True)
    work.open_item(
        work.Opening(
            kind=ITEM.key,
            subject_id=row.id,
            title=f"{row.number} {subject.about}",
            station=station,
            next_on=today + timedelta(days=policy().complaint_days),
            next_step="向商家了解,处理后回访",
        ),
        by=by,
        today=today,
    )
    _step(
        row,
        "open",
        note="",
        by_name=by.name if source == Complaint.Source.COUNTER else row.get_source_display(),
        today=today,
    )
    record(by, "offers.complain", division=row.division, table="offers_complaint", row=row.id, person=row.person_id)
    return row


@transaction.atomic
def move_complaint(
    *,
    complaint_id: UUID,
    key: str,
    note: str,
    by: Actor,
    today: date,
    version: int | None = None,
    is_satisfied: bool | None = None,
) -> Complaint:
    """了解、认定、回访: the item ends when the person was called back."""
    row = Complaint.objects.select_for_update(of=("self",)).filter(pk=complaint_id).first()
    if row is None:
        raise NotFound("没有找到这件投诉。它可能不在您的管辖范围内。")
    require(by, FLOW.move(key).permission, at=row.division)
    target = FLOW.after(row.state, key)
    if version is not None and version != row.version:
        raise Conflict("这件投诉刚有变化,您的操作没有保存。请刷新页面,看过最新情况再办理。")
    if not note.strip():
        raise Invalid(fields={"note": "请写明情况。"})
    row.state, row.version = target, row.version + 1
    if key in ("uphold", "dismiss"):
        row.outcome, row.decided_on = note.strip()[:300], today
    if key == "call_back":
        row.called_back_on, row.is_satisfied = today, is_satisfied
    row.save(update_fields=["state", "version", "outcome", "decided_on", "called_back_on", "is_satisfied"])
    with lending("work", Places.only([row.division])):
        item = work.item_of(ITEM.key, row.id)
    if key == "call_back":
        work.close_item(item, outcome="已回访", by=by, today=today)
    else:
        step = "认定是否属实" if key == "ask" else "回访本人"
        work.set_next(item, next_on=today + timedelta(days=policy().complaint_days), next_step=step)
    _step(row, key, note=note, by_name=by.name, today=today)
    record(by, f"offers.{key}_complaint", division=row.division, table="offers_complaint", row=row.id, reason=note)
    return row


def _step(row: Complaint, key: str, *, note: str, by_name: str, today: date) -> None:
    ComplaintStep(
        complaint=row,
        division=row.division,
        move=key,
        to_state=row.state,
        on=today,
        at=now(),
        note=note.strip()[:300],
        by_name=by_name[:80],
    ).save(force_insert=True)
