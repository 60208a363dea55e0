"""We store: who was received, appointments with leaders, and what people thought of it."""

from django.db import models
from django.db.models import Q

from vetgrid.core.crypto import SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.orgs.models import ReceptionDay, Staff, Station
from vetgrid.registry.models import Person

_STAFF = "nullif(current_setting('vetgrid.staff', true), '')::uuid"
_KNOWN = "nullif(current_setting('vetgrid.ticket', true), '')"


class Reception(Scoped):
    """接访: one visit that was received; `people` counts heads, which is what the report sums up."""

    on = models.DateField()
    station = models.ForeignKey(Station, models.PROTECT, related_name="receptions")
    channel = models.CharField(max_length=12)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="receptions")
    visitor = models.CharField(max_length=40)
    people = models.PositiveSmallIntegerField(default=1)
    topic = models.CharField(max_length=120)
    outcome = models.CharField(max_length=500, blank=True)
    receiver_name = models.CharField(max_length=40)
    day = models.ForeignKey(ReceptionDay, models.PROTECT, null=True, related_name="receptions")
    appeal_id = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by_name = models.CharField(max_length=80)
    protection = Protection(domain="appeals")

    class Meta:
        indexes = [models.Index(fields=["division", "-on", "-id"], name="reception_by_division")]
        constraints = [models.CheckConstraint(condition=Q(people__gte=1), name="reception_of_somebody")]


class Appointment(Scoped):
    """预约: a visitor wants to see the leader of a reception day."""

    class State(models.TextChoices):
        BOOKED = "booked", "已预约"
        RECEIVED = "received", "已接访"
        CANCELLED = "cancelled", "已取消"

    day = models.ForeignKey(ReceptionDay, models.PROTECT, related_name="appointments")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    visitor = models.CharField(max_length=40)
    phone = SealedField(purpose="phone")
    topic = models.CharField(max_length=120)
    people = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.BOOKED)
    reception = models.OneToOneField(Reception, models.PROTECT, null=True, related_name="appointment")
    booked_by_name = models.CharField(max_length=80)
    booked_at = models.DateTimeField()
    origin = models.BigIntegerField()
    """The station that booked it; it keeps seeing its own bookings."""
    protection = Protection(domain="appeals", also_readable="appeals_reads(origin)")


class RatingTicket(Scoped):
    """评价凭证: one visit, one rating. The token is printed for the visitor; here lies its SM3 hash."""

    subject = models.CharField(max_length=12)
    """appeal, consultation or reception."""
    subject_id = models.UUIDField()
    subject_number = models.CharField(max_length=30)
    token_hash = models.CharField(max_length=64, unique=True)
    station = models.ForeignKey(Station, models.PROTECT, related_name="+")
    handler = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    expires_on = models.DateField()
    used_at = models.DateTimeField(null=True)
    protection = Protection(
        domain="appeals",
        is_audited=False,
        also_readable=f"token_hash = {_KNOWN}",
        also_writable=f"token_hash = {_KNOWN}",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "subject_id"], name="rating_ticket_once")]


class Rating(Scoped):
    """好差评: five levels, once a visit; secret to the handler, and its change in the trail shows on nobody's page."""

    class Level(models.IntegerChoices):
        VERY_GOOD = 5, "非常满意"
        GOOD = 4, "满意"
        FAIR = 3, "基本满意"
        BAD = 2, "不满意"
        VERY_BAD = 1, "非常不满意"

    ticket = models.OneToOneField(RatingTicket, models.PROTECT, related_name="rating")
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    aspects = models.JSONField(default=list)
    """Codes of data/codes/rating_aspect.csv that the rater chose."""
    comment = SealedField(purpose="appeal")
    handler = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    rated_at = models.DateTimeField()
    protection = Protection(
        domain="ratings",
        app=("SELECT", "INSERT"),
        job=("SELECT", "INSERT"),
        is_confidential=True,
        hidden_when=f"coalesce(handler_id = {_STAFF}, false)",
    )

    class Meta:
        indexes = [models.Index(fields=["division", "-rated_at"], name="rating_by_division")]
        constraints = [models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="rating_in_five_levels")]
