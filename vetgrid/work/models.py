"""We store: work items with their owner, clocks with the events that move them, and which step of a ladder was told.

The database refuses an open item without owner or next date, an owner who does not work here, and staff who leave while
items are theirs (see database.sql). Clock events are only added.
"""

from django.db import models
from django.db.models import F, Q

from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.orgs.models import Staff, Station

_STAFF = "nullif(current_setting('vetgrid.staff', true), '')::uuid"
_CONFIDING = "current_setting('vetgrid.confidential', true) = 'on'"


class WorkItem(Scoped):
    """事项: one open matter with one owner, one station, one next date. Verticals change it through `work.actions` alone."""

    class Priority(models.IntegerChoices):
        URGENT = 1, "特急"
        HIGH = 2, "加急"
        NORMAL = 3, "普通"

    class ClockState(models.TextChoices):
        NONE = "none", "不计时"
        RUNNING = "running", "计时中"
        PAUSED = "paused", "暂停"

    kind = models.CharField(max_length=20)
    """A key of `work.kinds`."""
    subject_id = models.UUIDField()
    title = models.CharField(max_length=120)
    station = models.ForeignKey(Station, models.PROTECT, related_name="work")
    owner = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="work")
    deputy = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="deputised_work")
    priority = models.SmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    opened_on = models.DateField()
    next_on = models.DateField(null=True)
    next_step = models.CharField(max_length=60)
    clock_state = models.CharField(max_length=8, choices=ClockState.choices, default=ClockState.NONE)
    due_on = models.DateField(null=True)
    is_provisional = models.BooleanField(default=False)
    """The due date counts days of a year whose national calendar is not published yet."""
    closed_on = models.DateField(null=True)
    outcome = models.CharField(max_length=60, blank=True)
    is_confidential = models.BooleanField(default=False)
    version = models.IntegerField(default=1)

    protection = Protection(
        domain="work",
        hidden_when="is_confidential",
        also_readable=f"(owner_id = {_STAFF} OR deputy_id = {_STAFF} OR {_CONFIDING})",
        also_writable=_CONFIDING,
    )

    class Meta:
        indexes = [
            models.Index(fields=["division", "next_on", "id"], name="work_by_division", condition=Q(closed_on=None)),
            models.Index(fields=["owner", "next_on", "id"], name="work_by_owner", condition=Q(closed_on=None)),
            models.Index(fields=["deputy"], name="work_by_deputy", condition=Q(closed_on=None)),
            models.Index(fields=["due_on"], name="work_by_due", condition=Q(closed_on=None, clock_state="running")),
            models.Index(fields=["next_on"], name="work_by_next", condition=Q(closed_on=None)),
            models.Index(fields=["subject_id"], name="work_by_subject"),
            models.Index(fields=["station"], name="work_by_station", condition=Q(closed_on=None)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["id", "division"], name="work_id_and_division"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=False) | Q(owner__isnull=False, next_on__isnull=False),
                name="work_open_has_owner_and_date",
            ),
            models.CheckConstraint(condition=~Q(owner=F("deputy")), name="work_deputy_is_another"),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")), name="work_dates_in_order"
            ),
            models.UniqueConstraint(
                fields=["kind", "subject_id", "station"], condition=Q(closed_on=None), name="work_once_open"
            ),
        ]

    def __str__(self) -> str:
        return self.title


_THROUGH_ITEM = "EXISTS (SELECT 1 FROM work_workitem i WHERE i.id = item_id)"


class Clock(Scoped):
    """时钟: one legal limit that runs on an item. The events decide; `due_on` and `state` are their projection."""

    class State(models.TextChoices):
        RUNNING = "running", "计时中"
        PAUSED = "paused", "暂停"
        STOPPED = "stopped", "已停止"

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="clocks", db_constraint=False)
    limit = models.CharField(max_length=40)
    started_on = models.DateField()
    state = models.CharField(max_length=8, choices=State.choices)
    due_on = models.DateField(null=True)
    """The last day; empty while paused."""
    stopped_on = models.DateField(null=True)
    is_provisional = models.BooleanField(default=False)

    protection = Protection(domain="work", follows=("item", "work_workitem"), through=_THROUGH_ITEM)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "division"], name="clock_id_and_division"),
            models.UniqueConstraint(
                fields=["item"], condition=Q(state__in=["running", "paused"]), name="clock_one_at_a_time"
            ),
        ]


class ClockEvent(Scoped):
    """时钟事件: what happened to a clock, with reason, approver and time. Only added, never changed."""

    class Kind(models.TextChoices):
        START = "start", "开始"
        PAUSE = "pause", "暂停"
        RESUME = "resume", "恢复"
        EXTEND = "extend", "延长"
        STOP = "stop", "停止"

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="events", db_constraint=False)
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    on = models.DateField()
    days = models.PositiveSmallIntegerField(null=True)
    unit = models.CharField(max_length=8, blank=True)
    article = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=200)
    approver = models.UUIDField(null=True)
    approver_name = models.CharField(max_length=40, blank=True)
    by = models.UUIDField()
    by_name = models.CharField(max_length=80)
    at = models.DateTimeField()

    protection = Protection(
        domain="work",
        app=("SELECT", "INSERT"),
        job=("SELECT", "INSERT"),
        follows=("clock", "work_clock"),
        through="EXISTS (SELECT 1 FROM work_clock c WHERE c.id = clock_id)",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clock", "number"], name="clock_event_in_order")]


class Escalation(Scoped):
    """提醒与升级: this step of the ladder was told for this item and this date; the key makes it happen once."""

    item = models.ForeignKey(WorkItem, models.DO_NOTHING, related_name="escalations", db_constraint=False)
    """No key checks it: items are never deleted, and a sweep writes a hundred thousand of these at once."""
    step = models.CharField(max_length=20)
    base_on = models.DateField()
    """The due date (or next date) that the step counts from: a new date starts the ladder anew."""
    audience = models.CharField(max_length=20)
    told_at = models.DateTimeField()
    is_undeliverable = models.BooleanField(default=False)
    """Nobody holds the post that should have been told; the zero board shows it."""
    is_confidential = models.BooleanField(default=False)

    # Not in the trail: it is a log itself, which the worker alone may add to and nobody may change.
    protection = Protection(
        domain="work",
        app=("SELECT",),
        job=("SELECT", "INSERT"),
        is_audited=False,
        hidden_when="is_confidential",
        also_readable=_THROUGH_ITEM,
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "step", "base_on"], name="escalation_once")]
