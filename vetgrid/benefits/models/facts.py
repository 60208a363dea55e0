"""We store: facts that decide benefits and that the registry has no field for, in the groups of data/benefits/facts.toml.

Like the registry's facts they are never edited: a correction closes `known_until` of the old row and adds a new one.
"""

from django.db import models

from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.registry.models import Person

BENEFITS = Protection(domain="benefits", follows=("person", "registry_person"))
OWN = Protection(domain="benefits", follows=("person", "registry_person"), person_column="person_id")
"""What the person himself may see at the mini-program too."""


class BenefitFact(Scoped):
    """待遇事实: one group of facts with its period. `values` are as written, key to code, number, truth or '2023-08'."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="benefit_facts", db_constraint=False, db_index=False
    )
    group = models.CharField(max_length=24)
    values = models.JSONField()
    from_month = models.IntegerField()
    to_month = models.IntegerField(null=True)
    known_since = models.DateTimeField()
    known_until = models.DateTimeField(null=True)
    source = models.CharField(max_length=20)
    note = models.CharField(max_length=200, blank=True)
    recorded_by = models.UUIDField()
    recorded_by_name = models.CharField(max_length=80)

    protection = BENEFITS

    class Meta:
        indexes = [models.Index(fields=["person", "group"], name="benefit_fact_by_person")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_month=None) | models.Q(to_month__gt=models.F("from_month")),
                name="benefit_fact_in_order",
            ),
        ]
