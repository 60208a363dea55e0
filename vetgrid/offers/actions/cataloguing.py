"""Do: add, change and end items of the preference list."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.offers.models import Preference
from vetgrid.offers.models.catalogue import Kind
from vetgrid.offers.permissions import OffersPermission


@dataclass(frozen=True)
class Item:
    """What an item says."""

    title: str
    provider: str
    category: str
    classes: tuple[str, ...]
    document: str
    place: str
    kind: str
    percent: int | None
    what: str
    level: str
    paper: str
    phone: str
    from_on: date
    to_on: date | None
    is_unconfirmed: bool = False


def _checked(asked: Item) -> None:
    found = {}
    for name in ("title", "provider", "place", "what", "paper"):
        if not getattr(asked, name).strip():
            found[name] = "请填写这一项。"
    if asked.category not in codes("preference_category"):
        found["category"] = "请选择类别。"
    if asked.document not in codes("preference_document"):
        found["document"] = "请选择凭证。"
    if asked.kind not in Kind.values:
        found["kind"] = "请选择优待方式。"
    if asked.level not in Preference.Level.values:
        found["level"] = "请选择层级。"
    found |= discount_problem(asked.kind, asked.percent)
    if any(code not in codes("person_class") for code in asked.classes):
        found["classes"] = "请从列表中选择优待对象。"
    if asked.to_on is not None and asked.to_on <= asked.from_on:
        found["to_on"] = "失效日期应晚于生效日期。"
    if found:
        raise Invalid(fields=found)


def discount_problem(kind: str, percent: int | None) -> dict[str, str]:
    """Only a discount has a number, and it always has one."""
    if kind == Kind.PERCENT and (percent is None or not 1 <= percent <= 99):
        return {"percent": "折扣请填 1 至 99 的整数,例如八折填 80。"}
    if kind != Kind.PERCENT and percent is not None:
        return {"percent": "只有折扣才填这一项,请清空。"}
    return {}


@transaction.atomic
def add_item(asked: Item, *, division: int, by: Actor, today: date) -> Preference:
    """新增优待项目: with the next number of the list."""
    require(by, OffersPermission.EDIT, at=division)
    _checked(asked)
    last = Preference.objects.filter(division=division).aggregate(last=Max("number"))["last"] or 0
    row = Preference(division=division, number=last + 1, **_values(asked))
    row.save(force_insert=True)
    record(by, "offers.add_item", division=division, table="offers_preference", row=row.id)
    return row


@transaction.atomic
def change_item(asked: Item, *, preference_id: UUID, version: int, by: Actor, today: date) -> Preference:
    """修改优待项目: refused when somebody else was faster."""
    row = Preference.objects.select_for_update().filter(pk=preference_id).first()
    if row is None:
        raise NotFound()
    require(by, OffersPermission.EDIT, at=row.division)
    if row.version != version:
        raise Conflict("这条优待项目刚被别人修改,您的修改没有保存。请刷新后再改。")
    _checked(asked)
    for name, value in _values(asked).items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    record(by, "offers.change_item", division=row.division, table="offers_preference", row=row.id)
    return row


def _values(asked: Item) -> dict[str, object]:
    return {
        "title": asked.title.strip(),
        "provider": asked.provider.strip(),
        "category": asked.category,
        "classes": sorted(asked.classes),
        "document": asked.document,
        "place": asked.place.strip(),
        "kind": asked.kind,
        "percent": asked.percent,
        "what": asked.what.strip(),
        "level": asked.level,
        "paper": asked.paper.strip(),
        "phone": asked.phone.strip(),
        "from_on": asked.from_on,
        "to_on": asked.to_on,
        "is_unconfirmed": asked.is_unconfirmed,
    }
