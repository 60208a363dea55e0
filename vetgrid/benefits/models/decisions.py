"""We store: decisions with their receipts, and the texts of the rules that made them. Neither is ever changed."""

from django.db import models

from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.registry.models import Person


class RuleVersion(models.Model):
    """规则版本: the texts of all rule files by name; public, so it carries no division."""

    digest = models.CharField(max_length=64, primary_key=True)
    files = models.JSONField()
    used_since = models.DateTimeField()
    protection = Protection(domain=None, app=("SELECT", "INSERT"), job=("SELECT", "INSERT"), is_audited=False)


class Decision(Scoped):
    """决定: what one programme gives one person from a month on, and the receipt that says why. Only added, never changed.

    It was made with what was known on `known_on` and had been recorded by `known_at`; rows with a later id than `cut` were not there.
    """

    number = models.CharField(max_length=40)
    person = models.ForeignKey(Person, models.PROTECT, related_name="decisions", db_constraint=False, db_index=False)
    programme = models.CharField(max_length=40)
    month = models.IntegerField()
    known_on = models.DateField()
    known_at = models.DateTimeField()
    cut = models.UUIDField()
    rule_version = models.ForeignKey(RuleVersion, models.PROTECT, related_name="+", db_index=False)
    is_entitled = models.BooleanField()
    amount_fen = models.BigIntegerField()
    before_exclusion_fen = models.BigIntegerField()
    starts_month = models.IntegerField(null=True)
    receipt = models.TextField()
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.UUIDField()
    made_by_name = models.CharField(max_length=80)

    protection = Protection(
        domain="benefits",
        app=("SELECT", "INSERT"),
        job=("SELECT", "INSERT"),
        follows=("person", "registry_person"),
        person_column="person_id",
    )

    class Meta:
        indexes = [models.Index(fields=["person", "programme", "-made_at"], name="decision_by_person")]
        constraints = [models.UniqueConstraint(fields=["number"], name="decision_number_once")]

    def __str__(self) -> str:
        return self.number


class Series(Scoped):
    """编号: the last number given in a series of a county."""

    key = models.CharField(max_length=40)
    last = models.IntegerField(default=0)

    # Not in the trail: the numbers themselves stand on the rows that carry them.
    protection = Protection(domain="benefits", is_audited=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["division", "key"], name="benefits_series_once")]
