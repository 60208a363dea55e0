"""We store: the card itself, apart from the application that led to it, and every step of its life."""

from django.db import models
from django.db.models import F, Q

from vetgrid.cards.models.application import APPENDED, Application
from vetgrid.cards.states import LIVING
from vetgrid.core.crypto import BlindIndexField, SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.orgs.models import Station
from vetgrid.registry.models import Person


class Card(Scoped):
    """证卡: one piece of plastic. `station` is where it lies; the database refuses to issue what no station counted in."""

    code = models.CharField(max_length=20, unique=True)
    """Our own number on the envelope, to be scanned; says nothing about the holder."""
    application = models.ForeignKey(Application, models.PROTECT, related_name="cards", db_constraint=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="cards")
    holder = models.CharField(max_length=60)
    number = SealedField(purpose="card")
    number_index = BlindIndexField(null=True)
    kind = models.CharField(max_length=10)
    bank = models.CharField(max_length=10)
    is_reissue = models.BooleanField(default=False)
    """Made for a replacement, not for a first application."""
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors")
    state = models.CharField(max_length=12, default="made")
    stage_on = models.DateField()
    station = models.ForeignKey(Station, models.PROTECT, null=True, related_name="cards")
    made_on = models.DateField()
    signed_on = models.DateField(null=True)
    received_on = models.DateField(null=True)
    issued_on = models.DateField(null=True)
    issue_way = models.CharField(max_length=10, blank=True)
    receiver = models.CharField(max_length=40, blank=True)
    """Who took it, when not the holder."""
    activated_on = models.DateField(null=True)
    unissued_reason = models.CharField(max_length=20, blank=True)
    """Why it still lies at the station (data/codes/card_unissued.csv)."""
    tries = models.PositiveSmallIntegerField(default=0)
    paused_until = models.DateField(null=True)
    lost_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=20, blank=True)
    returned_on = models.DateField(null=True)
    """When the old card was handed in."""
    version = models.IntegerField(default=1)

    protection = Protection(domain="cards", follows=("application", "cards_application"), person_column="person_id")

    class Ways(models.TextChoices):
        COUNTER = "counter", "到站领取"
        DELIVERY = "delivery", "送证上门"
        CEREMONY = "ceremony", "集中发放"
        AGREED = "agreed", "约定方式"

    class Meta:
        indexes = [
            models.Index(fields=["division", "state", "stage_on"], name="card_by_state"),
            models.Index(fields=["division", "-made_on", "-id"], name="card_by_division"),
            models.Index(fields=["division", "signed_on"], name="card_by_signed"),
            models.Index(fields=["station", "state"], name="card_by_station"),
            models.Index(fields=["person"], name="card_by_person"),
            models.Index(fields=["number_index"], name="card_by_number"),
            models.Index(fields=["application"], name="card_by_application"),
            models.Index(fields=["paused_until"], name="card_by_pause", condition=Q(state="paused")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["id", "division"], name="card_id_and_division"),
            models.UniqueConstraint(fields=["person"], condition=Q(state__in=LIVING), name="card_one_a_person"),
            models.CheckConstraint(
                condition=Q(issued_on=None) | Q(received_on__isnull=False, issued_on__gte=F("received_on")),
                name="card_issued_was_received",
            ),
            models.CheckConstraint(
                condition=Q(received_on=None) | Q(signed_on__isnull=False, received_on__gte=F("signed_on")),
                name="card_received_was_signed",
            ),
            models.CheckConstraint(
                condition=Q(signed_on=None) | Q(signed_on__gte=F("made_on")), name="card_signed_was_made"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["issued", "paused", "lost"]) | Q(issued_on__isnull=False),
                name="card_in_use_was_issued",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class CardStep(Scoped):
    """证卡经过: one move of a card; only added."""

    card = models.ForeignKey(Card, models.PROTECT, related_name="steps", db_constraint=False)
    move = models.CharField(max_length=20)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    on = models.DateField()
    at = models.DateTimeField()
    by_name = models.CharField(max_length=80)
    note = models.CharField(max_length=500, blank=True)
    protection = Protection(
        domain="cards",
        app=APPENDED,
        job=APPENDED,
        follows=("card", "cards_card"),
        through="EXISTS (SELECT 1 FROM cards_card c WHERE c.id = card_id)",
        is_audited=False,
    )

    class Meta:
        indexes = [models.Index(fields=["card", "at"], name="card_step_by_card")]
