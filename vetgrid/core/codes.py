"""Code tables: `data/codes/<table>.csv`, read once; a code is stored, a label is shown."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.conf import settings


@dataclass(frozen=True)
class Code:
    """One line of a table; an empty validity date means always."""

    code: str
    label: str
    valid_from: date | None
    valid_to: date | None
    note: str

    def is_valid(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True)
class CodeTable:
    """A table by name; keeps the file's order, which is the order of choices."""

    name: str
    codes: tuple[Code, ...]

    def label(self, code: str) -> str:
        """The label, or the code itself when the table does not know it: old data must stay readable."""
        return self._by_code.get(code, code)

    def choices(self, *, on: date) -> list[tuple[str, str]]:
        return [(entry.code, entry.label) for entry in self.codes if entry.is_valid(on)]

    def code_of(self, text: str) -> str | None:
        """The code that a spreadsheet's word means: the code, the label, or the one label that starts or contains it."""
        text = text.strip()
        for entry in self.codes:
            if text in (entry.code, entry.label):
                return entry.code
        near = [
            entry.code
            for entry in self.codes
            if len(text) >= 2 and (entry.label.startswith(text) or text in entry.label)
        ]
        if len(near) == 1 or (near and self.label(near[0]).startswith(text)):
            return near[0]
        inside = [entry.code for entry in self.codes if len(entry.label) >= 2 and entry.label in text]
        return inside[0] if len(inside) == 1 else None

    def __contains__(self, code: str) -> bool:
        return code in self._by_code

    @property
    def _by_code(self) -> dict[str, str]:
        return _labels(self.name)


@cache
def codes(table: str) -> CodeTable:
    """The table; raises LookupError when there is no such file."""
    path = settings.DATA / "codes" / f"{table}.csv"
    if not path.exists():
        raise LookupError(f"no code table {table!r}")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            Code(row["code"], row["label"], _day(row["valid_from"]), _day(row["valid_to"]), row["note"])
            for row in csv.DictReader(file)
        ]
    return CodeTable(table, tuple(rows))


@cache
def _labels(table: str) -> dict[str, str]:
    return {entry.code: entry.label for entry in codes(table).codes}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
