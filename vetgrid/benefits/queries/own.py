"""Which of one's own: what a person receives, what he may be entitled to, his decisions, applications and payments."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from vetgrid.benefits.models import Application, Award, Decision, Finding
from vetgrid.core.actor import Citizen
from vetgrid.core.asking import Question
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


_AWARDS = Question[Award](
    lambda who: (
        Award.objects.filter(person_id=who)
        .exclude(state=Award.State.STOPPED)
        .select_related("decision")
        .only("programme", "state", "from_month", "decision__amount_fen")
        .order_by("programme")
    )
)
FINDINGS = Question[Finding](
    lambda who: Finding.objects.filter(
        person_id=who, kind__in=(Finding.Kind.MISSING, Finding.Kind.SOON), closed_on=None
    ).order_by("kind", "programme")
)
"""Open ones that may become something: entitled and not receiving, or entitled soon."""
_WAITING = Question[tuple[str, UUID]](
    lambda who: (
        Application.objects.filter(person_id=who, state__in=("draft", "submitted"))
        .exclude(state="draft", channel=PREPARED)
        .order_by("-asked_on", "-id")
        .values_list("programme", "id")
    )
)
_PAYMENTS = Question[Posting](
    lambda who: (
        Posting.objects.filter(payee_id=who, kind=Posting.Kind.PAYMENT)
        .filter(~Exists(Posting.objects.filter(reverses_id=OuterRef("pk"))))
        .only("on", "month", "purpose", "amount_fen")
        .order_by("-on", "-id")
    )
)


def own_awards(*, seen_by: Citizen) -> list[Award]:
    return _AWARDS.rows(who=seen_by.person)


def own_findings(*, seen_by: Citizen) -> QuerySet[Finding]:
    return FINDINGS.of(who=seen_by.person)


def own_waiting(*, seen_by: Citizen) -> dict[str, UUID]:
    """The application that waits for an answer, by programme."""
    return dict(_WAITING.rows(who=seen_by.person))


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
    found = _PAYMENTS.rows(60, who=seen_by.person)
    wanted = {row.purpose for row in found}
    labels = dict(Purpose.objects.filter(pk__in=wanted).values_list("pk", "label")) if wanted else {}
    return [Paid(row.on, row.month, labels.get(row.purpose, row.purpose), row.amount_fen) for row in found]
