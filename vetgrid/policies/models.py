"""We store: policies, their clauses with the time of force, and common questions with the clauses that answer them.

The library is for everyone who is signed in; only writing is scoped.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection

LIBRARY = Protection(domain="policies", is_public=True)


class Policy(Scoped):
    """政策文件: a law, a regulation, or a document of ministry, province, prefecture or county."""

    class Level(models.TextChoices):
        LAW = "law", "法律"
        REGULATION = "regulation", "法规"
        MINISTRY = "ministry", "部门文件"
        PROVINCE = "province", "省级文件"
        PREFECTURE = "prefecture", "市级文件"
        COUNTY = "county", "县级文件"

    title = models.CharField(max_length=120)
    number = models.CharField(max_length=60, blank=True)
    issuer = models.CharField(max_length=120)
    level = models.CharField(max_length=12, choices=Level.choices)
    issued_on = models.DateField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    """The last day of force; empty while in force."""
    summary = models.CharField(max_length=500, blank=True)
    version = models.IntegerField(default=1)
    protection = LIBRARY

    class Meta:
        indexes = [models.Index(fields=["title", "-issued_on"], name="policy_by_title")]
        constraints = [
            models.UniqueConstraint(fields=["title", "issued_on"], name="policy_once"),
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gte=F("effective_from")), name="policy_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Clause(Scoped):
    """条款: one article in one version, with the words that searching uses."""

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="clauses")
    position = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=20)
    chapter = models.CharField(max_length=60, blank=True)
    text = models.TextField()
    explanation = models.CharField(max_length=1000, blank=True)
    """In plain words, for people who are no lawyers."""
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    words = ArrayField(models.CharField(max_length=20))
    """Pairs of characters of text and explanation (see tokens)."""
    title_words = ArrayField(models.CharField(max_length=20))
    protection = LIBRARY

    class Meta:
        indexes = [models.Index(fields=["policy", "position"], name="clause_by_policy")]
        constraints = [
            models.UniqueConstraint(fields=["policy", "position"], condition=Q(effective_to=None), name="clause_once")
        ]


class Faq(Scoped):
    """常见问答: a good answer, published after somebody else has reviewed it."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待审核"
        APPROVED = "approved", "已发布"
        REFUSED = "refused", "未采用"

    question = models.CharField(max_length=1000)
    answer = models.CharField(max_length=2000)
    clauses = models.JSONField(default=list)
    words = ArrayField(models.CharField(max_length=20))
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.UUIDField()
    proposed_by_name = models.CharField(max_length=80)
    proposed_at = models.DateTimeField()
    decided_by_name = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=300, blank=True)
    protection = LIBRARY
