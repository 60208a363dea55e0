"""The person's row as a projection of the current facts: what lists and searches read. Nobody else writes these columns."""

from typing import Any

from vetgrid.core.crypto import blind
from vetgrid.core.pinyin import spell
from vetgrid.registry.models import Identity, Person, Phone


def project(person: Person) -> None:
    """Refreshes the person's columns from the current identity and main phone, and counts the version up."""
    identity = Identity.objects.filter(person=person, known_until=None).order_by("-known_since").first()
    phone = Phone.objects.filter(person=person, known_until=None, is_main=True).order_by("-known_since").first()
    columns = (identity_columns(identity) if identity else {}) | phone_columns(phone)
    for name, value in columns.items():
        setattr(person, name, value)
    person.version += 1
    person.save(update_fields=[*columns, "version"])


def identity_columns(identity: Identity) -> dict[str, Any]:
    pinyin, initials = spell(identity.name)
    id_text = identity.id_number.reveal() if identity.id_number else ""
    return {
        "name": identity.name,
        "name_pinyin": pinyin,
        "name_initials": initials,
        "sex": identity.sex,
        "born_on": identity.born_on,
        "id_number": identity.id_number,
        "id_index": blind(id_text, "id_number"),
    }


def phone_columns(phone: Phone | None) -> dict[str, Any]:
    number = phone.number if phone else None
    return {"phone": number, "phone_index": blind(number.reveal(), "phone") if number else None}
