"""The person an action is about: locked, within reach, so that facts, decisions and awards of one person never cross."""

from uuid import UUID

from vetgrid.benefits.sources import book
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.places import Places
from vetgrid.core.ruling.rulebook import Programme
from vetgrid.core.scope import lending
from vetgrid.registry.models import Person


def locked_person(person_id: UUID) -> Person:
    """Raises NotFound out of reach, Conflict for a file that was merged into another."""
    division = Person.objects.filter(pk=person_id).values_list("division", flat=True).first()
    if division is None:
        raise NotFound("没有找到这份档案。它可能不在您的管辖范围内。请返回列表重新查找。")
    with lending("registry", Places.only([division])):
        person = Person.objects.select_for_update(of=("self",), no_key=True).filter(pk=person_id).first()
    if person is None:
        raise Conflict("这份档案刚被迁移,您的操作没有保存。请刷新页面后再试。")
    if person.merged_into_id is not None:
        raise Conflict("这份档案已并入另一份,请在保留的档案上办理。")
    return person


def programme_of(key: str) -> Programme:
    """Raises Invalid for a programme that does not exist."""
    found = book().programmes.get(key)
    if found is None:
        raise Invalid(fields={"programme": "请选择待遇项目。"})
    return found
