"""Do: values come to the tables as they ship, or proposed by one person and approved by another; none is ever changed."""

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.benefits import proposing
from vetgrid.benefits.checks import Range, read_ranges
from vetgrid.benefits.models.parameters import ParameterRow, Proposal
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.proposing import Asked
from vetgrid.benefits.rulebook import about_to_add, parameters, rulebook
from vetgrid.benefits.states import PROPOSAL
from vetgrid.core import bulk
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import CHINA, now
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.ids import new_id
from vetgrid.core.places import Level, level_of
from vetgrid.core.ruling.parameters import Value, write_cell
from vetgrid.core.ruling.rulebook import read_parameters

_ENOUGH = 2
_MOST_ROWS = 2000


@cache
def ranges() -> tuple[Range, ...]:
    """The published ranges that new values are compared with."""
    return read_ranges(settings.DATA / "benefits" / "ranges.csv")


@transaction.atomic
def load_shipped() -> int:
    """Adds the rows of data/benefits/parameters that are not there yet; returns how many. Run again it adds nothing.

    For installation, founding and demo: in the scope of a system task, or as the owner of the tables.
    """
    shipped = read_parameters(settings.DATA / "benefits" / "parameters", rulebook().tables).rows
    names = ("table", "cell", "division", "mode", "effective_on", "known_since", "written", "unit")
    there = set(ParameterRow.objects.filter(proposal=None).values_list(*names))
    rows = [
        row for row in (_row(value) for value in shipped) if tuple(getattr(row, name) for name in names) not in there
    ]
    return bulk.insert(rows)


def _row(value: Value, *, proposal: Proposal | None = None, recorded_at: datetime | None = None) -> ParameterRow:
    return ParameterRow(
        id=new_id(),
        division=value.place,
        table=value.table,
        cell=write_cell(rulebook().tables[value.table], value.cell),
        effective_on=value.effective_on,
        known_since=value.known_since,
        recorded_at=recorded_at or datetime.combine(value.known_since, time(), CHINA),
        mode=value.mode,
        amount=value.amount,
        written=value.written,
        unit=value.unit,
        document=value.document,
        trust=value.trust,
        note=value.note,
        proposal=proposal,
    )


@transaction.atomic
def propose(
    *,
    division: int,
    label: str,
    document: str,
    trust: str,
    effective_on: date,
    known_since: date,
    asked: Sequence[Asked],
    explanation: str = "",
    by: Actor,
    today: date,
) -> Proposal:
    """提出变更: for a place that the proposer reaches. Wrong cells are named one by one; warnings want an explanation."""
    require(by, BenefitsPermission.PROPOSE, at=division)
    _check_frame(division, label, document, trust, known_since, asked, today)
    values = proposing.values_of(
        asked,
        place=division,
        effective_on=effective_on,
        known_since=known_since,
        document=document.strip(),
        trust=trust,
        tables=rulebook().tables,
    )
    found = proposing.problems(parameters(), values, place=division, ranges=ranges())
    if found.errors:
        raise Invalid(fields=_by_field(found.errors))
    if found.warnings and len(explanation.strip()) < _ENOUGH:
        raise Invalid(
            fields={"explanation": "下面的提示请逐条核对;确认无误的,在这里写明理由后再提交。"}
            | _by_field(found.warnings)
        )
    proposal = Proposal(
        division=division,
        label=label.strip(),
        document=document.strip(),
        trust=trust,
        effective_on=effective_on,
        known_since=known_since,
        rows=[_as_json(one) for one in values],
        warnings=[sentence for _, sentence in found.warnings],
        explanation=explanation.strip(),
        proposed_by=by.id,
        proposed_by_name=by.name,
        proposed_at=now(),
    )
    proposal.save(force_insert=True)
    record(by, BenefitsPermission.PROPOSE, division=division, table="benefits_proposal", row=proposal.id)
    return proposal


def _check_frame(
    division: int, label: str, document: str, trust: str, known_since: date, asked: Sequence[Asked], today: date
) -> None:
    wrong = {}
    if level_of(division) > Level.COUNTY:
        wrong["division"] = "标准只能按全国、省、市、县设定,请选择县级以上的地方。"
    if not label.strip():
        wrong["label"] = "请给这次变更起一个名称,例如“2024年8月提标”。"
    if len(document.strip()) < _ENOUGH:
        wrong["document"] = "请写明依据的文件名称和文号。"
    if trust not in proposing.TRUST_LABELS:
        wrong["trust"] = "请选择来源的可靠程度。"
    if known_since > today:
        wrong["known_since"] = "公布日期不能晚于今天。"
    if not asked:
        wrong["rows"] = "没有改动任何一格。请填写新的数值,或上传表格。"
    if len(asked) > _MOST_ROWS:
        wrong["rows"] = f"一次最多改{_MOST_ROWS}格。请分几次提出。"
    if wrong:
        raise Invalid(fields=wrong)


def _by_field(found: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Sentences put together by the cell they speak of."""
    fields: dict[str, str] = {}
    for key, sentence in found:
        fields[key or "rows"] = fields.get(key or "rows", "") + sentence
    return fields


def _as_json(value: Value) -> dict[str, str]:
    cell = write_cell(rulebook().tables[value.table], value.cell)
    return {"table": value.table, "cell": cell, "mode": value.mode, "value": value.written, "unit": value.unit}


def values_in(proposal: Proposal, *, known_since: date | None = None) -> tuple[Value, ...]:
    """The rows that a proposal would add; raises Invalid where the tables have changed so that they fit no more."""
    return proposing.values_of(
        [Asked(**row) for row in proposal.rows],
        place=proposal.division,
        effective_on=proposal.effective_on,
        known_since=known_since or proposal.known_since,
        document=proposal.document,
        trust=proposal.trust,
        tables=rulebook().tables,
    )


@transaction.atomic
def approve(*, proposal_id: UUID, by: Actor, today: date) -> Proposal:
    """复核通过: by somebody else; the rows are added, known here from today on at the earliest."""
    proposal = _deciding(proposal_id, "approve", by)
    about_to_add()
    values = values_in(proposal, known_since=max(proposal.known_since, today))
    found = proposing.problems(parameters(), values, place=proposal.division, ranges=ranges())
    if found.errors:
        raise Conflict("提出以后标准有了变化,这份变更不再成立:" + found.errors[0][1])
    _decide(proposal, "approve", by)
    moment = now()
    bulk.insert(_row(value, proposal=proposal, recorded_at=moment) for value in values)
    record(by, BenefitsPermission.APPROVE, division=proposal.division, table="benefits_proposal", row=proposal.id)
    return proposal


@transaction.atomic
def reject(*, proposal_id: UUID, reason: str, by: Actor, today: date) -> Proposal:
    """退回: by somebody else, with the reason."""
    proposal = _deciding(proposal_id, "reject", by)
    if len(reason.strip()) < _ENOUGH:
        raise Invalid(fields={"reason": "请写明退回的理由,让提出人知道要改什么。"})
    _decide(proposal, "reject", by, reason=reason)
    record(
        by,
        BenefitsPermission.APPROVE,
        division=proposal.division,
        table="benefits_proposal",
        row=proposal.id,
        reason=reason.strip(),
    )
    return proposal


@transaction.atomic
def withdraw(*, proposal_id: UUID, reason: str, by: Actor, today: date) -> Proposal:
    """撤回: by the proposer, before anybody has decided."""
    proposal = _locked(proposal_id, "withdraw", by)
    if proposal.proposed_by != by.id:
        raise Conflict("只有提出人可以撤回。不同意的,请由复核人退回。")
    proposal.state, proposal.reason = PROPOSAL.after(proposal.state, "withdraw"), reason.strip()[:300]
    proposal.save(update_fields=["state", "reason"])
    record(
        by,
        BenefitsPermission.PROPOSE,
        division=proposal.division,
        table="benefits_proposal",
        row=proposal.id,
        reason=reason.strip(),
    )
    return proposal


def _locked(proposal_id: UUID, move: str, by: Actor) -> Proposal:
    proposal = Proposal.objects.select_for_update().filter(pk=proposal_id).first()
    if proposal is None:
        raise NotFound("没有找到这项标准变更,或它不在您的管辖范围内。请返回列表重新查找。")
    require(by, PROPOSAL.move(move).permission, at=proposal.division)
    PROPOSAL.after(proposal.state, move)
    return proposal


def _deciding(proposal_id: UUID, move: str, by: Actor) -> Proposal:
    proposal = _locked(proposal_id, move, by)
    if proposal.proposed_by == by.id:
        raise Conflict("提出人不能复核自己提出的变更,需要两个人。请由另一位有复核权限的人员办理。")
    return proposal


def _decide(proposal: Proposal, move: str, by: Actor, *, reason: str = "") -> None:
    values: dict[str, Any] = {
        "state": PROPOSAL.after(proposal.state, move),
        "decided_by": by.id,
        "decided_by_name": by.name,
        "decided_at": now(),
        "reason": reason.strip()[:300],
    }
    for name, value in values.items():
        setattr(proposal, name, value)
    proposal.save(update_fields=list(values))
