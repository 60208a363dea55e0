"""API of the policy library for citizens: search clauses, read one with its explanation, common questions."""

from datetime import date
from typing import Any
from uuid import UUID

from vetgrid.core.api import AsCitizen, Doors
from vetgrid.core.clock import today
from vetgrid.core.schema import Schema
from vetgrid.policies import queries

citizen = Doors(tags=["citizen"])
READER = AsCitizen(is_bound=False)


class HitOut(Schema):
    clause_id: UUID
    title: str
    article: str
    text: str
    explanation: str


class ClauseOut(HitOut):
    issuer: str
    number: str
    effective_from: date
    effective_to: date | None


class FaqOut(Schema):
    id: UUID
    question: str
    answer: str


@citizen.get("/citizen/policies", response=list[HitOut], auth=READER, operation_id="citizenPolicies")
def search(request: Any, q: str = "") -> list[dict[str, Any]]:
    hits = queries.search(q[:60], on=today(), seen_by=request.actor, limit=20)
    return [
        {
            "clause_id": hit.clause.id,
            "title": hit.policy_title,
            "article": hit.label,
            "text": hit.clause.text[:300],
            "explanation": hit.clause.explanation,
        }
        for hit in hits
    ]


@citizen.get("/citizen/policies/{uuid:clause_id}", response=ClauseOut, auth=READER, operation_id="citizenClause")
def clause(request: Any, clause_id: UUID) -> dict[str, Any]:
    row = queries.clause(clause_id, seen_by=request.actor)
    return {
        "clause_id": row.id,
        "title": row.policy.title,
        "article": row.label,
        "text": row.text,
        "explanation": row.explanation,
        "issuer": row.policy.issuer,
        "number": row.policy.number,
        "effective_from": row.effective_from,
        "effective_to": row.effective_to,
    }


@citizen.get("/citizen/faq", response=list[FaqOut], auth=READER, operation_id="citizenFaq")
def faq(request: Any, q: str = "") -> list[Any]:
    return list(queries.faq(text=q[:60], seen_by=request.actor)[:30])
