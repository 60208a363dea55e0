"""Gathers what is known of persons, from the registry and from benefit facts, into the groups of facts that rules use.

`data/benefits/gathering.toml` says how codes of the registry become values. What the registry knows only by the year is read so
that nothing is paid too early or too much. A benefit fact stands above the registry where both speak of the same value; a death
comes from benefit facts alone, which are written when two sources agree.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from vetgrid.benefits.facts import FIRST, LAST, DatedFact, Facts, Spell, spells
from vetgrid.benefits.models import BenefitFact
from vetgrid.core.dates import PartialDate
from vetgrid.core.ids import is_later
from vetgrid.core.places import Level, Places, ancestor
from vetgrid.core.reach import within
from vetgrid.core.ruling.months import month_on, read_month
from vetgrid.core.ruling.vocabulary import Vocabulary
from vetgrid.core.scope import lending
from vetgrid.registry.models import (
    Disability,
    Employment,
    Fact,
    Identity,
    Merit,
    Person,
    PersonClass,
    Residence,
    Service,
)

_COMMON = ("id", "person_id", "from_on", "to_on", "source", "known_since")
_READ: tuple[tuple[type[Fact], tuple[str, ...]], ...] = (
    (Identity, ("name", "sex", "born_on")),
    (Residence, ("household_kind",)),
    (Service, ("enlisted_on", "discharged_on", "discharge_kind")),
    (Merit, ("code", "is_wartime", "awarded_on")),
    (Disability, ("grade", "cause")),
    (PersonClass, ("code",)),
    (Employment, ("code",)),
)
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Cut:
    """What was known: told before `before`, still believed at `believed_at`, and recorded no later than the row `not_after`.

    Without bounds it is what is believed now.
    """

    before: datetime | None = None
    believed_at: datetime | None = None
    not_after: UUID | None = None

    def among(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        believed = Q(known_until=None)
        if self.believed_at is not None:
            believed |= Q(known_until__gt=self.believed_at)
        rows = rows.filter(believed)
        return rows if self.before is None else rows.filter(known_since__lt=self.before)

    def has(self, row_id: UUID) -> bool:
        return self.not_after is None or not is_later(row_id, self.not_after)


@dataclass(frozen=True)
class Record:
    """The row that a fact comes from."""

    table: str
    id: str
    source: str
    known_since: datetime
    note: str = ""


@dataclass
class Gathered:
    """Everything about one person: the facts in order of weight (later ones stand above), and the rows behind them."""

    person_id: UUID
    place: int
    name: str = ""
    facts: list[DatedFact] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)

    def add(
        self, group: str, rows: Iterable[tuple[str, Row]], values: Mapping[str, int], period: tuple[int, int]
    ) -> None:
        """A fact with its rows; a period that is empty or turned round says nothing."""
        keys = []
        for table, row in rows:
            key = f"{table}:{row['id']}"
            self.records[key] = Record(table, str(row["id"]), row["source"], row["known_since"], row.get("note", ""))
            keys.append(key)
        if period[0] < period[1]:
            self.facts.append(DatedFact(group, *period, None, None, "+".join(keys), values))

    def spells(self, vocabulary: Vocabulary) -> list[Spell]:
        return spells(Facts(str(self.person_id), self.place, tuple(self.facts)), vocabulary)


@lru_cache(maxsize=8)
def maps_of(text: str) -> Mapping[str, Any]:
    """The mapping of one version of the rules, from the text of its file."""
    return tomllib.loads(text)


def gather(
    people: QuerySet[Person], *, cut: Cut, vocabulary: Vocabulary, maps: Mapping[str, Any], places: Places
) -> Iterator[Gathered]:
    """All that was known of these persons; a few questions for all of them together. `places` is where they are."""
    with lending("registry", places), lending("benefits", places):
        persons = list(people.values_list("id", "division"))
        wanted = None if len(persons) > 500 else [person for person, _ in persons]
        rows = {model: _known(model, (*_COMMON, *names), cut, wanted, places) for model, names in _READ}
        own = _own_facts(cut, wanted, places)
    for person, division in persons:
        found = Gathered(person, ancestor(division, Level.COUNTY))
        mine = {model: by_person.get(person, ()) for model, by_person in rows.items()}
        _fill(found, mine, vocabulary, maps)
        for row in own.get(person, ()):
            _overlay(found, row, vocabulary)
        yield found


def _known(
    model: type[Fact], names: Sequence[str], cut: Cut, wanted: list[UUID] | None, places: Places
) -> dict[UUID, list[Row]]:
    return _by_person(
        within(model._default_manager.all(), places)
        if wanted is None
        else model._default_manager.filter(person_id__in=wanted),
        names,
        cut,
    )


def _own_facts(cut: Cut, wanted: list[UUID] | None, places: Places) -> dict[UUID, list[Row]]:
    rows = (
        within(BenefitFact.objects.all(), places)
        if wanted is None
        else BenefitFact.objects.filter(person_id__in=wanted)
    )
    return _by_person(
        rows, ("id", "person_id", "group", "values", "from_month", "to_month", "source", "known_since", "note"), cut
    )


def _by_person(rows: QuerySet[Any], names: Sequence[str], cut: Cut) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = {}
    for row in cut.among(rows).order_by("known_since", "id").values(*names):
        if cut.has(row["id"]):
            found.setdefault(row["person_id"], []).append(row)
    return found


def _fill(
    found: Gathered, rows: Mapping[type[Fact], Sequence[Row]], vocabulary: Vocabulary, maps: Mapping[str, Any]
) -> None:
    for row in rows[Identity][-1:]:
        found.name = row["name"]
        values = {"born": _late(row["born_on"]), "sex": _encoded(vocabulary, "sex", maps["sex"].get(row["sex"]))}
        found.add("person", [("registry_identity", row)], values, (FIRST, LAST))
    for row in rows[Residence][-1:]:
        domicile = _encoded(vocabulary, "domicile", maps["domicile"].get(row["household_kind"]))
        if domicile:
            found.add("residence", [("registry_residence", row)], {"domicile": domicile}, _period(row))
    for row in _in_order(rows[Employment]):
        flags = maps["employment"].get(row["code"])
        if flags:
            found.add("livelihood", [("registry_employment", row)], dict.fromkeys(flags, 1), _period(row))
    for row in _in_order(rows[Disability]):
        values = {
            "disability_grade": int(row["grade"]),
            "disability_cause": _encoded(vocabulary, "disability_cause", row["cause"]),
        }
        found.add("disability", [("registry_disability", row)], values, _period(row))
    _service(found, rows, vocabulary, maps)
    _merits(found, rows[Merit], vocabulary, maps)
    _classes(found, rows, vocabulary, maps)


def _service(
    found: Gathered, rows: Mapping[type[Fact], Sequence[Row]], vocabulary: Vocabulary, maps: Mapping[str, Any]
) -> None:
    """The last period of service. Months that are not known are taken so that the service is not too long."""
    served = sorted(rows[Service], key=lambda row: (row["enlisted_on"] or "", row["known_since"]))
    if not served:
        return
    row = served[-1]
    told, classes = (
        maps["returned_rural"],
        [one for one in rows[PersonClass] if one["code"] in maps["returned_rural"]["classes"]],
    )
    homes = [one for one in rows[Residence][-1:] if one["household_kind"] in told["household_kinds"]]
    is_rural = bool(classes) or (row["discharge_kind"] in told["discharge_kinds"] and bool(homes))
    enlisted, discharged = _late(row["enlisted_on"]), _early(row["discharged_on"])
    values = {
        "enlisted": enlisted,
        "discharged": max(discharged, enlisted) if discharged else 0,
        "discharge_kind": _encoded(vocabulary, "discharge_kind", maps["discharge_kind"].get(row["discharge_kind"])),
        "returned_rural": int(is_rural and bool(discharged)),
    }
    behind: list[tuple[str, Row]] = [("registry_service", row)]
    behind += [("registry_personclass", one) for one in classes[-1:]] or (
        [("registry_residence", one) for one in homes] if is_rural else []
    )
    found.add("service", behind, values, (discharged or enlisted or FIRST, LAST))


def _merits(found: Gathered, rows: Sequence[Row], vocabulary: Vocabulary, maps: Mapping[str, Any]) -> None:
    ranked = []
    for row in rows:
        code = maps["merit_wartime" if row["is_wartime"] else "merit"].get(row["code"])
        if code:
            ranked.append((vocabulary["merit"].encode(code), row))
    ranked.sort(key=lambda pair: -pair[0])
    if ranked:
        values = {"merit": ranked[0][0], "second_merit": ranked[1][0] if len(ranked) > 1 else 0}
        found.add("merit", [("registry_merit", row) for _, row in ranked[:2]], values, (FIRST, LAST))


def _classes(
    found: Gathered, rows: Mapping[type[Fact], Sequence[Row]], vocabulary: Vocabulary, maps: Mapping[str, Any]
) -> None:
    enlisted = _late(rows[Service][-1]["enlisted_on"]) if rows[Service] else 0
    for row in _in_order(rows[PersonClass]):
        entry = maps["class"].get(row["code"])
        if entry is None:
            continue
        values = {key: vocabulary[key].encode(value) for key, value in entry["values"].items()}
        if entry["group"] == "demobilised" and enlisted:
            era = next((line["value"] for line in maps["era"] if enlisted < read_month(line["before"])), None)
            values = {"demobilised_era": vocabulary["demobilised_era"].encode(era)} if era else values
        found.add(entry["group"], [("registry_personclass", row)], values, _period(row))


def _overlay(found: Gathered, row: Row, vocabulary: Vocabulary) -> None:
    """A benefit fact above what is there: alone where nothing else speaks, and joined with each fact of its group that it meets."""
    values = {key: _encoded(vocabulary, key, value) for key, value in row["values"].items() if key in vocabulary}
    period = (row["from_month"] or FIRST, row["to_month"] or LAST)
    below = [fact for fact in found.facts if fact.group == row["group"]]
    found.add(row["group"], [("benefits_benefitfact", row)], values, period)
    mine = f"benefits_benefitfact:{row['id']}"
    for fact in below:
        start, end = max(fact.from_month, period[0]), min(fact.to_month, period[1])
        if start < end:
            joined = {**fact.values, **values}
            found.facts.append(DatedFact(fact.group, start, end, None, None, f"{fact.source}+{mine}", joined))


def _in_order(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row["from_on"] or "", row["known_since"]))


def _period(row: Row) -> tuple[int, int]:
    """The months in which a fact holds: a month that it only touches counts."""
    start = month_on(PartialDate(row["from_on"]).earliest) if row["from_on"] else FIRST
    if not row["to_on"]:
        return start, LAST
    end: date = PartialDate(row["to_on"]).earliest
    return start, month_on(end) + (end.day > 1)


def _late(written: str | None) -> int:
    return month_on(PartialDate(written).latest) if written else 0


def _early(written: str | None) -> int:
    return month_on(PartialDate(written).earliest) if written else 0


def _encoded(vocabulary: Vocabulary, key: str, value: object) -> int:
    """A value that the vocabulary does not have says nothing: one odd old row must not stop a whole county."""
    try:
        return vocabulary[key].encode(value)
    except ValueError:
        return 0
