"""We store: shown codes, redemptions as the merchant may see them, and apart from them whose they were.

Only the functions of database.sql redeem: no role of the program may write these tables, and a merchant's scope opens the one
without any person in it.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.offers.models.alliance import MERCHANT, Merchant, Offer
from vetgrid.registry.models import Person


class OfferCode(Scoped):
    """优待码: one code as it was shown on a phone; lives for seconds, serves once."""

    opaque = models.BigIntegerField(unique=True)
    """Random; the only thing in the code that points here (stored signed, shown unsigned)."""
    short = models.CharField(max_length=8)
    step = models.BigIntegerField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    classes = ArrayField(models.CharField(max_length=20), default=list)
    """By which classes the person was entitled when it was shown."""
    used_at = models.DateTimeField(null=True)
    redemption_id = models.UUIDField(null=True)
    protection = Protection(
        domain="offers", app=("SELECT", "INSERT"), job=("SELECT", "INSERT", "DELETE"), is_audited=False
    )

    class Meta:
        indexes = [models.Index(fields=["step"], name="offer_code_by_step")]
        constraints = [models.UniqueConstraint(fields=["short", "step"], name="offer_code_short_once")]


class Redemption(Scoped):
    """核销: an offer was asked for with a genuine code, and honoured or not. No person in it."""

    class Outcome(models.TextChoices):
        HONOURED = "honoured", "已兑现"
        REFUSED = "refused", "未兑现"

    number = models.CharField(max_length=16, unique=True)
    """Stands on both receipts."""
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="redemptions", db_constraint=False)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="redemptions", db_constraint=False, db_index=False)
    on = models.DateField()
    at = models.DateTimeField()
    class_code = models.CharField(max_length=20, blank=True)
    """The class that entitled; empty where the offer is for all."""
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.HONOURED)
    reason = models.CharField(max_length=60, blank=True)
    till = models.CharField(max_length=40)
    protection = Protection(
        domain="offers",
        app=("SELECT",),
        job=("SELECT", "INSERT"),
        follows=("merchant", "offers_merchant"),
        also_readable=f"merchant_id = {MERCHANT}",
    )

    class Meta:
        indexes = [
            models.Index(fields=["division", "-on", "-id"], name="redemption_by_division"),
            models.Index(fields=["offer", "on"], name="redemption_by_offer"),
            models.Index(fields=["merchant", "-at"], name="redemption_by_merchant"),
        ]


class Receipt(Scoped):
    """回执: the person's side of a redemption, in the person's village; a merchant's scope never opens it.

    Not in the trail a second time: it is added together with the redemption, which is, and nobody may change it.
    """

    redemption = models.OneToOneField(Redemption, models.PROTECT, related_name="receipt", db_constraint=False)
    number = models.CharField(max_length=16)
    person = models.ForeignKey(Person, models.PROTECT, related_name="receipts", db_constraint=False, db_index=False)
    on = models.DateField()
    at = models.DateTimeField()
    merchant_id = models.UUIDField()
    merchant_name = models.CharField(max_length=80)
    offer_id = models.UUIDField()
    offer_title = models.CharField(max_length=60)
    protection = Protection(
        domain="offers",
        app=("SELECT",),
        job=("SELECT", "INSERT"),
        is_audited=False,
        follows=("person", "registry_person"),
        person_column="person_id",
    )

    class Meta:
        indexes = [
            models.Index(fields=["person", "-at"], name="receipt_by_person"),
            models.Index(fields=["division", "on"], name="receipt_by_division"),
        ]


class Try(Scoped):
    """A code that was not taken at a merchant, and why: the base of locks and of the rule about two places. No person in it."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="tries", db_constraint=False)
    verdict = models.CharField(max_length=12)
    at = models.DateTimeField()
    """Business time, like the redemption it may be compared with."""
    tried_at = models.DateTimeField()
    """Real time: a demo's stopped day stops no lock."""
    redemption_id = models.UUIDField(null=True)
    """Where the code had been used before."""
    protection = Protection(
        domain="offers",
        app=("SELECT", "INSERT"),
        job=("SELECT", "INSERT"),
        is_audited=False,
        follows=("merchant", "offers_merchant"),
        also_readable=f"merchant_id = {MERCHANT}",
        also_writable=f"merchant_id = {MERCHANT}",
    )

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "-tried_at"], name="try_by_merchant"),
            models.Index(fields=["division", "at"], name="try_by_division"),
        ]
