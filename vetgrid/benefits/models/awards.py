"""We store: applications, awards with their dated events, yearly confirmations, and reports of deaths.

An award's state and its payable periods are a projection of its events, which are only added.
"""

from django.db import models
from django.db.models import F, Q

from vetgrid.benefits.models.decisions import Decision
from vetgrid.benefits.models.facts import BENEFITS, OWN
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.registry.models import Person


class Application(Scoped):
    """申请: somebody asks for a benefit, or the platform does it for him from a finding."""

    number = models.CharField(max_length=40)
    person = models.ForeignKey(Person, models.PROTECT, related_name="applications", db_constraint=False, db_index=False)
    programme = models.CharField(max_length=40)
    from_month = models.IntegerField()
    channel = models.CharField(max_length=20)
    papers = models.JSONField(default=list)
    """[{"paper": ..., "is_there": ...}] in the programme's order."""
    state = models.CharField(max_length=12, default="draft")
    finding_id = models.UUIDField(null=True)
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="+", db_index=False)
    note = models.CharField(max_length=500, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    """Why it was refused or withdrawn."""
    asked_on = models.DateField()
    made_by = models.UUIDField()
    made_by_name = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=80, blank=True)
    decided_on = models.DateField(null=True)
    version = models.IntegerField(default=1)

    protection = OWN

    class Meta:
        indexes = [
            models.Index(fields=["division", "state", "-asked_on"], name="application_queue"),
            models.Index(fields=["person"], name="application_by_person"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="application_number_once"),
            models.UniqueConstraint(
                fields=["person", "programme"],
                condition=Q(state__in=["draft", "submitted"]),
                name="application_one_open",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("made_by")), name="application_decided_by_another"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Award(Scoped):
    """待遇: somebody receives a programme. `state`, `from_month` and `to_month` are projections of the events."""

    class State(models.TextChoices):
        ACTIVE = "active", "发放中"
        SUSPENDED = "suspended", "已暂停"
        STOPPED = "stopped", "已停发"

    person = models.ForeignKey(Person, models.PROTECT, related_name="awards", db_constraint=False, db_index=False)
    programme = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    from_month = models.IntegerField()
    to_month = models.IntegerField(null=True)
    """The first month that is no longer paid; empty while open."""
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="awards", db_index=False)
    version = models.IntegerField(default=1)

    protection = OWN

    class Meta:
        indexes = [
            models.Index(fields=["person"], name="award_by_person"),
            models.Index(fields=["programme", "state"], name="award_by_programme"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["id", "division"], name="award_id_and_division"),
            models.UniqueConstraint(
                fields=["person", "programme"], condition=~Q(state="stopped"), name="award_one_open"
            ),
        ]


class AwardEvent(Scoped):
    """待遇变动: what happened to an award, from which month, why and by which article. Only added, never changed."""

    class Kind(models.TextChoices):
        START = "start", "开始发放"
        SUSPEND = "suspend", "暂停"
        RESUME = "resume", "恢复"
        STOP = "stop", "停发"
        MOVE_OUT = "move_out", "迁出"
        MOVE_IN = "move_in", "迁入"
        CONFIRMED = "confirmed", "年度确认"
        LAPSED = "lapsed", "逾期未确认"

    award = models.ForeignKey(Award, models.PROTECT, related_name="events", db_constraint=False, db_index=False)
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    month = models.IntegerField()
    on = models.DateField()
    reason = models.CharField(max_length=500)
    article = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=20, blank=True)
    paid_until = models.IntegerField(null=True)
    """The last month that another county paid before this one took over, and how much a month: of a move in alone."""
    paid_fen = models.BigIntegerField(null=True)
    by = models.UUIDField()
    by_name = models.CharField(max_length=80)
    approver = models.UUIDField(null=True)
    approver_name = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()

    protection = Protection(
        domain="benefits", app=("SELECT", "INSERT"), job=("SELECT", "INSERT"), follows=("award", "benefits_award")
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["award", "number"], name="award_event_in_order")]


class AwardPeriod(Scoped):
    """发放时段: months in which an award pays, made from its events and made again at every event."""

    award = models.ForeignKey(Award, models.PROTECT, related_name="periods", db_constraint=False, db_index=False)
    from_month = models.IntegerField()
    to_month = models.IntegerField()

    # Not in the trail: a projection of events, which are there.
    protection = Protection(
        domain="benefits",
        app=("SELECT", "INSERT", "DELETE"),
        job=("SELECT", "INSERT", "DELETE"),
        is_audited=False,
        follows=("award", "benefits_award"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["award", "from_month"], name="award_period_once"),
            models.CheckConstraint(condition=Q(to_month__gt=F("from_month")), name="award_period_in_order"),
        ]


class Confirmation(Scoped):
    """年度确认: somebody made sure in this year that the person lives and still qualifies."""

    class Way(models.TextChoices):
        VISIT = "visit", "上门见面"
        VIDEO = "video", "视频确认"
        MATCH = "match", "数据比对"

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="benefit_confirmations", db_constraint=False, db_index=False
    )
    year = models.SmallIntegerField()
    way = models.CharField(max_length=8, choices=Way.choices)
    confirmed_on = models.DateField()
    note = models.CharField(max_length=200, blank=True)
    confirmed_by = models.UUIDField()
    confirmed_by_name = models.CharField(max_length=80)

    protection = BENEFITS

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "year"], name="confirmation_once_a_year")]


class DeathReport(Scoped):
    """死亡信息: one source says that somebody died. Pay ends only when two different sources agree."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="death_reports", db_constraint=False, db_index=False
    )
    source = models.CharField(max_length=20)
    died_on = models.DateField()
    reported_on = models.DateField()
    note = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=12, blank=True)
    """Empty while open; confirmed, or mistaken with the reason in `outcome_note`."""
    outcome_note = models.CharField(max_length=200, blank=True)
    reported_by = models.UUIDField()
    reported_by_name = models.CharField(max_length=80)
    reported_at = models.DateTimeField()

    protection = BENEFITS

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "source"], condition=Q(outcome=""), name="death_report_once_a_source"
            ),
        ]
