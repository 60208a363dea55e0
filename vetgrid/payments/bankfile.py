"""Files to and from the bank by formats that are data: bytes out, rows in, control totals checked. Nothing here knows the database."""

import csv
import io
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings

from vetgrid.core.errors import Conflict, Invalid
from vetgrid.payments import rules

MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Payment:
    """One row of a file to the bank."""

    reference: str
    account: str
    name: str
    amount_fen: int
    bank: str
    label: str


@dataclass(frozen=True)
class Came:
    """One row of a file from the bank, as it came; `amount_fen` is None when it could not be read."""

    row_no: int
    text: str
    reference: str
    amount_fen: int | None
    code: str


@dataclass(frozen=True)
class Returned:
    """A whole file from the bank; `problem` says what is wrong with its control totals."""

    rows: tuple[Came, ...]
    total_fen: int
    problem: str


@cache
def formats() -> dict[str, Mapping[str, Any]]:
    """All formats by key, in alphabetical order."""
    found: dict[str, Mapping[str, Any]] = {}
    for path in sorted((settings.DATA / "payments" / "formats").glob("*.toml")):
        with path.open("rb") as file:
            one = tomllib.load(file)
        found[one["key"]] = one
    return found


def choices(way: str) -> list[tuple[str, str]]:
    return [(key, one["label"]) for key, one in formats().items() if one["way"] == way]


def format_of(key: str, way: str) -> Mapping[str, Any]:
    """The format; raises Invalid when there is none of this way."""
    found = formats().get(key)
    if found is None or found["way"] != way:
        raise Invalid(fields={"format": "没有这样的文件格式,请从列表中选择。"})
    return found


def write(form: Mapping[str, Any], payments: Sequence[Payment], *, number: str, on: date) -> bytes:
    """The bytes of a file; the same payments give the same bytes."""
    total = {
        "number": number,
        "on": on,
        "count": len(payments),
        "total": sum(payment.amount_fen for payment in payments),
    }
    lines = [_line(form, form["header"], total)] if form.get("header") else []
    for payment in payments:
        values = {**vars(payment), "amount": payment.amount_fen}
        lines.append(_line(form, form["column"], values))
    if form.get("trailer"):
        lines.append(_line(form, form["trailer"], total))
    return b"".join(line + str(form["newline"]).encode() for line in lines)


def _line(form: Mapping[str, Any], columns: Iterable[Mapping[str, Any]], values: Mapping[str, Any]) -> bytes:
    encoding = str(form["encoding"])
    if form["layout"] == "csv":
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="").writerow([_text(column, values) for column in columns])
        return buffer.getvalue().encode(encoding)
    return b"".join(_padded(column, _text(column, values), encoding) for column in columns)


def _text(column: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    field = str(column["field"])
    if field.startswith("const:"):
        return field.removeprefix("const:")
    value, style = values[field], str(column.get("style", ""))
    if style == "yuan":
        return rules.yuan(int(value))
    if isinstance(value, date):
        return value.strftime(style or "%Y-%m-%d")
    return " ".join(str(value).split())


def _padded(column: Mapping[str, Any], text: str, encoding: str) -> bytes:
    """Filled to the width in bytes. Names and labels are cut at a whole character; numbers and accounts never are."""
    width, body = int(column["width"]), text.encode(encoding)
    if len(body) > width:
        if column["field"] not in ("name", "bank", "label"):
            raise Conflict(
                f"“{column['field']}”的内容“{text}”超出银行文件规定的{width}字节,没有生成文件。请核对格式配置。"
            )
        while len(body) > width:
            text = text[:-1]
            body = text.encode(encoding)
    pad = str(column.get("pad", " ")).encode(encoding)
    return body.rjust(width, pad) if column.get("align") == "right" else body.ljust(width, pad)


def check(form: Mapping[str, Any], body: bytes) -> None:
    """Raises Invalid for bytes that cannot be such a file at all."""
    if not body:
        raise Invalid(fields={"file": "文件是空的,请重新选择。"})
    if len(body) > MAX_BYTES:
        raise Invalid(fields={"file": "文件太大,最大64MB。请向银行核对。"})
    try:
        body.decode(str(form["encoding"]))
    except UnicodeDecodeError as error:
        raise Invalid(
            fields={"file": f"文件不是{form['encoding']}编码,请选择正确的格式,或向银行索取原文件。"}
        ) from error


def read(form: Mapping[str, Any], body: bytes) -> Returned:
    """The rows of a file from the bank. A row that cannot be read stays a row, with what could be read of it."""
    check(form, body)
    rows, totals = [], None
    for row_no, raw in enumerate(body.replace(b"\r\n", b"\n").split(b"\n"), start=1):
        if row_no <= int(form.get("skip", 0)) or not raw.strip():
            continue
        text = raw.decode(str(form["encoding"]), "replace")
        if text.startswith(str(form["trailer_starts"])):
            totals = _totals(form, raw, text)
        else:
            rows.append(_came(form, row_no, raw, text))
    total = sum(row.amount_fen or 0 for row in rows)
    return Returned(tuple(rows), total, _compare(totals, len(rows), total))


def _came(form: Mapping[str, Any], row_no: int, raw: bytes, text: str) -> Came:
    if form["layout"] == "csv":
        cells = next(csv.reader([text]), [])
        values = dict(zip(form["columns"], (cell.strip() for cell in cells), strict=False))
    else:
        values = {
            name: raw[start:end].decode(str(form["encoding"]), "replace").strip()
            for name, (start, end) in form["positions"].items()
        }
    try:
        amount = rules.fen(values.get("amount", ""), str(form["amount_style"]))
    except ValueError:
        amount = None
    return Came(row_no, text[:500], values.get("reference", "")[:40], amount, values.get("code", "")[:20])


def _totals(form: Mapping[str, Any], raw: bytes, text: str) -> tuple[str, str, str]:
    count, total = form["trailer_count"], form["trailer_total"]
    if form["layout"] == "csv":
        cells = [*next(csv.reader([text]), []), "", "", ""]
        return cells[count], cells[total], str(form["trailer_style"])
    parts = (raw[slice(*place)].decode("ascii", "replace").strip() for place in (count, total))
    return (*parts, str(form["trailer_style"]))  # type: ignore[return-value]  # two parts and the style


def _compare(totals: tuple[str, str, str] | None, count: int, total_fen: int) -> str:
    """What is wrong with the control totals, in words; empty when they agree."""
    if totals is None:
        return "文件没有合计行,无法核对笔数和金额。"
    try:
        said_count, said_fen = int(totals[0]), rules.fen(totals[1], totals[2])
    except ValueError:
        return "文件的合计行无法识别,笔数和金额没有核对。"
    if (said_count, said_fen) != (count, total_fen):
        return (
            f"合计行写明{said_count}笔{rules.money(said_fen)}元,实际{count}笔{rules.money(total_fen)}元,请向银行核对。"
        )
    return ""
