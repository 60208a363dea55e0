"""Is a row fit to load, and what would it do: new file, changed file, nothing, or a sentence for each wrong cell."""

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from vetgrid.core.actor import Actor
from vetgrid.core.crypto import blind
from vetgrid.core.errors import Invalid
from vetgrid.core.places import Level, Places, level_of
from vetgrid.core.reach import within
from vetgrid.orgs.models import Division
from vetgrid.orgs.names import short
from vetgrid.registry import rules
from vetgrid.registry.actions.registering import with_birth_from_id
from vetgrid.registry.actions.writing import changed_guarded_fields, check_together
from vetgrid.registry.catalogue import FIELDS, Field, section
from vetgrid.registry.intake.mapping import PLACE
from vetgrid.registry.models import ImportRow, Person
from vetgrid.registry.permissions import RegistryPermission
from vetgrid.registry.reading import as_text, parse

Outcome = ImportRow.Outcome


@dataclass
class Checked:
    """One row after checking: typed texts and what they mean, by field key; `errors` are sentences by column number."""

    row_no: int
    division: int
    texts: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    outcome: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    person_id: UUID | None = None


class Checker:
    """Checks the rows of one batch; holds what must be known about the whole file and the place."""

    def __init__(self, *, division: int, mapping: Mapping[str, str], by: Actor, today: date) -> None:
        self.mapping = {int(at): key for at, key in mapping.items() if key}
        self.column_of = {key: str(at) for at, key in self.mapping.items()}
        self.division, self.by, self.today = division, by, today
        self.villages = _villages(division, by)
        self.seen_ids: dict[str, int] = {}

    def check_all(self, rows: Iterable[tuple[int, list[str], dict[int, str]]]) -> Iterator[Checked]:
        """Rows in, checked rows out, in blocks so that known persons are looked up together."""
        block: list[Checked] = []
        for row_no, cells, problems in rows:
            block.append(self._shape(row_no, cells, problems))
            if len(block) == 2000:
                yield from self._against_registry(block)
                block = []
        yield from self._against_registry(block)

    def _shape(self, row_no: int, cells: list[str], problems: dict[int, str]) -> Checked:
        texts = {key: cells[at] for at, key in self.mapping.items() if at < len(cells) and cells[at]}
        row = Checked(row_no, self._place(texts.pop(PLACE, "")), texts)
        row.errors |= {str(at): sentence for at, sentence in problems.items() if at in self.mapping}
        if not row.division:
            row.errors[self.column_of.get(PLACE, "0")] = (
                "没有找到这个村(社区),或不在您的导入范围内。请写完整名称或12位代码。"
            )
        self._parse(row)
        self._once(row)
        return row

    def _place(self, text: str) -> int:
        if not text:
            return self.division if level_of(self.division) == Level.VILLAGE else 0
        return self.villages.get(text) or self.villages.get(short(text)) or 0

    def _parse(self, row: Checked) -> None:
        if not row.texts.get("identity.name"):
            row.errors.setdefault(self.column_of.get("identity.name", "0"), "请填写姓名。")
        for key, text in row.texts.items():
            try:
                row.values[key] = parse(FIELDS[key], text, today=self.today)
            except Invalid as error:
                row.errors.setdefault(self.column_of[key], error.sentence)
        if not row.errors:
            self._together(row)

    def _together(self, row: Checked) -> None:
        """Checks across fields; a section that lacks what it cannot do without is left out."""
        self._complete_identity(row)
        parts: dict[str, dict[str, Any]] = {}
        for key, value in row.values.items():
            parts.setdefault(key.partition(".")[0], {})[key.partition(".")[2]] = value
        for part, values in parts.items():
            known = section(part)
            if part != "identity" and any(
                entry.is_required and entry.attribute not in values for entry in known.fields
            ):
                for attribute in values:
                    del row.texts[f"{part}.{attribute}"], row.values[f"{part}.{attribute}"]
                continue
            try:
                check_together(known, values, today=self.today)
            except Invalid as error:
                for key, sentence in error.fields.items():
                    row.errors[self.column_of.get(key, "0")] = sentence

    def _complete_identity(self, row: Checked) -> None:
        """Birth date and sex from the ID number, where the sheet has none."""
        typed = {key.partition(".")[2]: text for key, text in row.texts.items() if key.startswith("identity.")}
        for attribute, text in with_birth_from_id(typed, today=self.today).items():
            key = f"identity.{attribute}"
            if row.texts.get(key) != text:
                row.texts[key], row.values[key] = text, parse(FIELDS[key], text, today=self.today)

    def _once(self, row: Checked) -> None:
        id_text = row.texts.get("identity.id_number", "")
        if not id_text or row.errors:
            return
        first = self.seen_ids.setdefault(id_text, row.row_no)
        if first != row.row_no:
            row.errors[self.column_of["identity.id_number"]] = f"与第{first}行的身份证号相同,请删去重复的一行。"

    def _against_registry(self, block: list[Checked]) -> list[Checked]:
        good = [row for row in block if not row.errors]
        known = _known(good, self.by)
        for row in block:
            if row.errors:
                row.outcome = Outcome.BAD
                continue
            person = known.get(_key(row))
            if person is None:
                row.outcome = Outcome.NEW
            elif person.division != row.division:
                row.outcome, row.errors = (
                    Outcome.BAD,
                    {self.column_of.get("identity.id_number", "0"): "档案已在另一个村(社区),请先办理迁移。"},
                )
            else:
                self._compare(row, person)
        return block

    def _compare(self, row: Checked, person: Person) -> None:
        """A row about a known person: nothing new, new values, or values that demand proof."""
        row.person_id = person.id
        changes, guarded = changes_of(row, person)
        if guarded:
            label = "、".join(FIELDS[key].label for key in guarded)
            row.outcome = Outcome.BAD
            row.errors = {self.column_of.get(guarded[0], "0"): f"与现有档案的{label}不同,更改须在档案页申请并附证明。"}
        else:
            row.outcome = Outcome.UPDATE if changes else Outcome.SAME


def changes_of(row: Checked, person: Person) -> tuple[dict[str, dict[str, str]], list[str]]:
    """What a row would change in a known file: section to values; and the keys of fields that demand proof."""
    changes: dict[str, dict[str, str]] = {}
    guarded: list[str] = []
    parts: dict[str, dict[str, str]] = {}
    for key, text in row.texts.items():
        parts.setdefault(key.partition(".")[0], {})[key.partition(".")[2]] = text
    for part, texts in parts.items():
        known = section(part)
        rows = list(known.model._default_manager.filter(person=person, known_until=None))
        if any(
            all(
                _same(entry, getattr(fact, entry.attribute), texts[entry.attribute])
                for entry in known.fields
                if entry.attribute in texts
            )
            for fact in rows
        ):
            continue
        before = rows[0] if rows and not known.is_list else None
        normal = {
            entry.attribute: _normal(entry, texts[entry.attribute])
            for entry in known.fields
            if entry.attribute in texts
        }
        guarded += changed_guarded_fields(known, before, normal)
        changes[part] = texts
    return changes, guarded


def _same(entry: Field, value: object, text: str) -> bool:
    return as_text(entry, value) == _normal(entry, text)


def _normal(entry: Field, text: str) -> str:
    try:
        return as_text(entry, parse(entry, text, today=date.max))
    except Invalid:
        return text


def _villages(division: int, by: Actor) -> dict[str, int]:
    """Names and codes of the villages that may be imported into."""
    places = by.places(RegistryPermission.IMPORT)
    rows = within(Division.objects.filter(level=Level.VILLAGE, closed_on=None), Places.of([division]), column="code")
    found: dict[str, int] = {}
    for row in rows:
        if row.code in places:
            found |= {row.name: row.code, short(row.name): row.code, str(row.code): row.code}
    return found


def _key(row: Checked) -> str:
    """How a row finds its person: by ID number, else by village, name and birth date."""
    id_text = row.texts.get("identity.id_number", "")
    if id_text:
        with contextlib.suppress(ValueError):
            id_text = rules.id_number(id_text, today=date.max).text
        return (blind(id_text, "id_number") or b"").hex()
    born = row.texts.get("identity.born_on", "")
    return json.dumps([row.division, row.texts.get("identity.name", ""), _normal(FIELDS["identity.born_on"], born)])


def _known(rows: list[Checked], by: Actor) -> dict[str, Person]:
    people = within(Person.objects.filter(merged_into=None), by.places(RegistryPermission.READ))
    indexes = [bytes.fromhex(key) for row in rows if row.texts.get("identity.id_number") for key in [_key(row)]]
    found = {bytes(person.id_index).hex(): person for person in people.filter(id_index__in=indexes)} if indexes else {}
    names = {row.texts["identity.name"] for row in rows if not row.texts.get("identity.id_number")}
    for person in people.filter(name__in=names) if names else []:
        found.setdefault(json.dumps([person.division, person.name, person.born_on or ""]), person)
    return found
