"""We store: which file an account is bound to, who asked for it in vain, who may act for whom, and what helpers did."""

from django.db import models
from django.db.models import F, Q

from vetgrid.citizens.models.account import SELF, Account
from vetgrid.core.crypto import BlindIndexField, SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.registry.models import Person

FOLLOWS = ("person", "registry_person")


class Binding(Scoped):
    """绑定: this account is this person's. One open binding for a person and for an account; ended ones stay."""

    class Way(models.TextChoices):
        FACTS = "facts", "证件号和第二项信息"
        STATION = "station", "服务站核实"
        COUNTER = "counter", "窗口办理"

    account = models.ForeignKey(Account, models.PROTECT, related_name="bindings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="bindings", db_constraint=False)
    way = models.CharField(max_length=8, choices=Way.choices)
    bound_at = models.DateTimeField()
    bound_by_name = models.CharField(max_length=80, blank=True)
    proof_note = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=40, blank=True)

    protection = Protection(
        domain="citizens", follows=FOLLOWS, person_column="person_id", also_readable=f"account_id = {SELF}"
    )

    class Meta:
        indexes = [models.Index(fields=["division", "-bound_at"], name="binding_by_division")]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(ended_at=None), name="binding_person_once"),
            models.UniqueConstraint(fields=["account"], condition=Q(ended_at=None), name="binding_account_once"),
        ]


class BindingRequest(Scoped):
    """绑定申请: what was typed did not fit; the station looks at it. It lies at the person's station when the number is known there,
    else at the county's; the applicant is never told which."""

    class State(models.TextChoices):
        OPEN = "open", "待核实"
        APPROVED = "approved", "已绑定"
        REFUSED = "refused", "未通过"

    class Kind(models.TextChoices):
        DISCHARGE_YEAR = "discharge_year", "退役年份"
        CERTIFICATE_TAIL = "certificate_tail", "退役证号后四位"
        CONTACT_NAME = "contact_name", "联系人姓名"

    account = models.ForeignKey(Account, models.PROTECT, related_name="binding_requests")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=60)
    phone = SealedField(purpose="phone")
    id_number = SealedField(purpose="id_number")
    second_fact_kind = models.CharField(max_length=20, choices=Kind.choices)
    second_fact = SealedField(purpose="second_fact")
    reason = models.CharField(max_length=12)
    """unknown, name, fact, bound or locked: for the clerk, never for the applicant."""
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    proof_kind = models.CharField(max_length=20, blank=True)
    decision_note = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_name = models.CharField(max_length=80, blank=True)

    protection = Protection(domain="citizens")

    class Meta:
        indexes = [models.Index(fields=["division", "state", "asked_at"], name="binding_request_queue")]
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(state="open"), name="binding_request_one_open")
        ]


class Authority(Scoped):
    """代办授权: the owner of this phone acts for the person, until a day; given by the person, or recorded with proof."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="authorities", db_constraint=False)
    helper_name = models.CharField(max_length=40)
    helper_phone = SealedField(purpose="phone")
    helper_index = BlindIndexField()
    relation = models.CharField(max_length=20)
    """A code of data/codes/appeal_relation.csv."""
    from_on = models.DateField()
    to_on = models.DateField()
    """The first day on which it is no longer so."""
    is_by_person = models.BooleanField(default=False)
    """Given by the person at the mini-program; otherwise recorded by a clerk."""
    proof_kind = models.CharField(max_length=20, blank=True)
    proof_note = models.CharField(max_length=200, blank=True)
    recorded_by = models.UUIDField()
    recorded_by_name = models.CharField(max_length=80)
    recorded_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by_name = models.CharField(max_length=80, blank=True)

    protection = Protection(domain="citizens", follows=FOLLOWS, person_column="person_id")

    class Meta:
        indexes = [
            models.Index(fields=["helper_index"], name="authority_by_helper"),
            models.Index(fields=["person"], name="authority_by_person"),
            models.Index(fields=["division", "-recorded_at"], name="authority_by_division"),
        ]
        constraints = [models.CheckConstraint(condition=Q(to_on__gt=F("from_on")), name="authority_dates_in_order")]


class AssistedAct(Scoped):
    """代办记录: this act counts as the person's own, and somebody else did it: a helper with authority, or a clerk."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="assisted_acts", db_constraint=False)
    act = models.CharField(max_length=30)
    label = models.CharField(max_length=40)
    by = models.UUIDField()
    by_name = models.CharField(max_length=80)
    authority = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="acts")
    """None: a clerk at the counter or in the field."""
    at = models.DateTimeField()

    protection = Protection(
        domain="citizens",
        app=("SELECT", "INSERT"),
        job=("SELECT", "INSERT"),
        follows=FOLLOWS,
        person_column="person_id",
    )

    class Meta:
        indexes = [
            models.Index(fields=["person", "-at"], name="assisted_act_by_person"),
            models.Index(fields=["division", "-at"], name="assisted_act_by_division"),
        ]
