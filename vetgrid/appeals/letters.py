"""The letters of an appeal: filled from a template once, frozen, and rendered again to the same bytes whenever asked."""

import tomllib
from datetime import date
from functools import cache
from string import Template
from typing import Any

from django.conf import settings

from vetgrid.appeals.models import Appeal, Letter
from vetgrid.appeals.series import next_number
from vetgrid.core.actor import Actor
from vetgrid.core.crypto import Sealed
from vetgrid.core.documents import LetterContent
from vetgrid.files.printing import Printed, first_print, print_again


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
    printed = first_print(content)
    letter = Letter(
        appeal=appeal,
        division=appeal.division,
        kind=kind,
        number=number,
        dated_on=today,
        template=printed.template,
        content=printed.content,
        digest=printed.digest,
        made_by_name=by.name,
    )
    letter.save(force_insert=True)
    return letter


def pdf_of(letter: Letter) -> tuple[bytes, bool]:
    """The PDF made again, and whether it is the same to the byte as the first one."""
    assert isinstance(letter.content, Sealed)
    return print_again(Printed(letter.template, letter.content.reveal(), letter.digest))


def spoken(day: date) -> str:
    return f"{day:%Y年%-m月%-d日}"
