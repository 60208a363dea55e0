"""Documents to print and keep: PDF with the Chinese font inside, Word with tables; the same content gives the same bytes."""

import io
import json
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import docx
import typst
from docx.oxml.ns import qn
from docx.shared import Pt

FONTS = Path(__file__).parent / "fonts"
_FIXED = datetime(2018, 12, 28)  # noqa: DTZ001  # a file's own time stamp, the same for every rendering
_TEMPLATE = """
#let data = json("data.json")
#set document(title: data.title, date: datetime(year: 2018, month: 12, day: 28))
#set page(paper: "a4", flipped: data.landscape, margin: (x: 18mm, y: 18mm), footer: context [
  #set text(8pt, fill: rgb("#666666"))
  #data.footer #h(1fr) 第 #counter(page).display() 页 共 #counter(page).final().first() 页
])
#set text(font: "Noto Sans CJK SC", size: 10pt, lang: "zh", region: "cn")
#align(center, text(16pt, data.title))
#align(center, text(9pt, fill: rgb("#555555"), data.subtitle))
#for part in data.parts [
  #if part.heading != "" [ #v(4pt) #text(12pt, fill: rgb("#851414"), part.heading) ]
  #table(
    columns: part.widths.map(width => width * 1fr),
    stroke: 0.4pt + rgb("#bbbbbb"), inset: 4pt,
    table.header(..part.columns.map(label => table.cell(fill: rgb("#f2f2f2"), text(9pt, label)))),
    ..part.rows.flatten().map(cell => text(9pt, cell)),
  )
]
#for note in data.notes [ #text(8pt, fill: rgb("#555555"), note) \\ ]
"""


@dataclass(frozen=True)
class Part:
    """One table of a document; `widths` are relative."""

    heading: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int] = ()


def render_pdf(
    *,
    title: str,
    subtitle: str,
    parts: Sequence[Part],
    notes: Sequence[str] = (),
    footer: str = "",
    landscape: bool = False,
) -> bytes:
    """An A4 PDF. Texts reach the template as data, never as code. Same arguments, same bytes."""
    data = {
        "title": title,
        "subtitle": subtitle,
        "notes": list(notes),
        "footer": footer,
        "landscape": landscape,
        "parts": [
            {
                "heading": part.heading,
                "columns": list(part.columns),
                "rows": [list(row) for row in part.rows],
                "widths": list(part.widths or [1] * len(part.columns)),
            }
            for part in parts
        ],
    }
    return _compiled(_TEMPLATE, data)


def render_docx(*, title: str, subtitle: str, parts: Sequence[Part], notes: Sequence[str] = ()) -> bytes:
    """A Word document with the same content, in fonts that office machines have."""
    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "宋体", Pt(10.5)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    document.add_heading(title, level=1)
    document.add_paragraph(subtitle)
    for part in parts:
        if part.heading:
            document.add_heading(part.heading, level=2)
        table = document.add_table(rows=1, cols=len(part.columns), style="Table Grid")
        for cell, label in zip(table.rows[0].cells, part.columns, strict=True):
            cell.text = label
        for row in part.rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    for note in notes:
        document.add_paragraph(note)
    core = document.core_properties
    core.created = core.modified = _FIXED
    core.author, core.title = "VetGrid", title
    buffer = io.BytesIO()
    document.save(buffer)
    return _same_every_time(buffer.getvalue())


def _same_every_time(body: bytes) -> bytes:
    """The same archive with fixed time stamps inside."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            new.writestr(zipfile.ZipInfo(name, (2018, 12, 28, 0, 0, 0)), old.read(name), zipfile.ZIP_DEFLATED)
    return result.getvalue()


_LETTER = """
#let data = json("data.json")
#set document(title: data.title, date: datetime(year: 2018, month: 12, day: 28))
#set page(paper: "a4", margin: (top: 32mm, bottom: 30mm, left: 28mm, right: 26mm), footer: context [
  #set text(8pt, fill: rgb("#666666"))
  #data.footer #h(1fr) 第 #counter(page).display() 页
])
#set text(font: "Noto Sans CJK SC", size: 14pt, lang: "zh", region: "cn")
#set par(leading: 1.1em, spacing: 1.1em, first-line-indent: (amount: 2em, all: true), justify: true)
#align(center, text(20pt, data.title))
#align(right, text(12pt, data.number))
#v(6pt)
#par(first-line-indent: 0em, data.addressee + "：")
#for line in data.paragraphs [
  #par(line)
]
#v(24pt)
#align(right)[
  #block(width: 60%)[
    #set par(first-line-indent: 0em)
    #align(center)[
      #data.seal \\
      #data.dated \\
      #text(9pt, fill: rgb("#888888"), "（盖章）")
    ]
  ]
]
"""
LETTER_TEMPLATES = {1: _LETTER}
"""Every version of the letter's layout ever used: a letter made with one is made again with the same."""


@dataclass(frozen=True)
class LetterContent:
    """Everything a letter shows, as texts."""

    title: str
    number: str
    addressee: str
    paragraphs: Sequence[str]
    seal: str
    dated: str
    footer: str = ""


def render_letter(content: LetterContent, *, template: int) -> bytes:
    """A formal letter as PDF/A. The same content and template version give the same bytes."""
    data = {
        "title": content.title,
        "number": content.number,
        "addressee": content.addressee,
        "paragraphs": list(content.paragraphs),
        "seal": content.seal,
        "dated": content.dated,
        "footer": content.footer,
    }
    return _compiled(LETTER_TEMPLATES[template], data)


def _compiled(template: str, data: Mapping[str, object]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "main.typ").write_text(template, encoding="utf-8")
        (Path(folder) / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        body = typst.compile(
            str(Path(folder) / "main.typ"),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            pdf_standards=["a-2b"],
            timestamp=0,
        )
    assert isinstance(body, bytes)
    return body
