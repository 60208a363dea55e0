"""We store: changes that need proof, moves between villages, suspected duplicates and merges that can be undone."""

from django.db import models
from django.db.models import F, Q

from vetgrid.core.crypto import SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.registry.models.person import REGISTRY, Person

UPKEEP = Protection(domain="registry", follows=("person", "registry_person"))
ASKED = Protection(domain="registry", follows=("person", "registry_person"), person_column="person_id")


class RequestState(models.TextChoices):
    """The life of a request; the moves are in `registry.states`."""

    OPEN = "open", "待审核"
    APPROVED = "approved", "已同意"
    REJECTED = "rejected", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"


class ChangeRequest(Scoped):
    """变更申请: values of one section of the file that demand proof. `values` is sealed JSON: field key to new text."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="change_requests", db_constraint=False)
    section = models.CharField(max_length=20)
    fact_id = models.UUIDField(null=True)
    values = SealedField(purpose="change_request", null=False)
    proof_kind = models.CharField(max_length=20, blank=True)
    proof_note = models.CharField(max_length=300, blank=True)
    proof_file = models.UUIDField(null=True)
    photos = models.JSONField(default=list)
    """Ids of the pictures that the person sent as proof."""
    source = models.CharField(max_length=20)
    asked_by = models.UUIDField()
    asked_by_name = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    base_version = models.IntegerField()
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.OPEN)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=300, blank=True)
    protection = ASKED

    class Meta:
        indexes = [
            models.Index(fields=["division", "state", "asked_at"], name="change_request_queue"),
            models.Index(fields=["person", "-asked_at"], name="change_request_by_person"),
        ]


class MoveRequest(Scoped):
    """迁移申请: the person moves to another village, or leaves the county (`to_division` outside it)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="move_requests", db_constraint=False)
    to_division = models.BigIntegerField()
    moved_on = models.DateField()
    reason = models.CharField(max_length=200)
    asked_by = models.UUIDField()
    asked_by_name = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.OPEN)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=300, blank=True)
    protection = UPKEEP

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(state="open"), name="move_request_one_open"),
        ]


class Duplicate(Scoped):
    """疑似重复: two files that may be one person, with the reason. `division` is the first file's."""

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        DISMISSED = "dismissed", "不是同一人"
        MERGED = "merged", "已合并"

    person = models.ForeignKey(Person, models.PROTECT, related_name="duplicates", db_constraint=False)
    other = models.ForeignKey(Person, models.PROTECT, related_name="duplicates_of")
    other_division = models.BigIntegerField()
    reason = models.CharField(max_length=20)
    """same_id, same_name_and_birth, similar_name, id_one_digit."""
    found_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)
    protection = UPKEEP

    class Meta:
        indexes = [models.Index(fields=["division", "state"], name="duplicate_queue")]
        constraints = [
            models.UniqueConstraint(fields=["person", "other"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=~Q(person=F("other")), name="duplicate_of_another"),
        ]


class Merge(Scoped):
    """合并: `person` kept, `absorbed` closed; `undo` is sealed JSON that brings both back as they were."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="merges", db_constraint=False)
    absorbed = models.ForeignKey(Person, models.PROTECT, related_name="merged_by")
    undo = SealedField(purpose="merge", null=False)
    merged_by = models.UUIDField()
    merged_at = models.DateTimeField()
    undone_by = models.UUIDField(null=True)
    undone_at = models.DateTimeField(null=True)
    protection = UPKEEP


__all__ = ["REGISTRY", "ChangeRequest", "Duplicate", "Merge", "MoveRequest", "RequestState"]
