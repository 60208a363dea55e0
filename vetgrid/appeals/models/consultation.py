"""We store: questions about policy, with the answer and the clauses it rests on."""

from django.db import models

from vetgrid.core.crypto import SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.orgs.models import Staff, Station
from vetgrid.registry.models import Person


class Consultation(Scoped):
    """咨询: one question, one specialist, an answer within two working days (as data)."""

    number = models.CharField(max_length=30, unique=True)
    channel = models.CharField(max_length=12)
    question = models.CharField(max_length=1000)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="consultations")
    asker = models.CharField(max_length=40, blank=True)
    phone = SealedField(purpose="phone")
    station = models.ForeignKey(Station, models.PROTECT, related_name="consultations")
    state = models.CharField(max_length=12, default="asked")
    asked_on = models.DateField()
    answer = models.CharField(max_length=2000, blank=True)
    clauses = models.JSONField(default=list)
    """Ids of the cited clauses of the policy library."""
    answered_on = models.DateField(null=True)
    handler = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    """Who answered: ratings are kept secret from this person."""
    answered_by_name = models.CharField(max_length=80, blank=True)
    appeal_id = models.UUIDField(null=True)
    faq_id = models.UUIDField(null=True)
    registered_by_name = models.CharField(max_length=80)
    registered_at = models.DateTimeField()
    version = models.IntegerField(default=1)
    protection = Protection(domain="appeals", person_column="person_id")

    class Meta:
        indexes = [
            models.Index(fields=["division", "-asked_on"], name="consultation_by_division"),
            models.Index(fields=["person", "-asked_on"], name="consultation_by_person"),
        ]
