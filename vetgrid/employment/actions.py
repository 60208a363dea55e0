"""Do: publish a vacancy or a fair, and change it."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.employment.models import Fair, Vacancy
from vetgrid.employment.permissions import EmploymentPermission


@transaction.atomic
def keep_vacancy(
    values: Mapping[str, Any],
    *,
    division: int,
    by: Actor,
    today: date,
    vacancy_id: UUID | None = None,
    version: int = 0,
) -> Vacancy:
    """登记 or 修改招聘岗位: `values` by column name."""
    require(by, EmploymentPermission.EDIT, at=division)
    found = {
        key: sentence
        for key, sentence in (("title", "请填写岗位名称。"), ("employer", "请填写用人单位。"))
        if not str(values[key]).strip()
    }
    if values["closes_on"] < values["published_on"]:
        found["closes_on"] = "截止日期不能早于发布日期。"
    if found:
        raise Invalid(fields=found)
    row = _kept(Vacancy, values, key=vacancy_id, version=version, division=division, by=by)
    assert isinstance(row, Vacancy)
    return row


@transaction.atomic
def keep_fair(
    values: Mapping[str, Any], *, division: int, by: Actor, today: date, fair_id: UUID | None = None, version: int = 0
) -> Fair:
    """登记 or 修改招聘会."""
    require(by, EmploymentPermission.EDIT, at=division)
    found = {
        key: sentence
        for key, sentence in (("title", "请填写招聘会名称。"), ("place", "请填写地点。"))
        if not str(values[key]).strip()
    }
    if found:
        raise Invalid(fields=found)
    row = _kept(Fair, values, key=fair_id, version=version, division=division, by=by)
    assert isinstance(row, Fair)
    return row


def _kept(
    model: type[Vacancy] | type[Fair],
    values: Mapping[str, Any],
    *,
    key: UUID | None,
    version: int,
    division: int,
    by: Actor,
) -> Vacancy | Fair:
    row = model.objects.select_for_update().filter(pk=key).first() if key else model(division=division)
    if row is None:
        raise NotFound()
    require(by, EmploymentPermission.EDIT, at=row.division)
    if key and row.version != version:
        raise Conflict("刚被他人修改过,您的内容没有保存。请刷新后重新填写。")
    for name, value in values.items():
        setattr(row, name, value)
    row.version = row.version + 1 if key else 1
    row.save()
    record(by, EmploymentPermission.EDIT, division=row.division, table=model._meta.db_table, row=row.id)
    return row
