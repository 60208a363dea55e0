"""The rows that actions work on: found within the actor's reach and locked, or refused as not found."""

from typing import TypeVar
from uuid import UUID

from django.db.models import Model

from vetgrid.core.errors import Conflict, NotFound
from vetgrid.registry.models import Person

Row = TypeVar("Row", bound=Model)


def locked_person(person_id: UUID, *, version: int | None = None) -> Person:
    """The person, locked; Conflict when somebody changed the file since `version` was read."""
    person = locked(Person, person_id)
    if version is not None and person.version != version:
        raise Conflict("这份档案刚被他人修改过,您的内容没有保存。请刷新页面,核对后重新填写。")
    if person.merged_into_id is not None:
        raise Conflict("这份档案已合并到另一份档案,请在合并后的档案里办理。")
    return person


def locked(model: type[Row], key: UUID) -> Row:
    """The row, locked until the transaction ends; NotFound when absent or out of reach."""
    found = model._default_manager.select_for_update().filter(pk=key).first()
    if found is None:
        raise NotFound()
    return found
