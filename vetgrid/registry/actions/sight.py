"""A masked value is shown in clear: one click, a reason, a line in the trail."""

from datetime import date
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.crypto import Sealed
from vetgrid.core.errors import Invalid, NotFound
from vetgrid.registry.catalogue import FIELDS, section
from vetgrid.registry.models import Person
from vetgrid.registry.permissions import RegistryPermission


@transaction.atomic
def unmask(*, person_id: UUID, field_key: str, fact_id: UUID, reason: str, by: Actor, today: date) -> str:
    """查看原文: the plain text of one sealed field of one fact. Raises Invalid without a reason."""
    person = Person.objects.filter(pk=person_id).first()
    entry = FIELDS.get(field_key)
    if person is None or entry is None or not entry.is_sealed:
        raise NotFound()
    require(by, RegistryPermission.UNMASK, at=person.division)
    if len(reason.strip()) < 2:
        raise Invalid(fields={"reason": "请写明查看原因,例如“核对银行账号”。"})
    fact = section(entry.section).model._default_manager.filter(pk=fact_id, person=person).first()
    value = getattr(fact, entry.attribute, None)
    if not isinstance(value, Sealed):
        raise NotFound()
    record(
        by,
        RegistryPermission.UNMASK,
        division=person.division,
        table=section(entry.section).model._meta.db_table,
        row=fact_id,
        person=person.id,
        reason=reason.strip(),
        detail={"field": field_key},
    )
    return value.reveal()
