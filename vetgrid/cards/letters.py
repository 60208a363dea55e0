"""The letters of an application: filled once, frozen, and rendered again to the same bytes whenever asked."""

import json
from dataclasses import asdict
from datetime import date
from string import Template

from vetgrid.cards import policy
from vetgrid.cards.models import Application, Letter
from vetgrid.cards.series import letter_number
from vetgrid.core.actor import Actor
from vetgrid.core.crypto import Sealed
from vetgrid.core.documents import LETTER_TEMPLATES, LetterContent, render_letter
from vetgrid.core.errors import Invalid
from vetgrid.files.store import digest_of


def spoken(day: date) -> str:
    return f"{day:%Y年%-m月%-d日}"


def write_letter(one: Application, kind: str, values: dict[str, str], *, by: Actor, today: date) -> Letter:
    """Makes the letter of a return or refusal: numbered, dated, frozen. Raises Invalid when it cannot be printed."""
    text = policy.letter(kind)
    known = {
        "number": one.number,
        "submitted": spoken(one.submitted_on),
        "kind": policy.kind_label(one.kind),
        "station": one.station.name,
        "phone": one.station.phone or "服务站值班电话",
    }
    filled = [Template(line).substitute(known | values) for line in text["paragraphs"]]
    content = LetterContent(
        title=text["title"],
        number=letter_number(one.division, text["mark"], kind, today.year),
        addressee=one.name,
        paragraphs=[line for line in filled if line.strip()],
        seal=one.station.name,
        dated=spoken(today),
        footer=f"{one.number} · {text['title']}",
    )
    version = max(LETTER_TEMPLATES)
    try:
        body = render_letter(content, template=version)
    except Exception as error:
        raise Invalid("文书里有不能打印的字符,没有保存。请检查填写的内容,去掉特殊符号后重试。") from error
    letter = Letter(
        application=one,
        division=one.division,
        kind=kind,
        number=content.number,
        dated_on=today,
        template=version,
        content=json.dumps(asdict(content), ensure_ascii=False),
        digest=digest_of(body),
        made_by_name=by.name,
    )
    letter.save(force_insert=True)
    return letter


def pdf_of(letter: Letter) -> tuple[bytes, bool]:
    """The PDF made again, and whether it is the same to the byte as the first one."""
    assert isinstance(letter.content, Sealed)
    content = LetterContent(**json.loads(letter.content.reveal()))
    body = render_letter(content, template=letter.template)
    return body, digest_of(body) == letter.digest
