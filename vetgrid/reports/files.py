"""The report as files: csv, xlsx, docx and PDF, all from the same lines."""

import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vetgrid.core.documents import Part, render_docx, render_pdf
from vetgrid.core.tabular import Column, write_csv, write_xlsx
from vetgrid.reports.catalogue import MODULES

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


@dataclass(frozen=True)
class Row:
    """One line as it stands in a file."""

    key: str
    module: str
    label: str
    value: str
    unit: str


def render(rows: Sequence[Row], *, kind: str, title: str, subtitle: str, footer: str) -> bytes:
    """The file's bytes; `kind` is one of MEDIA."""
    if kind == "csv":
        text = io.StringIO()
        write_csv(
            text,
            columns=[Column("key"), Column("label"), Column("value"), Column("unit")],
            rows=([row.key, row.label, row.value, row.unit] for row in rows),
        )
        return text.getvalue().encode("utf-8-sig")
    if kind == "xlsx":
        return table_xlsx(
            title,
            ["领域", "指标", "数值", "单位"],
            [[MODULES[row.module], row.label, _number(row.value), row.unit] for row in rows],
            notes=[subtitle, footer],
        )
    parts = [
        Part(
            label,
            ["指标", "数值", "单位"],
            [[row.label, row.value or "尚未纳入", row.unit] for row in rows if row.module == module],
            (6, 2, 1),
        )
        for module, label in MODULES.items()
        if any(row.module == module for row in rows)
    ]
    if kind == "docx":
        return render_docx(title=title, subtitle=subtitle, parts=parts, notes=[footer])
    return render_pdf(title=title, subtitle=subtitle, parts=parts, footer=footer)


def table_xlsx(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, notes: Sequence[str]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        write_xlsx(
            path,
            title=title,
            columns=[Column(label, 20) for label in columns],
            rows=rows,
            notes=[note for note in notes if note],
        )
        return path.read_bytes()


def _number(text: str) -> object:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text or "尚未纳入"
