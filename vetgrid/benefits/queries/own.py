"""Which of one's own: what a person receives, what he may be entitled to, his decisions, applications and payments."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from vetgrid.benefits.models import Application, Award, Decision, Finding
from vetgrid.core.actor import Citizen
from vetgrid.core.errors import NotFound
from vetgrid.payments.models import Posting, Purpose

PREPARED = "finding"
"""The channel of an application that the platform filled in when it found somebody entitled."""


@dataclass(frozen=True)
class Paid:
    """One payment that reached the person."""

    on: date
    month: date
    label: str
    amount_fen: int


def own_awards(*, seen_by: Citizen) -> QuerySet[Award]:
    rows = Award.objects.filter(person_id=seen_by.person).exclude(state=Award.State.STOPPED)
    return rows.select_related("decision").order_by("programme")


def own_findings(*, seen_by: Citizen) -> QuerySet[Finding]:
    """Open ones that may become something: entitled and not receiving, or entitled soon."""
    kinds = (Finding.Kind.MISSING, Finding.Kind.SOON)
    return Finding.objects.filter(person_id=seen_by.person, kind__in=kinds, closed_on=None).order_by(
        "kind", "programme"
    )


def own_finding(finding_id: UUID, *, seen_by: Citizen) -> Finding:
    found = own_findings(seen_by=seen_by).filter(pk=finding_id).first()
    if found is None:
        raise NotFound("没有找到这条提示。它可能已经办理,请刷新后再看。")
    return found


def own_applications(*, seen_by: Citizen) -> QuerySet[Application]:
    """What he asked for; not what the platform filled in for him and nobody has asked for yet."""
    rows = Application.objects.filter(person_id=seen_by.person).exclude(state="draft", channel=PREPARED)
    return rows.order_by("-asked_on", "-id")


def own_decision(decision_id: UUID, *, seen_by: Citizen) -> Decision:
    found = Decision.objects.filter(pk=decision_id, person_id=seen_by.person).first()
    if found is None:
        raise NotFound("没有找到这份决定。请返回列表重新选择。")
    return found


def own_payments(*, seen_by: Citizen) -> list[Paid]:
    """The latest payments, those that the bank sent back left out."""
    back = Posting.objects.filter(reverses_id=OuterRef("pk"))
    rows = Posting.objects.filter(payee_id=seen_by.person, kind=Posting.Kind.PAYMENT).filter(~Exists(back))
    found = list(rows.order_by("-on", "-id")[:60])
    labels = dict(Purpose.objects.filter(pk__in={row.purpose for row in found}).values_list("pk", "label"))
    return [Paid(row.on, row.month, labels.get(row.purpose, row.purpose), row.amount_fen) for row in found]
