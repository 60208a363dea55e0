"""Spreadsheets from outside, read without trusting them: a child process with little memory and time does the parsing.

Accepts xlsx, xls, csv and tab-separated text in UTF-8, UTF-16 or GB18030. Whatever goes wrong is a `SheetError` with a
sentence that says what to do next.
"""

import json
import os
import re
import resource
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vetgrid.core.errors import Refused


class SheetError(Refused):
    """The file cannot be read; `code` is stable."""

    http_code = 422


@dataclass(frozen=True)
class SheetLimits:
    """How much is read at most; memory and seconds bound the child process."""

    file_bytes: int = 50 * 1024 * 1024
    unpacked_bytes: int = 400 * 1024 * 1024
    rows: int = 200_000
    columns: int = 200
    memory: int = 3 * 1024 * 1024 * 1024
    seconds: int = 120


@dataclass(frozen=True)
class SheetRow:
    """One row: its number as the spreadsheet program shows it, texts, and what is wrong with a cell by column."""

    row_no: int
    cells: list[str]
    problems: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """Headers and the rows below them."""

    headers: list[str]
    header_row_no: int
    rows: list[SheetRow]


_SENTENCES = {
    "not_a_sheet": "这不是能读取的表格文件。请用 WPS 或 Excel 打开后另存为 xlsx 再上传。",
    "encrypted": "表格设有打开密码,无法读取。请取消密码后重新保存再上传。",
    "too_big": "文件太大。请删去多余的工作表、图片和空行,或分成几个文件上传(每个不超过50MB、20万行)。",
    "too_many_rows": "表格超过20万行。请分成几个文件上传。",
    "too_wide": "表格超过200列。请删去不需要的列后再上传。",
    "empty": "表格是空的。请确认数据在第一个工作表里。",
    "no_header": "没有找到表头。请让表头单独占一行,并至少有“姓名”一列。",
    "bad_encoding": "文字编码无法识别。请用 WPS 或 Excel 打开后另存为 xlsx 再上传。",
    "timed_out": "读取表格用时太长,已停止。请删去多余的工作表和空行后再上传。",
}
_CLEAN = re.compile(r"[\u200b-\u200f\u2028-\u202e\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def fail(code: str) -> SheetError:
    return SheetError(_SENTENCES[code], code=code)


def clean(text: str) -> str:
    """Full-width digits and letters to half-width, invisible characters out, inner line breaks to blanks. Idempotent."""
    text = _CLEAN.sub("", unicodedata.normalize("NFKC", _CLEAN.sub("", text)))
    return re.sub(r"\s+", " ", text).strip()[:2000]


def read(path: Path, *, known_headers: Collection[str] = (), limits: SheetLimits | None = None) -> Sheet:
    """The first sheet with a header row; titles above it are skipped, empty rows left out. Raises SheetError."""
    limits = limits or SheetLimits()
    size = path.stat().st_size
    if size == 0:
        raise fail("empty")
    if size > limits.file_bytes:
        raise fail("too_big")
    start = path.open("rb").read(8)
    if start.startswith(b"PK"):
        _check_archive(path, limits)
    rows = list(_parsed(path, limits))
    if not rows:
        raise fail("empty")
    at = _header_at(rows, known_headers)
    headers = [clean(cell) for cell in rows[at].cells]
    width = max((index + 1 for index, text in enumerate(headers) if text), default=0)
    if width > limits.columns:
        raise fail("too_wide")
    body = [SheetRow(row.row_no, (row.cells + [""] * width)[:width], row.problems) for row in rows[at + 1 :]]
    return Sheet(headers[:width], rows[at].row_no, body)


def _check_archive(path: Path, limits: SheetLimits) -> None:
    """Unpacks every part for real, counting: sizes written in the archive may lie."""
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as part:
                    while block := part.read(1 << 20):
                        total += len(block)
                        if total > limits.unpacked_bytes:
                            raise fail("too_big")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise fail("encrypted" if "password" in str(error) else "not_a_sheet") from error
    except Exception as error:
        if isinstance(error, SheetError):
            raise
        raise fail("not_a_sheet") from error


def _parsed(path: Path, limits: SheetLimits) -> Iterator[SheetRow]:
    """Rows from the child process, one JSON line each."""

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
        resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))

    command = [
        sys.executable,
        "-I",
        str(Path(__file__).with_name("sheet_child.py")),
        str(path),
        str(limits.rows),
        str(limits.columns),
    ]
    environment = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, preexec_fn=bound, env=environment
    )  # no threads of ours hold locks here
    try:
        assert child.stdout is not None
        output, _ = child.communicate(timeout=limits.seconds + 10)
    except subprocess.TimeoutExpired as error:
        child.kill()
        child.wait()
        raise fail("timed_out") from error
    ended = False
    for line in output.splitlines():
        message: dict[str, Any] = json.loads(line)
        if "error" in message:
            raise fail(message["error"])
        if "end" in message:
            ended = True
        else:
            yield SheetRow(message["n"], message["c"], {int(key): value for key, value in message["p"].items()})
    if not ended:
        raise fail("timed_out" if child.returncode == -24 else "too_big")


def _header_at(rows: list[SheetRow], known: Collection[str]) -> int:
    """The first of the top ten rows that looks like headers: most known names, at least two filled cells."""
    wanted = {clean(name) for name in known}
    best, best_score = -1, 0
    for at, row in enumerate(rows[:10]):
        texts = [clean(cell) for cell in row.cells]
        score = sum(text in wanted for text in texts) if wanted else sum(bool(text) for text in texts)
        if score > best_score:
            best, best_score = at, score
    if best < 0:
        raise fail("no_header")
    return best
