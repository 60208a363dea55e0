"""Do: record and correct facts that the registry has no field for; a value is never overwritten."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.benefits.actions.persons import locked_person
from vetgrid.benefits.events import FactsKnown
from vetgrid.benefits.facts import LAST
from vetgrid.benefits.models import BenefitFact
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.sources import book
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.codes import codes
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.events import announce
from vetgrid.core.ruling.months import month_of
from vetgrid.core.ruling.vocabulary import Kind
from vetgrid.registry.models import Person

DECIDED = ("death", "suspension")
"""Groups that only an action of their own writes: reports of a death, an award's suspension."""
_EARLIEST, _LATEST = month_of(1900, 1), month_of(2100, 1)


@dataclass(frozen=True)
class Stated:
    """A fact as somebody states it: a group, its values as texts (empty: not stated), and its period."""

    group: str
    values: Mapping[str, str]
    from_month: int | None
    to_month: int | None
    source: str
    note: str = ""


@transaction.atomic
def record_fact(
    *, person_id: UUID, stated: Stated, by: Actor, today: date, corrects: UUID | None = None
) -> BenefitFact:
    """登记或更正待遇事实: checked against the vocabulary. Raises Invalid with a sentence for each wrong field."""
    person = locked_person(person_id)
    require(by, BenefitsPermission.APPLY, at=person.division)
    if stated.group in DECIDED:
        raise Invalid(fields={"group": "去世和中止情形有专门的办理入口,不能直接登记。"})
    values = checked(stated)
    if corrects is not None:
        _close(person, corrects, stated.group)
    _refuse_overlap(person, stated)
    fact = add(person, stated, values, by=by)
    announce(FactsKnown(person.id, person.division), by=by, today=today)
    record(
        by,
        BenefitsPermission.APPLY,
        division=person.division,
        table="benefits_benefitfact",
        row=fact.id,
        person=person.id,
        reason=stated.note,
        detail={"group": stated.group},
    )
    return fact


@transaction.atomic
def withdraw_fact(*, person_id: UUID, fact_id: UUID, reason: str, by: Actor, today: date) -> None:
    """撤销: the fact was never true; it stays in the history."""
    person = locked_person(person_id)
    require(by, BenefitsPermission.APPLY, at=person.division)
    if not reason.strip():
        raise Invalid(fields={"reason": "请写明撤销原因。"})
    found = BenefitFact.objects.filter(pk=fact_id, person=person).first()
    if found is None:
        raise NotFound()
    if found.group in DECIDED:
        raise Conflict("去世和中止情形不能直接撤销,请用专门的办理入口。")
    _close(person, fact_id, found.group)
    announce(FactsKnown(person.id, person.division), by=by, today=today)
    record(
        by,
        BenefitsPermission.APPLY,
        division=person.division,
        table="benefits_benefitfact",
        row=fact_id,
        person=person.id,
        reason=reason,
    )


def add(person: Person, stated: Stated, values: Mapping[str, Any], *, by: Actor) -> BenefitFact:
    """Writes the row; for actions that have checked values and right."""
    fact = BenefitFact(
        person=person,
        division=person.division,
        group=stated.group,
        values=dict(values),
        from_month=stated.from_month or 0,
        to_month=stated.to_month,
        known_since=now(),
        source=stated.source,
        note=stated.note[:200],
        recorded_by=by.id,
        recorded_by_name=by.name[:80],
    )
    fact.save(force_insert=True)
    return fact


def close(fact: BenefitFact) -> None:
    """The fact is believed until now."""
    BenefitFact.objects.filter(pk=fact.pk, known_until=None).update(known_until=now())


def checked(stated: Stated) -> dict[str, Any]:
    """The values as they are kept; raises Invalid with a sentence for each field."""
    wrong: dict[str, str] = {}
    vocabulary = book().vocabulary
    known = {fact.key: fact for fact in vocabulary.of_group(stated.group)}
    if not known:
        raise Invalid(fields={"group": "请选择事实种类。"})
    values: dict[str, Any] = {}
    for key, text in stated.values.items():
        if not text.strip():
            continue
        if key not in known:
            wrong[key] = f"“{vocabulary.groups[stated.group]}”没有“{key}”这一项。"
            continue
        try:
            values[key] = _value(known[key].kind, known[key].unit, text.strip())
            known[key].encode(values[key])
        except ValueError as error:
            wrong[key] = str(error)
    if not values and not wrong:
        wrong["group"] = "请至少填写一项内容。"
    for name, month in (("from_month", stated.from_month), ("to_month", stated.to_month)):
        if month is not None and not _EARLIEST <= month <= _LATEST:
            wrong[name] = "月份不可能。请检查年份。"
    if stated.from_month is not None and stated.to_month is not None and stated.to_month <= stated.from_month:
        wrong["to_month"] = "结束月份应晚于开始月份:填不再如此的第一个月。"
    if stated.source not in codes("source"):
        wrong["source"] = "请选择来源。"
    if wrong:
        raise Invalid(fields=wrong)
    return values


def _value(kind: Kind, unit: str, text: str) -> Any:
    """A typed text as the vocabulary wants it; money is typed in yuan."""
    if kind is Kind.FLAG:
        return {"true": True, "1": True, "on": True, "是": True, "false": False, "0": False, "否": False}.get(
            text, text
        )
    if kind is Kind.INT:
        if unit == "fen":
            whole, _, part = text.partition(".")
            if whole.isdecimal() and len(whole) <= 12 and (not part or (part.isdecimal() and len(part) <= 2)):
                return int(whole) * 100 + int((part + "00")[:2])
            raise ValueError(f"金额“{text[:20]}”不对。请写成 1234.50。")
        return int(text) if text.isdecimal() and len(text) <= 9 else text
    return text


def _close(person: Person, fact_id: UUID, group: str) -> None:
    closed = BenefitFact.objects.filter(pk=fact_id, person=person, group=group, known_until=None).update(
        known_until=now()
    )
    if not closed:
        raise Conflict("这条事实刚被他人更正过,您的内容没有保存。请刷新页面后再试。")


def _refuse_overlap(person: Person, stated: Stated) -> None:
    start, end = stated.from_month or 0, stated.to_month or LAST
    for other in BenefitFact.objects.filter(person=person, group=stated.group, known_until=None):
        if start < (other.to_month or LAST) and other.from_month < end:
            raise Conflict("这段时间已经登记了同一种事实。请更正那一条,或先为它填写结束月份。")
