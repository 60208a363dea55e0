"""The alliance of each town: merchants, offers, redemptions, complaints."""

from typing import Any

from django.db import connection
from django.utils import timezone

from tests import builders as make
from tests.scope.world.marks import DAY, MARK_A, PHONES
from vetgrid.core.scope import knowing
from vetgrid.offers import models as offers


def offers_of(mark: str, things: dict[str, Any]) -> dict[str, Any]:
    """A merchant that is not published yet, with all that hangs on it; and a line of the public list."""
    person, station, now = things["person"], things["station"], timezone.now()
    scoped: dict[str, Any] = {"division": person.division}
    found: dict[str, Any] = {}
    found["alliance_series"] = offers.AllianceSeries.objects.create(key=mark, last=1, **scoped)
    merchant = offers.Merchant.objects.create(
        number=f"{mark}商家号",
        name=f"{mark}商家",
        licence="91110000600037341L",
        trade="food",
        address=f"{mark}路",
        station=station,
        applied_on=DAY,
        **scoped,
    )
    of: dict[str, Any] = {"merchant": merchant, **scoped}
    found["merchant"] = merchant
    found["merchant_contact"] = offers.MerchantContact.objects.create(name=f"{mark}老板", phone=PHONES[mark], **of)
    found["merchant_step"] = offers.MerchantStep.objects.create(
        move="apply", to_state="applied", on=DAY, at=now, note=mark, by_name=mark, **of
    )
    found["term"] = offers.Term.objects.create(from_on=DAY, to_on=make.TODAY, signer=mark, signed_on=DAY, **of)
    offer = offers.Offer.objects.create(
        title=f"{mark}优惠", kind="free", what=mark, from_on=DAY, trade="food", proposed_by_name=mark, **of
    )
    found["offer"] = offer
    found["shop_account"] = offers.ShopAccount.objects.create(
        username=f"shop-{person.division}", name=mark, password="!", **of
    )
    found["shop_session"] = offers.ShopSession.objects.create(
        account=found["shop_account"], token_hash=f"{mark}s".encode(), started_at=now, last_seen_at=now, **scoped
    )
    found["code_shown"] = offers.OfferCode.objects.create(
        opaque=person.division, short=str(person.division)[-8:], step=1, person=person, **scoped
    )
    found["try"] = offers.Try.objects.create(verdict="forged", at=now, tried_at=now, **of)
    complaint = offers.Complaint.objects.create(
        number=f"{mark}投诉号",
        source="counter",
        kind="refused",
        merchant=merchant,
        offer=offer,
        about=f"{mark}商家",
        person=person,
        name=f"{mark}老兵",
        phone=PHONES[mark],
        text=mark,
        station=station,
        opened_on=DAY,
        opened_at=now,
        **scoped,
    )
    found["offer_complaint"] = complaint
    found["complaint_step"] = offers.ComplaintStep.objects.create(
        complaint=complaint, move="open", to_state="opened", on=DAY, at=now, note=mark, by_name=mark, **scoped
    )
    finding = offers.Finding.objects.create(
        rule="night", rule_from=DAY, key=mark, title=f"{mark}异常", found_on=DAY, **scoped
    )
    found["offer_finding"] = finding
    found["finding_row"] = offers.FindingRow.objects.create(
        finding=finding, table="x", row=merchant.id, label=mark, **scoped
    )
    found["preference"] = offers.Preference.objects.create(
        division=make.COUNTY,
        number=1 if mark == MARK_A else 2,
        title="公开",
        provider="公开",
        category="traffic",
        document="card",
        place="公开",
        kind="free",
        what="公开",
        level="city",
        paper="公开",
        from_on=DAY,
    )
    found |= _redeemed(mark, merchant, offer, things)
    return found


def _redeemed(mark: str, merchant: Any, offer: Any, things: dict[str, Any]) -> dict[str, Any]:
    """A redemption by the one function that may write it, in the merchant's own scope."""
    scoped = {"division": merchant.division}
    code = offers.OfferCode.objects.create(
        opaque=merchant.division + 1, short=str(merchant.division)[-8:], step=2, person=things["person"], **scoped
    )
    offers.Offer.objects.filter(pk=offer.pk).update(is_shown=True)
    number = "R" + str(merchant.division)[-9:]
    values = [
        offer.id,
        code.opaque,
        timezone.now(),
        timezone.now(),
        make.TODAY,
        make.new_id(),
        make.new_id(),
        number,
        mark,
        timezone.now(),
        20,
    ]
    with knowing("merchant", str(merchant.id)), connection.cursor() as cursor:
        cursor.execute("SELECT offers_redeem(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", values)
    offers.Offer.objects.filter(pk=offer.pk).update(is_shown=False)
    return {
        "redemption": offers.Redemption.objects.get(number=number),
        "receipt": offers.Receipt.objects.get(number=number),
    }
