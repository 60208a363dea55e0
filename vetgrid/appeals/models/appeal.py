"""We store: an appeal as it stands, every step it went, its letters, links, parts and helpers for finding similar ones.

`division` is where it is handled now, `origin` where it was registered: the station that took it keeps seeing it. Children are
readable through their appeal.
"""

from django.db import models
from django.db.models import F, Q

from vetgrid.core.crypto import SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import PERSON, Protection, within
from vetgrid.orgs.models import Staff, Station
from vetgrid.registry.models import Person

APPENDED = ("SELECT", "INSERT")
THROUGH_APPEAL = "EXISTS (SELECT 1 FROM appeals_appeal a WHERE a.id = appeal_id)"
FOLLOWS = ("appeal", "appeals_appeal")
CHILD = Protection(domain="appeals", follows=FOLLOWS, through=THROUGH_APPEAL)
HISTORY = Protection(domain="appeals", app=APPENDED, job=APPENDED, follows=FOLLOWS, through=THROUGH_APPEAL)
OWN_HISTORY = Protection(
    domain="appeals", app=APPENDED, job=APPENDED, follows=FOLLOWS, through=THROUGH_APPEAL, is_for_citizens=True
)
OWN_CHILD = Protection(domain="appeals", follows=FOLLOWS, through=THROUGH_APPEAL, is_for_citizens=True)


class Series(Scoped):
    """编号: the last number used of a series such as the appeals of a year, counted over the whole county."""

    key = models.CharField(max_length=30)
    last = models.IntegerField()

    protection = Protection(domain="appeals", is_audited=False, also_readable=within("accusations", "read", "division"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["division", "key"], name="series_once")]


class Appeal(Scoped):
    """诉求: a suggestion or a claim. Accusations have a table of their own, out of everybody's sight."""

    class Kind(models.TextChoices):
        CLAIM = "claim", "申诉求决"
        SUGGESTION = "suggestion", "意见建议"

    class Channel(models.TextChoices):
        COUNTER = "counter", "窗口"
        PHONE = "phone", "电话"
        LETTER = "letter", "来信"
        HOME_VISIT = "home_visit", "上门走访"
        MINI_PROGRAM = "mini_program", "小程序"
        HOTLINE = "hotline", "12345 转办"
        RECEPTION = "reception", "领导接访"

    class Opinion(models.TextChoices):
        SUPPORT = "support", "支持请求"
        EXPLAIN = "explain", "解释说明"
        REJECT = "reject", "不予支持"
        ADOPT = "adopt", "采纳建议"

    number = models.CharField(max_length=30, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    channel = models.CharField(max_length=12, choices=Channel.choices)
    category = models.CharField(max_length=20)
    """A code of data/codes/appeal_category.csv."""
    title = models.CharField(max_length=80)
    text = SealedField(purpose="appeal")
    wish = SealedField(purpose="appeal")
    """What the person asks for, in one or two sentences."""
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="appeals")
    applicant = models.CharField(max_length=40, blank=True)
    """The name as given; empty when anonymous."""
    phone = SealedField(purpose="phone")
    address = models.CharField(max_length=120, blank=True)
    is_anonymous = models.BooleanField(default=False)
    speaker = models.CharField(max_length=40, blank=True)
    """Who speaks on behalf of the person; with `relation` (data/codes/appeal_relation.csv)."""
    relation = models.CharField(max_length=20, blank=True)
    people = models.PositiveSmallIntegerField(default=1)
    """How many came or signed; more than one makes it a group visit."""
    source_number = models.CharField(max_length=60, blank=True)
    """The number of the hotline or of the office that sent it here."""
    origin = models.BigIntegerField()
    origin_station = models.ForeignKey(Station, models.PROTECT, related_name="registered_appeals")
    station = models.ForeignKey(Station, models.PROTECT, related_name="appeals")
    sender = models.ForeignKey(Station, models.PROTECT, null=True, related_name="sent_appeals")
    """Who transferred it here last."""
    state = models.CharField(max_length=12, default="registered")
    received_on = models.DateField()
    transferred_on = models.DateField(null=True)
    accepted_on = models.DateField(null=True)
    answered_on = models.DateField(null=True)
    handler = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    """Who answered: ratings are kept secret from this person."""
    closed_on = models.DateField(null=True)
    opinion = models.CharField(max_length=10, choices=Opinion.choices, blank=True)
    is_solved = models.BooleanField(default=False)
    """A real difficulty was solved: what the report counts."""
    promise = models.CharField(max_length=200, blank=True)
    promised_on = models.DateField(null=True)
    promise_kept_on = models.DateField(null=True)
    is_supervised = models.BooleanField(default=False)
    leader = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="taken_appeals")
    """The leader who took it on (包案)."""
    extension_asked_by = models.UUIDField(null=True)
    extension_reason = models.CharField(max_length=200, blank=True)
    registered_at = models.DateTimeField()
    registered_by = models.UUIDField()
    registered_by_name = models.CharField(max_length=80)
    version = models.IntegerField(default=1)

    protection = Protection(
        domain="appeals",
        person_column="person_id",
        also_readable=f"({within('appeals', 'read', 'origin')} OR appeals_shared(id))",
    )

    class Meta:
        indexes = [
            models.Index(fields=["division", "-received_on", "-id"], name="appeal_by_division"),
            models.Index(fields=["origin", "-received_on", "-id"], name="appeal_by_origin"),
            models.Index(fields=["person"], name="appeal_by_person"),
            models.Index(fields=["division", "state"], name="appeal_by_state"),
            models.Index(fields=["category", "division", "received_on"], name="appeal_by_category"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["id", "division"], name="appeal_id_and_division"),
            models.CheckConstraint(condition=Q(people__gte=1), name="appeal_by_somebody"),
            models.CheckConstraint(
                condition=Q(is_anonymous=False) | Q(person=None, applicant=""), name="appeal_anonymous"
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("received_on")), name="appeal_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Representative(Scoped):
    """代表: who speaks for a group; at most five (信访工作条例 第二十条, refused by the database)."""

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="representatives", db_constraint=False)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    phone = SealedField(purpose="phone")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    protection = CHILD

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal", "position"], name="representative_in_order"),
            models.CheckConstraint(condition=Q(position__gte=1, position__lte=5), name="representative_at_most_five"),
        ]


class Step(Scoped):
    """办理过程: one move, by whom, when, with its note; only added."""

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="steps", db_constraint=False)
    move = models.CharField(max_length=20)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    on = models.DateField()
    at = models.DateTimeField()
    by = models.UUIDField()
    by_name = models.CharField(max_length=80)
    station = models.ForeignKey(Station, models.PROTECT, related_name="+")
    note = models.CharField(max_length=1000, blank=True)
    protection = OWN_HISTORY

    class Meta:
        indexes = [models.Index(fields=["appeal", "at"], name="step_by_appeal")]


class Letter(Scoped):
    """文书: number, date and frozen content; the PDF made from it later is the same to the byte."""

    class Kind(models.TextChoices):
        ACCEPTANCE = "acceptance", "受理告知书"
        NON_ACCEPTANCE = "non_acceptance", "不予受理告知书"
        TRANSFER = "transfer", "转送函"
        EXTENSION = "extension", "延期告知书"
        OPINION = "opinion", "处理意见书"
        REVIEW = "review", "复查意见书"
        REREVIEW = "rereview", "复核意见书"

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="letters", db_constraint=False)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    number = models.CharField(max_length=40, unique=True)
    dated_on = models.DateField()
    template = models.PositiveSmallIntegerField()
    """Version of the template; old versions stay in the program."""
    content = SealedField(purpose="appeal")
    """JSON: everything that the template shows."""
    digest = models.CharField(max_length=64)
    """SM3 of the PDF as it was first made."""
    made_by_name = models.CharField(max_length=80)
    protection = HISTORY


class Link(Scoped):
    """关联: two appeals about the same matter; linking and un-linking is one move each."""

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="links", db_constraint=False)
    other_id = models.UUIDField()
    """The other appeal may lie out of the viewer's reach; then only its number shows."""
    other_number = models.CharField(max_length=30)
    linked_by_name = models.CharField(max_length=80)
    linked_at = models.DateTimeField()
    unlinked_by_name = models.CharField(max_length=80, blank=True)
    unlinked_at = models.DateTimeField(null=True)
    protection = CHILD

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal", "other_id"], condition=Q(unlinked_at=None), name="link_once"),
            models.CheckConstraint(condition=~Q(appeal=F("other_id")), name="link_to_another"),
        ]


class JointPart(Scoped):
    """协办: the part of another station, with its own owner and date; `division` is that station's."""

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="parts")
    station = models.ForeignKey(Station, models.PROTECT, related_name="joint_parts")
    asked = models.CharField(max_length=500)
    result = models.CharField(max_length=1000, blank=True)
    done_on = models.DateField(null=True)
    protection = Protection(domain="appeals", also_readable=f"({PERSON} IS NULL AND {THROUGH_APPEAL})")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal", "station"], condition=Q(done_on=None), name="joint_part_once")
        ]


class Attachment(Scoped):
    """附件: a file that came with the appeal, checked to be what it says it is."""

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="attachments", db_constraint=False)
    file = models.UUIDField()
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    added_by_name = models.CharField(max_length=80)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    protection = OWN_CHILD


class Band(models.Model):
    """A fingerprint of an appeal's words: appeals that share one are similar. Read by `appeals_similar()` alone."""

    pk = models.CompositePrimaryKey("band", "received_on", "appeal_id")
    band = models.IntegerField()
    received_on = models.DateField()
    division = models.BigIntegerField()
    appeal = models.ForeignKey(Appeal, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    protection = Protection(domain="appeals", app=("SELECT", "INSERT"), job=("SELECT", "INSERT"), is_audited=False)
