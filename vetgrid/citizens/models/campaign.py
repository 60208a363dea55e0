"""We store: collection campaigns whose forms are data, and each person's reply, a draft until it is sent."""

from django.db import models
from django.db.models import F, Q

from vetgrid.core.crypto import SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import PERSON, Protection
from vetgrid.registry.models import Person


class Campaign(Scoped):
    """信息采集活动: a form that the people of a place are asked to fill; `form` is JSON Schema (see `citizens.rules`)."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        OPEN = "open", "进行中"
        CLOSED = "closed", "已结束"

    title = models.CharField(max_length=80)
    intro = models.CharField(max_length=500, blank=True)
    form = models.JSONField(default=dict)
    opens_on = models.DateField()
    closes_on = models.DateField()
    """The last day on which a reply is taken."""
    veterans_only = models.BooleanField(default=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    made_by_name = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    version = models.IntegerField(default=1)

    protection = Protection(domain="citizens", also_readable=f"({PERSON} IS NOT NULL AND state <> 'draft')")

    class Meta:
        indexes = [models.Index(fields=["division", "state", "-opens_on"], name="campaign_by_division")]
        constraints = [
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="campaign_dates_in_order")
        ]

    def __str__(self) -> str:
        return self.title


class Reply(Scoped):
    """填报: one person's values, sealed; sent once, corrected until the campaign closes."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SENT = "sent", "已提交"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="replies")
    person = models.ForeignKey(Person, models.PROTECT, related_name="replies", db_constraint=False)
    values = SealedField(purpose="reply", null=False)
    """JSON: the form's keys to what was filled in."""
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    saved_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    helper = models.CharField(max_length=80, blank=True)
    """Who filled it in on the person's behalf."""

    protection = Protection(domain="citizens", follows=("person", "registry_person"), person_column="person_id")

    class Meta:
        indexes = [models.Index(fields=["division", "campaign"], name="reply_by_division")]
        constraints = [models.UniqueConstraint(fields=["campaign", "person"], name="reply_once")]
