"""We store: what persons were told about their data, and what they agreed to (个人信息保护法 第十七条, 第十五条, 第三十五条)."""

from django.db import models
from django.db.models import Q

from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.registry.models.person import Person

PRIVACY = Protection(domain="registry", follows=("person", "registry_person"))


class PrivacyNotice(models.Model):
    """告知书: one version of the text. Public, so it carries no division."""

    number = models.CharField(max_length=20, primary_key=True)
    title = models.CharField(max_length=120)
    body = models.TextField()
    valid_from = models.DateField()
    protection = Protection(domain=None, app=("SELECT",), job=("SELECT",), is_audited=False)


class NoticeGiven(Scoped):
    """告知记录: this person was told this text, on this day, in this way, by this staff member."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="notices", db_constraint=False)
    notice = models.ForeignKey(PrivacyNotice, models.PROTECT)
    given_on = models.DateField()
    way = models.CharField(max_length=20)
    given_by = models.UUIDField()
    given_by_name = models.CharField(max_length=40)
    protection = PRIVACY


class Consent(Scoped):
    """同意: separate consent for one purpose; withdrawn with one click, as easily as given."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="consents", db_constraint=False)
    purpose = models.CharField(max_length=20)
    given_on = models.DateField()
    way = models.CharField(max_length=20)
    recorded_by = models.UUIDField()
    withdrawn_on = models.DateField(null=True)
    withdrawn_by = models.UUIDField(null=True)
    protection = PRIVACY

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"], condition=Q(withdrawn_on=None), name="consent_once_at_a_time"
            ),
        ]
