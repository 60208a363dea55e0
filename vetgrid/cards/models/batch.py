"""We store: parcels of cards on their way, with a line for each card and counts that must balance."""

from django.db import models
from django.db.models import F, Q

from vetgrid.cards.models.card import Card
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection, within
from vetgrid.orgs.models import Station


class Batch(Scoped):
    """证卡批次: from the maker to the county, down to a station, or back up. `division` is the receiver's, `origin` the sender's."""

    class Leg(models.TextChoices):
        MAKER = "maker", "制卡单位至县"
        DOWN = "down", "下发"
        UP = "up", "逐级上交"

    number = models.CharField(max_length=20, unique=True)
    """On the sheet as a code to scan."""
    leg = models.CharField(max_length=6, choices=Leg.choices)
    sender = models.ForeignKey(Station, models.PROTECT, null=True, related_name="card_batches_sent")
    """Empty for the maker."""
    origin = models.BigIntegerField()
    station = models.ForeignKey(Station, models.PROTECT, related_name="card_batches")
    parcel = models.CharField(max_length=60, blank=True)
    """The maker's own number of the parcel."""
    sent_on = models.DateField()
    sent_by_name = models.CharField(max_length=80)
    sent_count = models.IntegerField(default=0)
    received_count = models.IntegerField(default=0)
    short_count = models.IntegerField(default=0)
    damaged_count = models.IntegerField(default=0)
    closed_on = models.DateField(null=True)
    closed_by_name = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=300, blank=True)
    version = models.IntegerField(default=1)

    protection = Protection(domain="cards", also_readable=within("cards", "read", "origin"))

    class Meta:
        indexes = [
            models.Index(fields=["division", "-sent_on", "-id"], name="card_batch_by_division"),
            models.Index(fields=["origin", "-sent_on"], name="card_batch_by_origin"),
            models.Index(fields=["parcel", "division"], name="card_batch_by_parcel"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["id", "division"], name="card_batch_id_and_division"),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(sent_count=F("received_count") + F("short_count") + F("damaged_count")),
                name="card_batch_balances",
            ),
            models.CheckConstraint(
                condition=Q(sent_count__gte=0, received_count__gte=0, short_count__gte=0, damaged_count__gte=0),
                name="card_batch_counts_up",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class BatchLine(Scoped):
    """批次清单: one card of a batch and what became of it at the counting; empty while it waits."""

    class Outcome(models.TextChoices):
        RECEIVED = "received", "收到"
        SHORT = "short", "短少"
        DAMAGED = "damaged", "破损"

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="lines", db_constraint=False)
    card = models.ForeignKey(Card, models.PROTECT, related_name="lines", db_constraint=False)
    code = models.CharField(max_length=20)
    holder = models.CharField(max_length=60)
    place = models.BigIntegerField()
    """The holder's village when the batch was packed."""
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    counted_at = models.DateTimeField(null=True)
    counted_by_name = models.CharField(max_length=80, blank=True)

    protection = Protection(
        domain="cards",
        follows=("batch", "cards_batch"),
        through="EXISTS (SELECT 1 FROM cards_batch b WHERE b.id = batch_id)",
    )

    class Meta:
        indexes = [models.Index(fields=["card"], name="card_line_by_card")]
        constraints = [models.UniqueConstraint(fields=["batch", "card"], name="card_line_once")]
