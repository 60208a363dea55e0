"""We store: cells of households, who has which duty for them or for a division, and who belongs to which cell.

The database refuses, at commit, a living veteran without exactly one open membership, and an open cell without exactly one
contact and one deputy (see database.sql).
"""

from django.db import models
from django.db.models import F, Q

from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.orgs.models import Staff
from vetgrid.registry.models import Person

GRID = Protection(domain="grid")


class Cell(Scoped):
    """微网格: a group of households in one village that one committee member takes charge of."""

    name = models.CharField(max_length=60)
    area = models.CharField(max_length=200, blank=True)
    """Which households, in words: shown on the public sign."""
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    is_default = models.BooleanField(default=False)
    """New persons of the village come here first."""
    protection = GRID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["division"], condition=Q(closed_on=None, is_default=True), name="cell_one_default"
            ),
            models.UniqueConstraint(fields=["division", "name"], condition=Q(closed_on=None), name="cell_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Duty(Scoped):
    """职责: who answers, as what, from when to when. With a cell: contact or deputy. Without: for the whole division."""

    class Kind(models.TextChoices):
        TOWN_LEADER = "town_leader", "镇级总责任人"
        AREA_MEMBER = "area_member", "包片责任人"
        GROUP_HEAD = "group_head", "村级组长"
        CONTACT = "contact", "责任联系人"
        DEPUTY = "deputy", "备岗联系人"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    cell = models.ForeignKey(Cell, models.PROTECT, null=True, related_name="duties")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="duties")
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    """The first day on which it is no longer so: periods are half-open and meet without gap or overlap."""
    reason = models.CharField(max_length=200, blank=True)
    protection = GRID

    class Meta:
        indexes = [
            models.Index(fields=["staff"], name="duty_by_staff", condition=Q(to_on=None)),
            models.Index(fields=["division", "kind"], name="duty_by_division"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(to_on=None) | Q(to_on__gte=F("from_on")), name="duty_dates_in_order"),
            models.CheckConstraint(
                condition=(Q(kind__in=["contact", "deputy"]) & Q(cell__isnull=False))
                | (Q(kind__in=["town_leader", "area_member", "group_head"]) & Q(cell__isnull=True)),
                name="duty_cell_by_kind",
            ),
            models.UniqueConstraint(
                fields=["cell", "kind"], condition=Q(to_on=None, cell__isnull=False), name="duty_one_open_in_cell"
            ),
            models.UniqueConstraint(
                fields=["division", "kind"], condition=Q(to_on=None, cell=None), name="duty_one_open_in_division"
            ),
        ]


class Membership(Scoped):
    """归属: this person belongs to this cell, from when to when; history stays with the place where it happened."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    cell = models.ForeignKey(Cell, models.PROTECT, related_name="memberships")
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    """The first day on which it is no longer so."""
    reason = models.CharField(max_length=200, blank=True)
    protection = Protection(domain="grid", person_column="person_id")

    class Meta:
        indexes = [models.Index(fields=["cell"], name="membership_by_cell", condition=Q(to_on=None))]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")), name="membership_dates_in_order"
            ),
            models.UniqueConstraint(fields=["person"], condition=Q(to_on=None), name="membership_one_open"),
        ]
