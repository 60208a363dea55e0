"""We store: every message with its template and version, whom it was for, and each attempt to send it."""

from django.db import models
from django.db.models import Q

from vetgrid.core.crypto import SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.orgs.models import Staff

_STAFF = "nullif(current_setting('vetgrid.staff', true), '')::uuid"


class Notice(Scoped):
    """消息: one message to one recipient (a staff member or a person) over one channel."""

    class Channel(models.TextChoices):
        IN_APP = "in_app", "站内消息"
        SMS = "sms", "短信"
        WECHAT = "wechat", "微信订阅消息"

    class State(models.TextChoices):
        QUEUED = "queued", "等待发送"
        SENT = "sent", "已送达通道"
        RECORDED = "recorded", "只做记录,未发出"
        UNSENT = "unsent", "没有发送"
        FAILED = "failed", "发送失败"

    staff = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="notices")
    person_id = models.UUIDField(null=True)
    """The person's key in the registry, which lies above this domain; without staff and person it goes to an address alone."""
    channel = models.CharField(max_length=8, choices=Channel.choices)
    template = models.CharField(max_length=40)
    template_version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    body = models.TextField()
    url = models.CharField(max_length=200, blank=True)
    address = SealedField(purpose="phone")
    """The phone number or open id, sealed; empty for in-app messages."""
    secret = SealedField(purpose="notice_secret")
    """What only the recipient may read (a code): put in the place of its dots when it is sent, then forgotten."""
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices)
    reason = models.CharField(max_length=200, blank=True)
    """Why it was not sent, in a sentence."""
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    dedupe = models.CharField(max_length=120, null=True, unique=True)
    """The same occasion gives the same key: it is told once, whatever is retried."""
    is_confidential = models.BooleanField(default=False)

    protection = Protection(
        domain="notices",
        hidden_when="is_confidential",
        person_column="person_id",
        also_readable=f"staff_id = {_STAFF}",
        also_writable=f"staff_id = {_STAFF}",
    )

    class Meta:
        indexes = [
            models.Index(fields=["staff", "-made_at"], name="notice_by_staff"),
            models.Index(fields=["staff"], name="notice_unread", condition=Q(read_at=None)),
            models.Index(fields=["division", "-made_at"], name="notice_by_division"),
            models.Index(fields=["person_id", "-made_at"], name="notice_by_person", condition=Q(staff=None)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(staff__isnull=False, person_id=None)
                | Q(staff=None, person_id__isnull=False)
                | Q(staff=None, person_id=None, address__isnull=False),
                name="notice_has_one_recipient",
            ),
            models.CheckConstraint(condition=Q(state__in=["queued", "sent"]) | ~Q(reason=""), name="notice_says_why"),
        ]


class Attempt(Scoped):
    """发送记录: one try to hand a message to its channel; never changed."""

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="attempts")
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=Notice.State.choices)
    reason = models.CharField(max_length=200, blank=True)

    protection = Protection(domain="notices", app=("SELECT", "INSERT"), job=("SELECT", "INSERT"))


class Story(Scoped):
    """宣传: an explanation of policy or a story of a veteran that the bureau publishes; everybody may read it."""

    class Kind(models.TextChoices):
        EXPLANATION = "explanation", "政策解读"
        STORY = "story", "老兵故事"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    title = models.CharField(max_length=80)
    summary = models.CharField(max_length=200, blank=True)
    body = models.TextField(max_length=5000)
    published_on = models.DateField()
    withdrawn_on = models.DateField(null=True)
    by_name = models.CharField(max_length=80)
    version = models.IntegerField(default=1)
    protection = Protection(domain="notices", is_public=True)

    class Meta:
        indexes = [models.Index(fields=["-published_on", "-id"], name="story_by_day")]
