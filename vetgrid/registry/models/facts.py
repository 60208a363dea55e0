"""We store: dated facts, each with its source, its own period, and since when (and until when) it was known.

A fact is never edited: a correction closes `known_until` of the old row and adds a new one. So any decision can be
recomputed as of any day with what was known then.
"""

from typing import Any

from django.db import models
from django.db.models import Q

from vetgrid.core.crypto import BlindIndexField, Sealed, SealedField, blind
from vetgrid.core.dates import PartialDateField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.registry.models.person import Person

FACT = Protection(domain="registry", follows=("person", "registry_person"), person_column="person_id")


class Fact(Scoped):
    """What every fact carries. `from_on`/`to_on`: when it is true; `known_since`/`known_until`: when we believed it."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="%(class)ss", db_constraint=False, db_index=False)
    from_on = PartialDateField()
    to_on = PartialDateField()
    source = models.CharField(max_length=20)
    source_note = models.CharField(max_length=200, blank=True)
    known_since = models.DateTimeField()
    known_until = models.DateTimeField(null=True)
    recorded_by = models.UUIDField()
    batch = models.UUIDField(null=True)
    """The import batch or change request it came with."""
    protection = FACT

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["person", "known_until"], name="%(class)s_by_person")]


class Identity(Fact):
    """身份: name, sex, birth, ethnic group, ID number (GB 11643)."""

    name = models.CharField(max_length=60)
    sex = models.CharField(max_length=1, default="0")
    born_on = PartialDateField()
    ethnic = models.CharField(max_length=2, blank=True)
    native_place = models.CharField(max_length=120, blank=True)
    id_number = SealedField(purpose="id_number")


class Phone(Fact):
    """电话."""

    number = SealedField(purpose="phone")
    is_main = models.BooleanField(default=True)
    belongs_to = models.CharField(max_length=40, blank=True)
    """本人, or the relative who answers."""


class Residence(Fact):
    """居住与户籍: where the person lives and where the household register is kept."""

    address = models.CharField(max_length=200, blank=True)
    register_division = models.BigIntegerField(null=True)
    register_address = models.CharField(max_length=200, blank=True)
    household_kind = models.CharField(max_length=10, blank=True)


class Situation(Fact):
    """基本状况: politics, education, marriage, health."""

    politics = models.CharField(max_length=2, blank=True)
    education = models.CharField(max_length=2, blank=True)
    marriage = models.CharField(max_length=2, blank=True)
    health = models.CharField(max_length=10, blank=True)


class Service(Fact):
    """服役: one period of service, from enlistment to discharge."""

    enlisted_on = PartialDateField()
    discharged_on = PartialDateField()
    enlisted_from = models.CharField(max_length=120, blank=True)
    branch = models.CharField(max_length=20, blank=True)
    unit = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=20, blank=True)
    rank = models.CharField(max_length=20, blank=True)
    discharge_kind = models.CharField(max_length=20, blank=True)
    certificate_kind = models.CharField(max_length=20, blank=True)
    certificate_no = models.CharField(max_length=60, blank=True)


class Merit(Fact):
    """立功受奖."""

    code = models.CharField(max_length=20)
    awarded_on = PartialDateField()
    is_wartime = models.BooleanField(default=False)
    issuer = models.CharField(max_length=120, blank=True)
    document = models.CharField(max_length=120, blank=True)


class Wound(Fact):
    """负伤."""

    wounded_on = PartialDateField()
    place = models.CharField(max_length=120, blank=True)
    cause = models.CharField(max_length=20, blank=True)
    description = models.CharField(max_length=300, blank=True)


class Disability(Fact):
    """伤残: grade 1-10, for 因病 only 1-6 (军人抚恤优待条例 第二十五条 and after)."""

    grade = models.PositiveSmallIntegerField()
    cause = models.CharField(max_length=20)
    certificate_no = models.CharField(max_length=60, blank=True)

    class Meta(Fact.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(grade__gte=1, grade__lte=10), name="disability_grade_1_to_10"),
        ]


class PersonClass(Fact):
    """人员类别: a class of entitled persons that the person belongs to (codes: data/codes/person_class.csv)."""

    code = models.CharField(max_length=20)
    certificate_no = models.CharField(max_length=60, blank=True)

    class Meta(Fact.Meta):
        indexes = [*Fact.Meta.indexes, models.Index(fields=["division", "code"], name="person_class_by_code")]


class Employment(Fact):
    """就业."""

    code = models.CharField(max_length=20)
    employer = models.CharField(max_length=120, blank=True)
    position = models.CharField(max_length=60, blank=True)
    income_fen = models.BigIntegerField(null=True)
    """Yearly income in fen."""


class Education(Fact):
    """学历与培训."""

    code = models.CharField(max_length=2, blank=True)
    school = models.CharField(max_length=120, blank=True)
    subject = models.CharField(max_length=120, blank=True)
    finished_on = PartialDateField()


class Housing(Fact):
    """住房."""

    code = models.CharField(max_length=20)
    area_m2 = models.PositiveIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)


class Hardship(Fact):
    """困难: one of the four kinds 四困 (codes: data/codes/hardship_kind.csv)."""

    code = models.CharField(max_length=20)
    description = models.CharField(max_length=300, blank=True)


class Insurance(Fact):
    """参保."""

    code = models.CharField(max_length=20)
    number = SealedField(purpose="insurance")
    place = models.CharField(max_length=120, blank=True)


class BankAccount(Fact):
    """银行账户. An account never lies here without its index: without it two people with one account would not be noticed."""

    bank = models.CharField(max_length=80)
    account = SealedField(purpose="bank_account")
    account_index = BlindIndexField(null=True)
    holder = models.CharField(max_length=60, blank=True)

    class Meta(Fact.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(account__isnull=True) | Q(account_index__isnull=False),
                name="bank_account_indexed",
            )
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whoever writes an account writes its index with it."""
        if self.account_index is None and self.account:
            text = self.account.reveal() if isinstance(self.account, Sealed) else str(self.account)
            self.account_index = blind(text, "bank_account")
        super().save(*args, **kwargs)


class LifeEvent(Fact):
    """大事记."""

    code = models.CharField(max_length=20)
    on = PartialDateField()
    note = models.CharField(max_length=300, blank=True)


class Kin(Fact):
    """亲属: by link when the relative has a file, else by name."""

    relation = models.CharField(max_length=2)
    relative = models.ForeignKey(Person, models.PROTECT, null=True, related_name="kin_of", db_index=False)
    name = models.CharField(max_length=60, blank=True)
    phone = SealedField(purpose="phone")
    is_emergency_contact = models.BooleanField(default=False)

    class Meta(Fact.Meta):
        indexes = [*Fact.Meta.indexes, models.Index(fields=["relative"], name="kin_by_relative")]


class VillageOffice(Fact):
    """村(社区)任职: a post on a village committee; party secretaries who are veterans make the 兵支书 register."""

    code = models.CharField(max_length=20)
    village = models.BigIntegerField()
    term = models.CharField(max_length=40, blank=True)
    social_posts = models.CharField(max_length=200, blank=True)

    class Meta(Fact.Meta):
        indexes = [*Fact.Meta.indexes, models.Index(fields=["village", "code"], name="village_office_by_village")]
