"""Parses one spreadsheet and prints its rows as JSON lines; runs alone, with bounded memory and time, and knows nothing else."""

import csv
import io
import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

Row = tuple[int, list[str], dict[int, str]]
_OLE = b"\xd0\xcf\x11\xe0"


def main(path: str, most_rows: int, most_columns: int) -> None:
    with open(path, "rb") as file:
        body_start = file.read(8)
    try:
        rows = _workbook(path) if body_start[:2] == b"PK" or body_start[:4] == _OLE else _text(path)
        written = 0
        for number, cells, problems in rows:
            if not any(cells) and not problems:
                continue
            written += 1
            if written > most_rows + 20:
                return _say({"error": "too_many_rows"})
            _say({"n": number, "c": cells[: most_columns + 1], "p": problems})
        _say({"end": written})
    except _Unreadable as error:
        _say({"error": error.args[0]})


class _Unreadable(Exception):
    """Why the file cannot be read: one of the codes that the parent knows."""


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")


def _workbook(path: str) -> Iterator[Row]:
    from python_calamine import CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(path)
        sheet = next(
            (book.get_sheet_by_index(at) for at in range(len(book.sheet_names)) if book.get_sheet_by_index(at).height),
            None,
        )
    except Exception as error:
        text = str(error).lower()
        raise _Unreadable("encrypted" if "password" in text or "encrypt" in text else "not_a_sheet") from error
    if sheet is None:
        raise _Unreadable("empty")
    first = sheet.start[0] if sheet.start else 0
    for at, row in enumerate(sheet.iter_rows()):
        if at < first:
            continue
        cells, problems = [], {}
        for column, value in enumerate(row):
            text, problem = _cell(value)
            cells.append(text)
            if problem:
                problems[column] = problem
        yield at + 1, cells, problems


def _cell(value: Any) -> tuple[str, str]:
    if value is None or isinstance(value, str):
        text = value or ""
        return (
            ("", f"单元格是错误值{text},请改正后再导入。")
            if text.startswith("#") and text.rstrip("!?/").isupper()
            else (text, "")
        )
    if isinstance(value, bool):
        return "是" if value else "否", ""
    if isinstance(value, (float, int)):
        if abs(value) >= 10**15:
            return "", "长数字被存成了数值格式,末几位已被表格软件改掉。请把该列设为文本后重新填写。"
        return (str(int(value)) if float(value).is_integer() else repr(value)), ""
    if isinstance(value, datetime):
        return value.date().isoformat(), ""
    if isinstance(value, date):
        return value.isoformat(), ""
    if isinstance(value, time | timedelta):
        return str(value), ""
    return str(value), ""


def _text(path: str) -> Iterator[Row]:
    with open(path, "rb") as file:
        body = file.read()
    text = _decoded(body)
    if "\0" in text or text.lstrip()[:1] == "<":
        raise _Unreadable("not_a_sheet")
    head = text[:4000]
    delimiter = max("\t,;", key=head.count)
    csv.field_size_limit(100_000)
    try:
        for at, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1):
            yield at, row, {}
    except csv.Error as error:
        raise _Unreadable("not_a_sheet") from error


def _decoded(body: bytes) -> str:
    encodings = ["utf-16"] if body[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if sum(letter.isprintable() or letter in "\r\n\t" for letter in text[:2000]) >= 0.9 * len(text[:2000]):
            return text
    raise _Unreadable("bad_encoding")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
