"""We store: divisions from nation to village, stations with what they have, staff with their posts, rota and calendar."""

from django.db import models
from django.db.models import F, Q

from vetgrid.core.crypto import BlindIndexField, SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.places import Level
from vetgrid.core.protection import Protection

ORGS = Protection(domain="orgs")


class Division(models.Model):
    """区划: one place with its 12-digit code. A closed division keeps its row and names its successor."""

    code = models.BigIntegerField(primary_key=True)
    division = models.GeneratedField(
        expression=F("code"),  # type: ignore[arg-type]  # a plain column is allowed here
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    name = models.CharField(max_length=80)
    level = models.SmallIntegerField(choices=[(level.value, level.name) for level in Level])
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True, related_name="predecessors")

    protection = Protection(domain="orgs", is_public=True)

    class Meta:
        indexes = [models.Index(fields=["parent", "code"], name="division_by_parent")]
        constraints = [
            models.CheckConstraint(
                condition=Q(successor=None) | Q(closed_on__isnull=False), name="division_successor_needs_close"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DivisionChange(Scoped):
    """区划变更: a division or station was opened, renamed, merged or closed; the paper that says so."""

    class Kind(models.TextChoices):
        OPENED = "opened", "设立"
        RENAMED = "renamed", "更名"
        MERGED = "merged", "合并"
        CLOSED = "closed", "撤销"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    subject = models.CharField(max_length=10, choices=[("division", "区划"), ("station", "服务站")])
    subject_id = models.CharField(max_length=40)
    on = models.DateField()
    old_name = models.CharField(max_length=80, blank=True)
    new_name = models.CharField(max_length=80, blank=True)
    into = models.CharField(max_length=40, blank=True)
    document = models.CharField(max_length=120, blank=True)
    protection = ORGS

    class Meta:
        indexes = [models.Index(fields=["division", "on"], name="division_change_by_day")]


class Station(Scoped):
    """服务中心(站): the city centre, a town or village station, or a university station."""

    class Kind(models.TextChoices):
        CITY = "city", "市级服务中心"
        TOWN = "town", "镇(街道)服务站"
        VILLAGE = "village", "村(社区)服务站"
        UNIVERSITY = "university", "高校服务站"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    hours = models.CharField(max_length=120, blank=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True, related_name="predecessors")
    version = models.IntegerField(default=1)
    # What hangs beside every door is public; matters travel, so each station must be able to name every other.
    protection = Protection(domain="orgs", is_public=True)

    class Meta:
        indexes = [models.Index(fields=["division", "kind"], name="station_by_division")]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "kind"],
                condition=Q(closed_on=None) & ~Q(kind="university"),
                name="station_one_open_per_division",
            )
        ]

    def __str__(self) -> str:
        return self.name


class StationFact(Scoped):
    """A dated fact about a station; the subclasses of the abstract idea are told apart by their table."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="%(class)ss")
    code = models.CharField(max_length=20)
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    note = models.CharField(max_length=300, blank=True)
    protection = ORGS

    class Meta:
        abstract = True


class FiveHave(StationFact):
    """五有: organisation, posts, people, money, protection (codes: data/codes/five_haves.csv)."""


class Place(StationFact):
    """场所: one of the eight kinds of places in a home of veterans (codes: data/codes/place_kind.csv)."""

    area_m2 = models.PositiveIntegerField(null=True)


class NoticeBoard(StationFact):
    """政治文化宣传栏: the cultural notice board of a station."""

    refreshed_on = models.DateField(null=True)


class StationHonour(StationFact):
    """荣誉: an honour or passed review of a station (codes: data/codes/station_honour.csv); `from_on` is the award day."""

    issuer = models.CharField(max_length=120, blank=True)
    document = models.CharField(max_length=120, blank=True)


class Staff(Scoped):
    """工作人员: a person who works in the service network, from the first to the last day."""

    name = models.CharField(max_length=40)
    name_pinyin = models.CharField(max_length=120)
    phone = SealedField(purpose="phone")
    phone_index = BlindIndexField(null=True)
    started_on = models.DateField()
    ended_on = models.DateField(null=True)
    version = models.IntegerField(default=1)
    protection = ORGS

    class Meta:
        indexes = [models.Index(fields=["division", "name_pinyin"], name="staff_by_division")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")), name="staff_dates_in_order"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Post(Scoped):
    """岗位: what a staff member is, where, from when to when."""

    class Kind(models.TextChoices):
        BUREAU_LEADER = "bureau_leader", "局领导"
        SECTION_CHIEF = "section_chief", "股室负责人"
        CENTRE_HEAD = "centre_head", "服务中心主任"
        TOWN_LEADER = "town_leader", "镇(街道)主要领导"
        TOWN_COMMITTEE = "town_committee", "镇(街道)班子成员"
        STATION_HEAD = "station_head", "服务站站长"
        AFFAIRS_OFFICER = "affairs_officer", "退役军人事务员"
        DISCIPLINE = "discipline", "纪检监察联络员"
        VILLAGE_HEAD = "village_head", "村(社区)主干"
        VILLAGE_COMMITTEE = "village_committee", "村(社区)两委成员"

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="posts")
    station = models.ForeignKey(Station, models.PROTECT, null=True, related_name="posts")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    protection = ORGS

    class Meta:
        indexes = [
            models.Index(fields=["division", "kind"], name="post_by_division"),
            models.Index(fields=["staff"], name="post_by_staff"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(to_on=None) | Q(to_on__gte=F("from_on")), name="post_dates_in_order"),
            models.UniqueConstraint(
                fields=["staff", "division", "kind"], condition=Q(to_on=None), name="post_held_once_at_a_time"
            ),
        ]


class ReceptionDay(Scoped):
    """领导接访日: a leader receives visitors on this day, at these hours, in this place."""

    on = models.DateField()
    leader = models.ForeignKey(Staff, models.PROTECT, related_name="reception_days")
    hours = models.CharField(max_length=40)
    place = models.CharField(max_length=120)
    note = models.CharField(max_length=200, blank=True)
    cancelled_at = models.DateTimeField(null=True)
    protection = ORGS

    class Meta:
        indexes = [models.Index(fields=["division", "on"], name="reception_day_by_day")]


class CalendarException(Scoped):
    """工作日历例外: a local day off or working day that differs from the national calendar."""

    on = models.DateField()
    is_working = models.BooleanField()
    reason = models.CharField(max_length=120)
    protection = ORGS

    class Meta:
        constraints = [models.UniqueConstraint(fields=["division", "on"], name="calendar_exception_once")]
