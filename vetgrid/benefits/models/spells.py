"""We store: what rules may know of a person, one row for each period in which nothing of it changes; a projection of dated facts."""

from django.db import models

from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.registry.models import Person

OPEN = 2**30
"""The month over which a spell without an end runs out: later than any month."""

# Not in the trail: it is made from the facts, which are there, and is made again at every change.
SPELLS = Protection(
    domain="benefits",
    app=("SELECT", "INSERT", "DELETE"),
    job=("SELECT", "INSERT", "DELETE"),
    is_audited=False,
    follows=("person", "registry_person"),
)


class Spell(Scoped):
    """时段: from `from_month` up to before `to_month` all facts are these. The columns are those of data/benefits/facts.toml."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="spells", db_constraint=False, db_index=False)
    from_month = models.IntegerField()
    to_month = models.IntegerField(default=OPEN)
    built_at = models.DateTimeField()

    # person
    born = models.IntegerField(default=0)
    sex = models.SmallIntegerField(default=0)
    # death
    died = models.IntegerField(default=0)
    death_kind = models.SmallIntegerField(default=0)
    # residence
    domicile = models.SmallIntegerField(default=0)
    moved_in = models.IntegerField(default=0)
    moved_out = models.IntegerField(default=0)
    # livelihood
    has_employer = models.SmallIntegerField(default=0)
    has_employee_pension = models.SmallIntegerField(default=0)
    # suspension
    suspension = models.SmallIntegerField(default=0)
    # disability
    disability_grade = models.SmallIntegerField(default=0)
    disability_cause = models.SmallIntegerField(default=0)
    handed_over = models.IntegerField(default=0)
    # nursing
    provision = models.SmallIntegerField(default=0)
    is_mental = models.SmallIntegerField(default=0)
    # survivor
    survivor_kind = models.SmallIntegerField(default=0)
    survivor_relation = models.SmallIntegerField(default=0)
    is_without_means = models.SmallIntegerField(default=0)
    is_low_income = models.SmallIntegerField(default=0)
    is_studying = models.SmallIntegerField(default=0)
    is_disabled = models.SmallIntegerField(default=0)
    was_supported = models.SmallIntegerField(default=0)
    is_remarried = models.SmallIntegerField(default=0)
    cares_for_family = models.SmallIntegerField(default=0)
    # red_army
    red_army = models.SmallIntegerField(default=0)
    # demobilised
    demobilised_era = models.SmallIntegerField(default=0)
    # ill_returned
    is_ill_returned = models.SmallIntegerField(default=0)
    # combat
    combat = models.SmallIntegerField(default=0)
    # martyr_child
    is_martyr_child = models.SmallIntegerField(default=0)
    was_adult_before_scheme = models.SmallIntegerField(default=0)
    # party_member
    party_member = models.SmallIntegerField(default=0)
    # service
    enlisted = models.IntegerField(default=0)
    discharged = models.IntegerField(default=0)
    discharge_kind = models.SmallIntegerField(default=0)
    returned_rural = models.SmallIntegerField(default=0)
    # merit
    merit = models.SmallIntegerField(default=0)
    second_merit = models.SmallIntegerField(default=0)
    # waiting
    is_waiting = models.SmallIntegerField(default=0)
    # conscript
    conscript_since = models.IntegerField(default=0)
    conscript_region = models.SmallIntegerField(default=0)
    conscript_education = models.SmallIntegerField(default=0)
    conscript_award = models.SmallIntegerField(default=0)
    # sacrifice
    sacrificed = models.IntegerField(default=0)
    sacrifice_kind = models.SmallIntegerField(default=0)
    notified = models.IntegerField(default=0)
    base_pay_fen = models.BigIntegerField(default=0)
    # insurance
    insurance_paid = models.IntegerField(default=0)
    pension_gap_months = models.IntegerField(default=0)
    medical_gap_months = models.IntegerField(default=0)
    # hardship
    hardship_applied = models.IntegerField(default=0)
    hardship_kind = models.SmallIntegerField(default=0)
    income_bracket = models.SmallIntegerField(default=0)
    need_fen = models.BigIntegerField(default=0)
    aided_fen = models.BigIntegerField(default=0)
    # condolence
    condolence_class = models.SmallIntegerField(default=0)
    # tax
    tax_kind = models.SmallIntegerField(default=0)
    tax_since = models.IntegerField(default=0)

    protection = SPELLS

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(to_month__gt=models.F("from_month")), name="spell_in_order"),
            models.UniqueConstraint(fields=["person", "from_month"], name="spell_once"),
        ]


class Pending(Scoped):
    """待重算: facts or awards of this person changed; spells and findings are made anew by the next minute's job."""

    person = models.OneToOneField(
        Person, models.PROTECT, related_name="benefits_pending", db_constraint=False, db_index=False
    )
    since = models.DateTimeField()

    protection = SPELLS
