"""We store: mediations with parties, consent, mediators, sessions, agreement and performance; and legal aid."""

from django.db import models
from django.db.models import F, Q

from vetgrid.core.crypto import SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.orgs.models import Staff, Station
from vetgrid.registry.models import Person

_THROUGH = "EXISTS (SELECT 1 FROM appeals_mediation m WHERE m.id = mediation_id)"
CHILD = Protection(domain="appeals", follows=("mediation", "appeals_mediation"), through=_THROUGH)


class Mediation(Scoped):
    """调解: people's, administrative or judicial mediation of one dispute (大调解)."""

    class Kind(models.TextChoices):
        PEOPLE = "people", "人民调解"
        ADMINISTRATIVE = "administrative", "行政调解"
        JUDICIAL = "judicial", "司法调解"

    number = models.CharField(max_length=30, unique=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    category = models.CharField(max_length=20)
    title = models.CharField(max_length=80)
    facts = SealedField(purpose="appeal")
    station = models.ForeignKey(Station, models.PROTECT, related_name="mediations")
    appeal_id = models.UUIDField(null=True)
    state = models.CharField(max_length=12, default="applied")
    applied_on = models.DateField()
    ended_on = models.DateField(null=True)
    """When an agreement was reached, one party refused, or it failed."""
    routes_told_on = models.DateField(null=True)
    """When the parties were told the routes left: arbitration, administrative, court."""
    court_number = models.CharField(max_length=60, blank=True)
    referred_on = models.DateField(null=True)
    registered_by_name = models.CharField(max_length=80)
    version = models.IntegerField(default=1)
    protection = Protection(domain="appeals")

    class Meta:
        indexes = [models.Index(fields=["division", "-applied_on"], name="mediation_by_division")]
        constraints = [models.UniqueConstraint(fields=["id", "division"], name="mediation_id_and_division")]


class Party(Scoped):
    """当事人: with consent or refusal; no mediation begins without the consent of every party (人民调解法 第十一条)."""

    mediation = models.ForeignKey(Mediation, models.PROTECT, related_name="parties", db_constraint=False)
    name = models.CharField(max_length=60)
    phone = SealedField(purpose="phone")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    consented_on = models.DateField(null=True)
    refused_on = models.DateField(null=True)
    protection = CHILD

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(consented_on=None) | Q(refused_on=None), name="party_says_one_thing")
        ]


class Mediator(Scoped):
    """调解员: appointed or chosen by the parties."""

    mediation = models.ForeignKey(Mediation, models.PROTECT, related_name="mediators", db_constraint=False)
    staff = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=40)
    is_chosen = models.BooleanField(default=False)
    protection = CHILD


class MediationSession(Scoped):
    """调解记录: one meeting."""

    mediation = models.ForeignKey(Mediation, models.PROTECT, related_name="sessions", db_constraint=False)
    on = models.DateField()
    place = models.CharField(max_length=80)
    record = SealedField(purpose="appeal")
    by_name = models.CharField(max_length=80)
    protection = CHILD


class Agreement(Scoped):
    """调解协议: written, or oral with a record; in force from the signatures, an oral one from the day it was reached."""

    mediation = models.OneToOneField(Mediation, models.PROTECT, related_name="agreement", db_constraint=False)
    is_oral = models.BooleanField(default=False)
    content = SealedField(purpose="appeal")
    agreed_on = models.DateField()
    confirm_until = models.DateField()
    """Until this day the parties may together ask the court to confirm it (人民调解法 第三十三条)."""
    confirmation_asked_on = models.DateField(null=True)
    confirmed_on = models.DateField(null=True)
    protection = CHILD

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(confirm_until__gte=F("agreed_on")), name="agreement_window_in_order")
        ]


class Performance(Scoped):
    """履行检查: what is to be done until when, and what the check found."""

    mediation = models.ForeignKey(Mediation, models.PROTECT, related_name="performances", db_constraint=False)
    what = models.CharField(max_length=200)
    due_on = models.DateField()
    done_on = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True)
    protection = CHILD


class LegalAid(Scoped):
    """法律援助: application, decision within 7 days, assignment within 3."""

    number = models.CharField(max_length=30, unique=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="legal_aid")
    applicant = models.CharField(max_length=40)
    phone = SealedField(purpose="phone")
    matter = models.CharField(max_length=20)
    """A code of data/codes/aid_matter.csv."""
    facts = SealedField(purpose="appeal")
    exemption = models.CharField(max_length=20, blank=True)
    """Why no means test is made (data/codes/aid_exemption.csv); empty: the means are to be checked."""
    has_passed_means = models.BooleanField(null=True)
    is_urgent = models.BooleanField(default=False)
    """Aid first, papers later (法律援助法 第四十四条)."""
    station = models.ForeignKey(Station, models.PROTECT, related_name="legal_aid")
    mediation_id = models.UUIDField(null=True)
    state = models.CharField(max_length=12, default="applied")
    applied_on = models.DateField()
    decided_on = models.DateField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    lawyer = models.CharField(max_length=60, blank=True)
    assigned_on = models.DateField(null=True)
    finished_on = models.DateField(null=True)
    result = models.CharField(max_length=300, blank=True)
    version = models.IntegerField(default=1)
    protection = Protection(domain="appeals")

    class Meta:
        indexes = [models.Index(fields=["division", "-applied_on"], name="legal_aid_by_division")]
