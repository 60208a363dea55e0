"""We store: the person as found and listed today, the household, and the fragments of names that search uses."""

from django.db import models
from django.db.models import Q

from vetgrid.core.crypto import BlindIndexField, SealedField
from vetgrid.core.dates import PartialDateField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection

REGISTRY = Protection(domain="registry")


class Household(Scoped):
    """户: people who live together; `number` is the number in the village's own list."""

    number = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=200, blank=True)
    dissolved_on = models.DateField(null=True)
    protection = REGISTRY

    class Meta:
        indexes = [models.Index(fields=["division", "number"], name="household_by_division")]


class Person(Scoped):
    """人员: the key and today's projection of the facts; the facts themselves, with history, are in their own tables.

    `division` is the village whose station answers for the person. Only `registry.actions` writes the projection.
    """

    name = models.CharField(max_length=60)
    name_pinyin = models.CharField(max_length=200)
    name_initials = models.CharField(max_length=40)
    sex = models.CharField(max_length=1, default="0")
    born_on = PartialDateField()
    id_number = SealedField(purpose="id_number")
    id_index = BlindIndexField(null=True)
    phone = SealedField(purpose="phone")
    phone_index = BlindIndexField(null=True)
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="people")
    is_veteran = models.BooleanField(default=False)
    died_on = PartialDateField()
    left_on = models.DateField(null=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="absorbed")
    version = models.IntegerField(default=1)
    registered_at = models.DateTimeField()
    confirmed_on = models.DateField(null=True)
    protection = Protection(domain="registry", person_column="id")

    class Meta:
        indexes = [
            models.Index(fields=["division", "name_pinyin", "id"], name="person_by_pinyin"),
            models.Index(fields=["division", "name_initials"], name="person_by_initials"),
            models.Index(fields=["division", "name"], name="person_by_name"),
            models.Index(fields=["division", "born_on"], name="person_by_birth"),
            models.Index(fields=["id_index"], name="person_by_id_index"),
            models.Index(fields=["phone_index"], name="person_by_phone_index"),
            models.Index(fields=["household"], name="person_by_household"),
            models.Index(fields=["merged_into"], name="person_by_merge", condition=Q(merged_into__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["id", "division"], name="person_id_and_division"),
            models.CheckConstraint(condition=~Q(name=""), name="person_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class NameGram(models.Model):
    """A single character or pair of characters of a name, with the scope column in the key: search by any fragment.

    Written by a trigger (see database.sql); the roles of the program may only read it.
    """

    pk = models.CompositePrimaryKey("gram", "division", "person_id")
    gram = models.CharField(max_length=2)
    division = models.BigIntegerField()
    person = models.ForeignKey(Person, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)

    protection = Protection(
        domain="registry", app=("SELECT",), job=("SELECT",), is_audited=False, follows=("person", "registry_person")
    )

    class Meta:
        indexes = [models.Index(fields=["person"], name="name_gram_by_person")]
