"""Do: show a code to its person, redeem it at a merchant, say that it was not honoured.

Redeeming never raises for what a customer may bring along: the verdict is an answer, so that the try stays written down.
"""

import os
import secrets
import time
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.utils import timezone

from vetgrid.core.actor import Actor, Citizen
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, NotAllowed
from vetgrid.core.ids import new_id
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.offers import entitlement, rules, signing
from vetgrid.offers.models import Merchant, OfferCode, Try
from vetgrid.offers.policy import policy
from vetgrid.registry.models import Person

_RECEIPT = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_ATTEMPTS = 5
FAILED = ("unreadable", "mistyped", "foreign", "forged", "unknown")
"""Verdicts that count towards the lock: what an honest customer with a slow phone does not produce."""


@dataclass(frozen=True)
class Shown:
    """A code on the screen of its person: `text` is the QR code, `short` what is read out, both for `seconds`."""

    text: str
    short: str
    seconds: int
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What a merchant learns: entitled or not, by which class, the receipt number. Nothing else exists to be told."""

    key: str
    sentence: str
    label: str = ""
    number: str = ""
    redemption_id: UUID | None = None

    @property
    def is_good(self) -> bool:
        return self.key == "ok"


@transaction.atomic
def show_code(*, by: Citizen, today: date) -> Shown:
    """出示优待码: a new random code, for the person himself and nobody who acts for him; raises NotAllowed without a claim."""
    if by.helper:
        raise NotAllowed("优待码只能由本人在自己的手机上出示,不能代办。", code="only_in_person")
    person = Person.objects.get(pk=by.person)
    classes = entitlement.classes_of(person, on=today)
    if not classes:
        raise NotAllowed("您的档案里没有优待对象类别,不能出示优待码。如有疑问请联系服务站。", code="not_entitled")
    return issue(person, classes=classes, division=person.division)


def issue(person: Person, *, classes: tuple[str, ...], division: int) -> Shown:
    """Writes the code down and signs it. The step may be the next one, so that nobody is shown a code that dies at once."""
    step = signing.current_step()
    for _ in range(_ATTEMPTS):
        opaque, short = int.from_bytes(os.urandom(8), "big") >> 1, rules.short_of(secrets.randbelow(10**7))
        row = OfferCode(
            division=division, opaque=opaque, short=short, step=step, person_id=person.id, classes=list(classes)
        )
        with lending("offers", Places.only([division])):
            if not OfferCode.objects.filter(short=short, step=step).exists():
                row.save(force_insert=True)
                text = signing.signed(rules.CodeBody(signing.own_county(), step, opaque))
                return Shown(text, short, rules.seconds_left(step, at=time.time()), classes)
    raise Conflict("现在出示的人太多,请几秒钟后再试。")


def redeem(*, offer_id: UUID, text: str, merchant_id: UUID, till: str, by: Actor, today: date) -> Verdict:
    """核销: called in the merchant's own scope. Scanned or typed, genuine or not, the answer is a verdict."""
    with transaction.atomic():
        if _is_locked(merchant_id):
            return Verdict("locked", signing.SENTENCES["locked"])
        checked = _typed(text) if rules.is_short(text) else signing.check(text)
        if checked.verdict:
            return _not_taken(checked, merchant_id)
        found = _ask(offer_id, checked.opaque, till, today)
        if found["verdict"] != "ok":
            return Verdict(found["verdict"], signing.SENTENCES[found["verdict"]])
        label = entitlement.label(found["class"])
        return Verdict("ok", "符合优待条件。", label, found["number"], UUID(found["redemption"]))


def _ask(offer_id: UUID, opaque: int | None, till: str, today: date) -> dict[str, str]:
    """One question that does everything, see database.sql."""
    number = "".join(secrets.choice(_RECEIPT) for _ in range(10))
    values = [offer_id, opaque, now(), timezone.now(), today, new_id(), new_id(), number, till]
    with connection.cursor() as cursor:
        cursor.execute("SELECT offers_redeem(%s, %s, %s, %s, %s, %s, %s, %s, %s)::text", values)
        found: dict[str, str] = orjson.loads(cursor.fetchone()[0])
        return found


def _typed(text: str) -> signing.Checked:
    """A number read out instead of scanned; the check digit tells a slip of the finger from a number that does not exist."""
    digits = rules.bare(text)
    if not rules.short_is_right(digits):
        return signing.Checked("mistyped")
    moment, grace = time.time(), policy().grace_seconds
    step = rules.step_at(moment)
    with connection.cursor() as cursor:
        cursor.execute("SELECT opaque, step FROM offers_typed(%s, %s, %s)", [digits, step - 40, step + 1])
        found = cursor.fetchone()
    if found is None:
        return signing.Checked("unknown")
    if not rules.is_current(found[1], at=moment, grace=grace):
        return signing.Checked("expired", found[0])
    return signing.Checked("", found[0])


def _not_taken(checked: signing.Checked, merchant_id: UUID) -> Verdict:
    division = Merchant.objects.values_list("division", flat=True).get(pk=merchant_id)
    Try(merchant_id=merchant_id, division=division, verdict=checked.verdict, at=now(), tried_at=timezone.now()).save(
        force_insert=True
    )
    return Verdict(checked.verdict, signing.SENTENCES[checked.verdict])


def _is_locked(merchant_id: UUID) -> bool:
    since = timezone.now() - timedelta(minutes=policy().lock_minutes)
    rows = Try.objects.filter(merchant_id=merchant_id, tried_at__gt=since, verdict__in=FAILED)
    return len(rows.values_list("pk")[: policy().failures]) >= policy().failures


@transaction.atomic
def forget_codes(*, by: Actor) -> int:
    """Codes that can neither be used nor replayed any more are deleted; what was redeemed stays in redemption and receipt."""
    before = rules.step_at(time.time() - policy().keep_hours * 3600)
    return OfferCode.objects.filter(step__lt=before).delete()[0]
