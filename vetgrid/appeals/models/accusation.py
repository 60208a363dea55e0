"""We store: accusations, in the discipline channel. The accused and their unit never see one (信访工作条例 第三十条).

The database itself hides the rows: from the accused, and from whoever serves at the accused's station. Their changes are in the
trail without a place, so no auditor's page shows them; the chain covers them all the same.
"""

from django.db import models

from vetgrid.core.crypto import SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.orgs.models import Staff, Station

THROUGH = "EXISTS (SELECT 1 FROM appeals_accusation a WHERE a.id = accusation_id)"


class Accusation(Scoped):
    """检举控告: who is accused of what. `division` is the county; the station that took it down does not keep it."""

    number = models.CharField(max_length=30, unique=True)
    channel = models.CharField(max_length=12)
    text = SealedField(purpose="accusation")
    accused_name = SealedField(purpose="accusation")
    accused = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    accused_station = models.ForeignKey(Station, models.PROTECT, null=True, related_name="+")
    accuser = SealedField(purpose="accusation")
    """Name and phone of the accuser, or nothing when anonymous."""
    is_anonymous = models.BooleanField(default=False)
    state = models.CharField(max_length=12, default="received")
    received_on = models.DateField()
    registered_at = models.DateTimeField()
    result = SealedField(purpose="accusation")
    done_on = models.DateField(null=True)
    version = models.IntegerField(default=1)

    protection = Protection(
        domain="accusations", is_confidential=True, hidden_when="appeals_is_about_me(accused_id, accused_station_id)"
    )


class AccusationStep(Scoped):
    """办理过程 of an accusation; only added."""

    accusation = models.ForeignKey(Accusation, models.PROTECT, related_name="steps")
    move = models.CharField(max_length=20)
    to_state = models.CharField(max_length=12)
    on = models.DateField()
    at = models.DateTimeField()
    by = models.UUIDField()
    by_name = models.CharField(max_length=80)
    note = SealedField(purpose="accusation")

    protection = Protection(
        domain="accusations",
        app=("SELECT", "INSERT"),
        job=("SELECT", "INSERT"),
        is_confidential=True,
        hidden_when=f"NOT {THROUGH}",  # not `through`: who takes it down may serve at the accused's own station
    )
