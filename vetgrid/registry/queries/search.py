"""Which persons does this text mean? One box for name fragments, pinyin, initials, ID number and phone.

Only operators that may use an index under row-level security are asked (=, <, >=): no LIKE, no trigram.
"""

import re

from django.db.models import Q, QuerySet

from vetgrid.core.actor import Actor
from vetgrid.core.crypto import blinds
from vetgrid.core.pinyin import spell
from vetgrid.core.places import Places
from vetgrid.core.reach import within
from vetgrid.registry.models import NameGram, Person
from vetgrid.registry.permissions import RegistryPermission

_CHINESE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·]")


def found_by(text: str, rows: QuerySet[Person], places: Places) -> QuerySet[Person]:
    """`rows` narrowed to those the text means; `places` is the reach, repeated here for the fragment index."""
    text = re.sub(r"\s+", "", text)
    if not text:
        return rows
    if re.fullmatch(r"\d{17}[\dXx]", text):
        return rows.filter(id_index__in=blinds(text.upper(), "id_number"))
    if re.fullmatch(r"[\d-]{7,13}", text):
        return rows.filter(phone_index__in=blinds(text.replace("-", ""), "phone"))
    if _CHINESE.search(text):
        return _by_fragment(text, rows, places)
    spoken = re.sub(r"[^a-z]", "", text.lower())
    if not spoken:
        return rows.none()
    return rows.filter(_prefix("name_pinyin", spoken) | _prefix("name_initials", spoken))


def _by_fragment(text: str, rows: QuerySet[Person], places: Places) -> QuerySet[Person]:
    grams = [text] if len(text) == 1 else [text[at : at + 2] for at in range(len(text) - 1)]
    for gram in dict.fromkeys(grams):
        rows = rows.filter(pk__in=within(NameGram.objects.filter(gram=gram), places).values("person_id"))
    return rows


def _prefix(column: str, text: str) -> Q:
    """column starts with text, as a half-open range: the next text is the prefix with its last letter moved on by one."""
    return Q(**{f"{column}__gte": text, f"{column}__lt": text[:-1] + chr(ord(text[-1]) + 1)})


def exact_matches(id_text: str, *, seen_by: Actor) -> list[Person]:
    """Living files with this very ID number."""
    rows = within(Person.objects.filter(merged_into=None), seen_by.places(RegistryPermission.READ))
    return list(rows.filter(id_index__in=blinds(id_text.strip().upper(), "id_number"))[:5])


def similar_people(*, name: str, born_on: str, id_text: str, phone: str, seen_by: Actor) -> list[Person]:
    """At entry: who may be the same person: same ID or phone, same name, or the same sound and birth year. At most 10."""
    rows = within(Person.objects.filter(merged_into=None), seen_by.places(RegistryPermission.READ))
    wanted = Q()
    if id_text.strip():
        wanted |= Q(id_index__in=blinds(id_text.strip().upper(), "id_number"))
    if phone.strip():
        wanted |= Q(phone_index__in=blinds(phone.strip(), "phone"))
    if name.strip():
        wanted |= Q(name=name.strip())
        pinyin = spell(name.strip())[0]
        if pinyin and born_on[:4].isdigit():
            year = born_on[:4]
            wanted |= Q(name_pinyin=pinyin, born_on__gte=year, born_on__lt=str(int(year) + 1))
    return list(rows.filter(wanted).order_by("name_pinyin", "id")[:10]) if wanted else []
