"""The letters of an appeal: filled from a template once, frozen, and rendered again to the same bytes whenever asked."""

import json
import tomllib
from dataclasses import asdict
from datetime import date
from functools import cache
from string import Template
from typing import Any

from django.conf import settings

from vetgrid.appeals.models import Appeal, Letter
from vetgrid.appeals.series import next_number
from vetgrid.core.actor import Actor
from vetgrid.core.crypto import Sealed
from vetgrid.core.documents import LETTER_TEMPLATES, LetterContent, render_letter
from vetgrid.core.errors import Invalid
from vetgrid.files.store import digest_of


@cache
def _templates() -> dict[str, Any]:
    with (settings.DATA / "letters.toml").open("rb") as file:
        return tomllib.load(file)


def write_letter(
    appeal: Appeal, kind: str, values: dict[str, str], *, addressee: str, by: Actor, today: date
) -> Letter:
    """Makes the letter of a move: numbered, dated, frozen. Raises Invalid when it cannot be printed."""
    text = _templates()[kind]
    known = {
        "number": appeal.number,
        "title": appeal.title,
        "received": spoken(appeal.received_on),
        "channel": appeal.get_channel_display(),
        "station": appeal.station.name,
        "phone": appeal.station.phone or "服务站值班电话",
        "applicant": appeal.applicant or "反映人",
    }
    number = next_number(appeal.division, f"letter-{kind}-{today.year}", f"{text['mark']}〔{today.year}〕{{}}号")
    content = LetterContent(
        title=text["title"],
        number=number,
        addressee=addressee,
        paragraphs=[Template(line).substitute(known | values) for line in text["paragraphs"] if line],
        seal=appeal.station.name,
        dated=spoken(today),
        footer=f"{appeal.number} · {text['title']}",
    )
    version = max(LETTER_TEMPLATES)
    try:
        body = render_letter(content, template=version)
    except Exception as error:
        raise Invalid("文书里有不能打印的字符,没有保存。请检查填写的内容,去掉特殊符号后重试。") from error
    letter = Letter(
        appeal=appeal,
        division=appeal.division,
        kind=kind,
        number=number,
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


def spoken(day: date) -> str:
    return f"{day:%Y年%-m月%-d日}"
