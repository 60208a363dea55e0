"""Decisions and their receipts: everything that was looked at, in one canonical text that can be made again to the byte.

A receipt is made from three things that are never overwritten: the texts of the rules (by digest), the dated parameters and the
dated facts. What was recorded after the decision stays out when it is made again, even where it says that it was known before.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from vetgrid.benefits.explaining import MODES, UNITS
from vetgrid.benefits.facts import FIRST, LAST, Spell, spell_in
from vetgrid.benefits.gathering import Cut, Gathered, gather, maps_of
from vetgrid.benefits.models import Decision, RuleVersion
from vetgrid.benefits.sources import book_of, parameters, rule_version
from vetgrid.core.clock import CHINA, now
from vetgrid.core.errors import NotFound
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.ruling.months import iso, label
from vetgrid.core.ruling.parameters import Parameters, Value, write_cell
from vetgrid.core.ruling.rulebook import Rulebook
from vetgrid.core.ruling.scalar import Decision as Determined
from vetgrid.core.ruling.scalar import Input, Looked, Step, decide
from vetgrid.core.ruling.vocabulary import yuan
from vetgrid.registry.models import Person

FORM = 1
"""The version of the receipt's form; a receipt is made again in its own form."""


@dataclass(frozen=True)
class Known:
    """What a decision may look at: rules, parameters as known on the day, and the bound for facts."""

    version: RuleVersion
    book: Rulebook
    parameters: Parameters
    known_on: date
    cut: Cut

    @classmethod
    def on(cls, known_on: date, *, at: datetime, not_after: UUID | None, version: RuleVersion | None = None) -> "Known":
        """As known on a day, and recorded by the moment `at`."""
        version = version or rule_version()
        end_of_day = datetime.combine(known_on + timedelta(days=1), time(0), CHINA)
        return cls(
            version,
            book_of(version.digest),
            parameters(known_on, not_after=not_after),
            known_on,
            Cut(end_of_day, min(at, end_of_day), not_after),
        )

    @classmethod
    def of(cls, decision: Decision) -> "Known":
        """Exactly what a stored decision could look at."""
        return cls.on(decision.known_on, at=decision.known_at, not_after=decision.cut, version=decision.rule_version)

    @classmethod
    def today(cls, today: date) -> "Known":
        """As known now."""
        return cls.on(today, at=now(), not_after=None)


def gathered(person_ids: list[UUID], known: Known, *, places: Places) -> dict[UUID, Gathered]:
    """What was known of these persons."""
    maps = maps_of(known.version.files["gathering.toml"])
    people = Person.objects.filter(pk__in=person_ids)
    found = gather(people, cut=known.cut, vocabulary=known.book.vocabulary, maps=maps, places=places)
    return {one.person_id: one for one in found}


def determined(one: Gathered, known: Known, month: int) -> tuple[Spell, dict[str, Determined]]:
    """Every programme for one person and month, and the spell that it was worked out on."""
    spell = spell_in(one.spells(known.book.vocabulary), month)
    return spell, decide(known.book, known.parameters, spell.values, month=month, place=one.place)


def receipt_of(one: Gathered, spell: Spell, found: Determined, known: Known, *, starts: int | None) -> str:
    """The canonical text: the same content gives the same bytes."""
    programme, book = found.programme, known.book
    used = {given.group for step in found.steps for given in step.inputs if given.group}
    content = {
        "form": FORM,
        "person": {"id": str(one.person_id), "name": one.name},
        "place": one.place,
        "programme": {
            "key": programme.key,
            "label": programme.label,
            "article": programme.article,
            "payee": programme.payee,
            "frequency": programme.frequency,
            "trust": programme.trust,
        },
        "month": iso(found.month),
        "month_label": label(found.month),
        "known_on": known.known_on.isoformat(),
        "rules": {"digest": known.version.digest, "since": iso(found.since) if found.since else ""},
        "steps": [_step(step, book) for step in found.steps],
        "facts": [_facts(group, one, spell, book) for group in book.vocabulary.groups if group in used],
        "is_entitled": found.is_entitled,
        "before_exclusion_fen": found.before_exclusion_fen,
        "exclusion": _exclusion(found, book),
        "amount_fen": found.amount_fen,
        "amount": yuan(found.amount_fen),
        "starts": iso(starts) if starts else "",
        "starts_label": label(starts) if starts else "",
        "unmet": list(found.unmet),
        "changes": list(programme.changes),
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _step(step: Step, book: Rulebook) -> Mapping[str, Any]:
    return {
        "name": step.name,
        "label": step.label,
        "clause": step.clause,
        "expression": step.expression,
        "value": step.value,
        "text": step.text,
        "is_condition": step.is_condition,
        "inputs": [_input(given) for given in step.inputs],
        "looked": [_looked(looked, book) for looked in step.looked],
    }


def _input(given: Input) -> Mapping[str, str]:
    return {"key": given.key, "label": given.label, "text": given.text, "group": given.group}


def _looked(looked: Looked, book: Rulebook) -> Mapping[str, Any]:
    return {
        "table": looked.table,
        "label": looked.label,
        "cell": looked.cell,
        "text": looked.text,
        "rows": [_row(row, book) for row in looked.rows],
    }


def _row(row: Value, book: Rulebook) -> Mapping[str, Any]:
    unit = "" if row.mode == "permille" else UNITS.get(row.unit, row.unit)
    return {
        "key": row.key,
        "cell": write_cell(book.tables[row.table], row.cell),
        "place": row.place,
        "effective_on": row.effective_on.isoformat(),
        "known_since": row.known_since.isoformat(),
        "written": f"{MODES[row.mode]}{row.written}{unit}",
        "document": row.document,
        "trust": row.trust,
    }


def _facts(group: str, one: Gathered, spell: Spell, book: Rulebook) -> Mapping[str, Any]:
    """One group that the rule looked at: its values in the month, and the rows that say so (none: nothing is recorded)."""
    fact = spell.sources.get(group)
    records = [one.records[key] for key in fact.source.split("+") if key in one.records] if fact else []
    return {
        "group": group,
        "label": book.vocabulary.groups[group],
        "from": iso(fact.from_month) if fact and fact.from_month != FIRST else "",
        "to": iso(fact.to_month) if fact and fact.to_month != LAST else "",
        "values": [
            {"key": entry.key, "label": entry.label, "text": entry.text(spell.values[entry.key])}
            for entry in book.vocabulary.of_group(group)
            if spell.values[entry.key]
        ],
        "records": [
            {
                "table": record.table,
                "id": record.id,
                "source": record.source,
                "known_since": record.known_since.astimezone(CHINA).date().isoformat(),
            }
            for record in records
        ],
    }


def _exclusion(found: Determined, book: Rulebook) -> Mapping[str, str] | None:
    pair = found.excluded_by
    if pair is None:
        return None
    other = pair.first if pair.second == found.programme.key else pair.second
    return {
        "programme": other,
        "label": book.programmes[other].label,
        "kind": "按较高的一项享受" if pair.kind == "higher_of" else "两项只享受一项",
        "article": pair.article,
    }


def digest_of(receipt: str) -> str:
    return hashlib.sha256(receipt.encode()).hexdigest()


@dataclass(frozen=True)
class Again:
    """A receipt made again from the sources, and whether it is the stored one to the byte."""

    receipt: str
    is_same: bool


def recompute(decision: Decision) -> Again:
    """Makes the receipt again from what was known then. Raises NotFound where the person's file is out of reach."""
    known = Known.of(decision)
    places = Places.of([ancestor(decision.division, Level.COUNTY)])
    one = gathered([decision.person_id], known, places=places).get(decision.person_id)
    if one is None:
        raise NotFound()
    spell, found = determined(one, known, decision.month)
    text = receipt_of(one, spell, found[decision.programme], known, starts=decision.starts_month)
    return Again(text, text == decision.receipt and digest_of(text) == decision.digest)
