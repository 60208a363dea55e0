"""Which: policies, clauses, questions; the library is for everyone signed in, so nothing here is scoped by place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, F, Func, IntegerField, Q, QuerySet, Value

from vetgrid.core.actor import Actor
from vetgrid.core.asking import answer
from vetgrid.core.errors import NotFound
from vetgrid.policies.models import Clause, Faq, Policy
from vetgrid.policies.tokens import asked, marked

# How many of the asked words stand in the clause, those in the title of the law half again; a short clause before a long one.
_SEARCH = """
SELECT id, hits FROM (
  SELECT c.id, c.position, cardinality(c.words) AS size,
         (SELECT count(*) FROM unnest(%(words)s::text[]) q WHERE q = ANY (c.words)) * 2
         + (SELECT count(*) FROM unnest(%(words)s::text[]) q WHERE q = ANY (c.title_words)) AS hits
    FROM policies_clause c
   WHERE c.effective_from <= %(on)s AND (c.effective_to IS NULL OR c.effective_to >= %(on)s)
     AND (c.words && %(words)s::varchar[] OR c.title_words && %(words)s::varchar[])
) found WHERE hits >= %(least)s ORDER BY hits DESC, size, position, id LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Hit:
    """One clause that was found, with the piece of its text that holds the words."""

    clause: Clause
    policy_title: str
    label: str
    excerpt: str
    rank: int


def search(text: str, *, on: date, seen_by: Actor, limit: int = 20) -> list[Hit]:
    """Clauses in force on the day, the best first. A single character is searched as part of a word."""
    wanted = asked(text)
    if len(wanted) == 1 and len(wanted[0]) == 1 and not wanted[0].isascii():
        return _by_character(wanted[0], on=on, limit=limit)
    if not wanted:
        return []
    values: dict[str, Any] = {"words": wanted, "on": on, "least": max(1, len(wanted) // 2), "limit": limit}
    ranks: dict[UUID, int] = dict(answer(_SEARCH, values))
    rows = Clause.objects.filter(pk__in=ranks).select_related("policy").defer("words", "title_words")
    found = {row.id: row for row in rows}
    return [_hit(found[key], text, rank) for key, rank in ranks.items()]


def _by_character(character: str, *, on: date, limit: int) -> list[Hit]:
    rows = in_force(Clause.objects.filter(text__contains=character), on).select_related("policy")
    return [_hit(row, character, 1) for row in rows.order_by("policy__title", "position")[:limit]]


def _hit(row: Clause, text: str, rank: int) -> Hit:
    return Hit(row, row.policy.title, row.label, marked(row.text, text), rank)


def in_force(rows: QuerySet[Clause], on: date) -> QuerySet[Clause]:
    return rows.filter(Q(effective_to=None) | Q(effective_to__gte=on), effective_from__lte=on)


def policies(*, text: str = "", level: str = "", on: date | None = None, seen_by: Actor) -> QuerySet[Policy]:
    """Policies by level and title; with `on` only those in force on the day."""
    rows = Policy.objects.all()
    if text.strip():
        rows = rows.filter(Q(title__contains=text.strip()) | Q(number__contains=text.strip()))
    if level:
        rows = rows.filter(level=level)
    if on is not None:
        rows = rows.filter(Q(effective_to=None) | Q(effective_to__gte=on), effective_from__lte=on)
    return rows.order_by("level", "title", "-issued_on")


def policy(policy_id: UUID, *, seen_by: Actor) -> Policy:
    found = Policy.objects.filter(pk=policy_id).first()
    if found is None:
        raise NotFound("没有找到这份政策文件。请返回政策库重新查找。")
    return found


def clauses_of(one: Policy, *, seen_by: Actor) -> list[Clause]:
    """The clauses in their latest version, in order."""
    rows = Clause.objects.filter(policy=one).order_by("position", "-effective_from")
    latest: dict[int, Clause] = {}
    for row in rows:
        latest.setdefault(row.position, row)
    return list(latest.values())


def clause(clause_id: UUID, *, seen_by: Actor) -> Clause:
    found = Clause.objects.filter(pk=clause_id).select_related("policy").first()
    if found is None:
        raise NotFound("没有找到这个条款。请返回政策库重新查找。")
    return found


def clauses(ids: Sequence[UUID], *, seen_by: Actor) -> list[Clause]:
    """The clauses with these ids, by law and position."""
    rows = Clause.objects.filter(pk__in=list(ids)).select_related("policy")
    return list(rows.order_by("policy__title", "position"))


def versions_of(one: Clause, *, seen_by: Actor) -> list[Clause]:
    """Every version of this clause, the newest first."""
    return list(Clause.objects.filter(policy=one.policy_id, position=one.position).order_by("-effective_from"))


def faq(*, text: str = "", state: str = "approved", seen_by: Actor) -> QuerySet[Faq]:
    """Common questions; those that share the most words with the text first."""
    rows = Faq.objects.filter(state=state) if state else Faq.objects.all()
    wanted = asked(text)
    if not wanted:
        return rows.order_by("-proposed_at", "-id")
    shared = Func(
        F("words"),
        Value(wanted, output_field=ArrayField(CharField())),
        template="cardinality(ARRAY(SELECT unnest(%(expressions)s)))",
        arg_joiner=") INTERSECT SELECT unnest(",
        output_field=IntegerField(),
    )
    return rows.filter(words__overlap=wanted).annotate(shared=shared).order_by("-shared", "-proposed_at", "-id")


def faq_entry(faq_id: UUID, *, seen_by: Actor) -> Faq:
    found = Faq.objects.filter(pk=faq_id).first()
    if found is None:
        raise NotFound("没有找到这条问答。")
    return found
