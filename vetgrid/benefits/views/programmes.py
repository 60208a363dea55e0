"""Programme pages: what there is, what the rules say in words, what is paid and since when."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from vetgrid.benefits import drawing
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.proposing import TRUST_LABELS, shown
from vetgrid.benefits.queries import parameters as values
from vetgrid.benefits.queries import programmes as queries
from vetgrid.benefits.rulebook import rule_digest
from vetgrid.core.clock import today
from vetgrid.core.guard import guarded
from vetgrid.core.ruling.months import iso, label, month_on

READ, RUN, PROPOSE = BenefitsPermission.READ, BenefitsPermission.RUN, BenefitsPermission.PROPOSE
_TRUST_TONES = {"A": "good", "B": "good", "C": "info", "unconfirmed": "warn"}


@guarded(READ)
def programmes(request: Any) -> HttpResponse:
    found = queries.programmes(seen_by=request.actor)
    people = queries.recipients(seen_by=request.actor)
    context = {
        "programmes": [(one, queries.FREQUENCY_LABELS[one.frequency], people.get(one.key, 0)) for one in found],
        "total": sum(people.values()),
    }
    return render(request, "benefits/programmes.html", context)


@guarded(READ)
def programme(request: Any, programme_key: str) -> HttpResponse:
    found = queries.programme(programme_key, seen_by=request.actor)
    place, chain = chosen_place(request)
    month = month_on(today())
    in_force = found.rule_in(month)
    rules = [
        {
            "since": label(rule.since),
            "is_in_force": rule is in_force,
            "lines": queries.in_words(rule, seen_by=request.actor),
        }
        for rule in reversed(found.rules)
    ]
    context = {
        "programme": found,
        "frequency": queries.FREQUENCY_LABELS[found.frequency],
        "trust": trust_of(found.trust),
        "people": queries.recipients(seen_by=request.actor).get(found.key, 0),
        "rules": rules,
        "relations": queries.relations(found.key, seen_by=request.actor),
        "tables": [
            shown_table(request, key, place, dict(chain)) for key in queries.tables_of(found, seen_by=request.actor)
        ],
        "place": place,
        "chain": chain,
        "digest": rule_digest()[:12],
        "may_run": request.actor.may(RUN),
    }
    return render(request, "benefits/programme.html", context)


def chosen_place(request: Any) -> tuple[int, list[tuple[int, str]]]:
    """The place whose values are shown, one of the viewer's county and the places above it."""
    home = values.home_of(seen_by=request.actor)
    chain = values.chain(home, seen_by=request.actor)
    asked = request.GET.get("place", "")
    codes = {str(code): code for code, _ in chain}
    return codes.get(asked, chain[0][0]), chain


def trust_of(key: str) -> tuple[str, str]:
    """Label and tone of a trust."""
    return TRUST_LABELS.get(key, key), _TRUST_TONES.get(key, "")


def shown_table(request: Any, key: str, place: int, names: dict[int, str]) -> dict[str, Any]:
    """A table's values through time at a place: charts, the same numbers, and the documents that they come from."""
    table = values.table_of(key, seen_by=request.actor)
    editions = values.history(key, place=place, seen_by=request.actor)
    filled = [at for at in range(table.cells) if any(edition.amounts[at] is not None for edition in editions)]
    labels = values.labels_of(table, filled)
    place_name = names.get(place, "")
    return {
        "table": table,
        "charts": drawing.charts_of(table, editions, place=place_name, until=month_on(today())),
        "months": [label(edition.month) for edition in editions],
        "rows": [(labels[at], [shown(edition.amounts[at], table.unit) for edition in editions]) for at in filled],
        "documents": [
            {
                "month": label(edition.month),
                "iso": iso(edition.month),
                "sources": list(
                    dict.fromkeys((row.document, *trust_of(row.trust)) for rows in edition.made_by for row in rows)
                ),
            }
            for edition in reversed(editions)
        ],
    }
