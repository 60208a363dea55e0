"""The letters of an application: filled once, frozen, and rendered again to the same bytes whenever asked."""

from datetime import date
from string import Template

from vetgrid.cards import policy
from vetgrid.cards.models import Application, Letter
from vetgrid.cards.series import letter_number
from vetgrid.core.actor import Actor
from vetgrid.core.crypto import Sealed
from vetgrid.core.documents import LetterContent
from vetgrid.files.printing import Printed, first_print, print_again


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
    printed = first_print(content)
    letter = Letter(
        application=one,
        division=one.division,
        kind=kind,
        number=content.number,
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
