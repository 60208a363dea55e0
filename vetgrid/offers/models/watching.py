"""We store: complaints with their steps, and what dated rules found unusual about redemptions. Nobody is scored."""

from django.db import models
from django.db.models import Q

from vetgrid.core.crypto import SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.offers.models.alliance import Merchant, Offer
from vetgrid.offers.models.catalogue import Preference
from vetgrid.orgs.models import Station
from vetgrid.registry.models import Person


class Complaint(Scoped):
    """投诉: an offer or an item of the preference list was not honoured, or something else was wrong."""

    class Source(models.TextChoices):
        TAP = "tap", "本人一键反映"
        MERCHANT = "merchant", "商家登记未兑现"
        COUNTER = "counter", "服务站登记"

    number = models.CharField(max_length=30, unique=True)
    source = models.CharField(max_length=8, choices=Source.choices)
    kind = models.CharField(max_length=20)
    """A code of data/codes/offer_complaint.csv."""
    merchant = models.ForeignKey(Merchant, models.PROTECT, null=True, related_name="complaints", db_constraint=False)
    offer = models.ForeignKey(Offer, models.PROTECT, null=True, related_name="complaints", db_constraint=False)
    preference = models.ForeignKey(Preference, models.PROTECT, null=True, related_name="complaints")
    redemption_id = models.UUIDField(null=True)
    about = models.CharField(max_length=160)
    """Merchant and offer, or item and provider, as they were called then."""
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="offer_complaints", db_constraint=False)
    name = models.CharField(max_length=60, blank=True)
    phone = SealedField(purpose="phone")
    text = SealedField(purpose="offer_complaint")
    station = models.ForeignKey(Station, models.PROTECT, related_name="offer_complaints")
    opened_on = models.DateField()
    opened_at = models.DateTimeField()
    state = models.CharField(max_length=12, default="opened")
    outcome = models.CharField(max_length=300, blank=True)
    decided_on = models.DateField(null=True)
    called_back_on = models.DateField(null=True)
    is_satisfied = models.BooleanField(null=True)
    version = models.IntegerField(default=1)
    protection = Protection(domain="offers", person_column="person_id")

    class Meta:
        indexes = [
            models.Index(fields=["division", "-opened_on", "-id"], name="complaint_by_division"),
            models.Index(fields=["merchant"], name="complaint_by_merchant"),
            models.Index(fields=["person"], name="complaint_by_person"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["id", "division"], name="complaint_id_and_division"),
            models.UniqueConstraint(
                fields=["redemption_id"], condition=Q(redemption_id__isnull=False), name="complaint_once_a_redemption"
            ),
        ]


class ComplaintStep(Scoped):
    """What was done about it; only added."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="steps", db_constraint=False)
    move = models.CharField(max_length=12)
    to_state = models.CharField(max_length=12)
    on = models.DateField()
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)
    by_name = models.CharField(max_length=80)
    protection = Protection(
        domain="offers",
        app=("SELECT", "INSERT"),
        job=("SELECT", "INSERT"),
        follows=("complaint", "offers_complaint"),
        is_audited=False,  # the act itself is in the trail, with the row of the complaint that it changed
    )


class Finding(Scoped):
    """核销异常: a dated rule found something that needs a look; the rows behind it are listed."""

    rule = models.CharField(max_length=20)
    rule_from = models.DateField()
    key = models.CharField(max_length=120)
    """The same cause gives the same key: it is opened once."""
    title = models.CharField(max_length=120)
    found_on = models.DateField()
    closed_on = models.DateField(null=True)
    conclusion = models.CharField(max_length=300, blank=True)
    closed_by_name = models.CharField(max_length=80, blank=True)
    protection = Protection(domain="offers")

    class Meta:
        indexes = [models.Index(fields=["division", "-found_on"], name="offer_finding_by_division")]
        constraints = [models.UniqueConstraint(fields=["key"], name="offer_finding_once")]


class FindingRow(Scoped):
    """One row that caused the finding."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="rows")
    table = models.CharField(max_length=40)
    row = models.UUIDField()
    label = models.CharField(max_length=160)
    url = models.CharField(max_length=120, blank=True)
    protection = Protection(domain="offers")
