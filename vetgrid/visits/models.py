"""We store: visits, only added. The phone's own id makes a visit that is sent twice the same visit."""

from django.db import models

from vetgrid.core.crypto import SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.orgs.models import Staff
from vetgrid.registry.models import Person


class Visit(Scoped):
    """走访: one contact with one person. Place and pictures are never asked for; what was said is sealed."""

    class Way(models.TextChoices):
        HOME = "home", "上门"
        PHONE = "phone", "电话"
        STATION = "station", "到站"
        VIDEO = "video", "视频"

    client_id = models.UUIDField(unique=True)
    """Made on the phone before there was a network."""
    digest = models.CharField(max_length=64)
    """Of what the phone sent: the same id with another content is refused."""
    person = models.ForeignKey(Person, models.PROTECT, related_name="visits", db_constraint=False)
    staff = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="visits")
    visited_at = models.DateTimeField()
    way = models.CharField(max_length=8, choices=Way.choices)
    text = SealedField(purpose="visit")
    needs = models.JSONField(default=list)
    """Codes of data/codes/visit_need.csv."""
    location = SealedField(purpose="visit")
    files = models.JSONField(default=list)
    base_version = models.IntegerField()
    """The version of the person's file that the visitor had on the phone."""
    recorded_by = models.UUIDField()
    recorded_by_name = models.CharField(max_length=80)
    recorded_at = models.DateTimeField()

    protection = Protection(
        domain="visits", app=("SELECT", "INSERT"), job=("SELECT", "INSERT"), follows=("person", "registry_person")
    )

    class Meta:
        indexes = [
            models.Index(fields=["person", "-visited_at"], name="visit_by_person"),
            models.Index(fields=["division", "-visited_at", "-id"], name="visit_by_division"),
        ]
