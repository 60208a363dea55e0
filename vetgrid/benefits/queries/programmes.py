"""Which programmes there are, what their rules say in words, and how many people receive them."""

from dataclasses import dataclass

from django.db.models import Count

from vetgrid.benefits.models import Award
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.rulebook import rulebook
from vetgrid.benefits.wording import words
from vetgrid.core.actor import Actor
from vetgrid.core.errors import NotFound
from vetgrid.core.reach import within
from vetgrid.core.ruling.rulebook import Line, Pair, Programme, Rule

FREQUENCY_LABELS = {"monthly": "按月", "yearly": "每年一次", "once": "一次性"}
_KINDS = {
    "either_or": ("同时符合时发“{first}”,不发“{second}”", "warn"),
    "higher_of": ("两项中发较高的一项", "warn"),
    "stack": ("可以同时享受", "good"),
}


@dataclass(frozen=True)
class LineInWords:
    """One step of a rule with its phrase beside the expression."""

    line: Line
    text: str


@dataclass(frozen=True)
class Relation:
    """How a programme stands to another one."""

    pair: Pair
    other: Programme
    text: str
    tone: str


def programmes(*, seen_by: Actor) -> list[Programme]:
    return list(rulebook().programmes.values())


def programme(key: str, *, seen_by: Actor) -> Programme:
    found = rulebook().programmes.get(key)
    if found is None:
        raise NotFound("没有这个待遇项目。请返回列表重新选择。")
    return found


def recipients(*, seen_by: Actor) -> dict[str, int]:
    """How many people receive each programme now, within the viewer's reach; suspended awards do not count."""
    rows = within(Award.objects.filter(state=Award.State.ACTIVE), seen_by.places(BenefitsPermission.READ))
    counted = rows.values("programme").annotate(people=Count("person", distinct=True))
    return {row["programme"]: row["people"] for row in counted}


def in_words(rule: Rule, *, seen_by: Actor) -> list[LineInWords]:
    """The rule's lines; an earlier line is called by its label."""
    labels = {line.name: line.label for line in rule.lines}
    return [LineInWords(line, words(line.node, lines=labels, tables=rulebook().tables)) for line in rule.lines]


def relations(key: str, *, seen_by: Actor) -> list[Relation]:
    """The exclusions that name the programme."""
    book = rulebook()
    found = []
    for pair in book.pairs:
        if key not in (pair.first, pair.second):
            continue
        first, second = book.programmes[pair.first], book.programmes[pair.second]
        text, tone = _KINDS[pair.kind]
        other = second if key == pair.first else first
        found.append(Relation(pair, other, text.format(first=first.label, second=second.label), tone))
    return found


def tables_of(found: Programme, *, seen_by: Actor) -> list[str]:
    """The keys of the tables that the programme's rules ask, in the order of the tables file."""
    asked = {table for rule in found.rules for table, _ in rulebook().tables_of(rule)}
    return [key for key in rulebook().tables if key in asked]
