"""Lists as files: xlsx and csv, streamed row by row; whatever a cell holds stays a text and is never run as a formula."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import xlsxwriter

_ROWS_A_SHEET = 1_000_000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """A column: its label and its width in characters."""

    label: str
    width: int = 14


def write_xlsx(
    path: Path, *, title: str, columns: Sequence[Column], rows: Iterable[Sequence[object]], notes: Sequence[str] = ()
) -> int:
    """Writes a workbook in bounded memory; numbers stay numbers, all else is text. Returns the number of rows."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(str(path), options)
    head = book.add_format({"bold": True, "bg_color": "#F2F2F2", "border": 1})
    written, sheet, line = 0, None, 0
    for row in rows:
        if sheet is None or line >= _ROWS_A_SHEET:
            sheet, line = _sheet(book, title, columns, notes, head), len(notes) + 1
        for at, value in enumerate(row):
            if isinstance(value, int | float) and not isinstance(value, bool):
                sheet.write_number(line, at, value)
            else:
                sheet.write_string(line, at, "" if value is None else str(value)[:32_000])
        written, line = written + 1, line + 1
    if sheet is None:
        _sheet(book, title, columns, notes, head)
    book.close()
    return written


def _sheet(
    book: xlsxwriter.Workbook, title: str, columns: Sequence[Column], notes: Sequence[str], head: Any
) -> xlsxwriter.worksheet.Worksheet:
    name = title if not book.worksheets() else f"{title}{len(book.worksheets()) + 1}"
    sheet = book.add_worksheet("".join(letter for letter in name if letter not in "[]:*?/\\")[:31])
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width)
    for at, note in enumerate(notes):
        sheet.write_string(at, 0, note)
    for at, column in enumerate(columns):
        sheet.write_string(len(notes), at, column.label, head)
    sheet.freeze_panes(len(notes) + 1, 0)
    return sheet


def write_csv(
    file: IO[str], *, columns: Sequence[Column], rows: Iterable[Sequence[object]], for_machines: bool = False
) -> int:
    """Writes comma-separated text. For people a cell that could be taken for a formula gets an apostrophe before it."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([column.label for column in columns])
    written = 0
    for row in rows:
        writer.writerow([value if for_machines else _harmless(value) for value in row])
        written += 1
    return written


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
