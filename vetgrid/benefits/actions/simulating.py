"""Do: ask for a simulation, work it out month by month, cancel it. Only its own row is written, with sums and counts."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from vetgrid.audit.trail import record
from vetgrid.benefits import proposing, simulating
from vetgrid.benefits.actions import parameters as parameters_actions
from vetgrid.benefits.models import Proposal, Simulation
from vetgrid.benefits.permissions import BenefitsPermission
from vetgrid.benefits.proposing import Asked
from vetgrid.benefits.queries.simulations import frame_of
from vetgrid.benefits.rulebook import parameters, rulebook
from vetgrid.benefits.simulating import Assumptions, Comparison, Side
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, Invalid, NotFound
from vetgrid.core.ruling.months import first_day, iso, month_on
from vetgrid.core.ruling.parameters import Value
from vetgrid.core.scope import acting

State = Simulation.State
KEPT_DAYS = 90
_YEAR = 12


@transaction.atomic
def ask(*, division: int, label: str, assumptions: Assumptions, by: Actor, today: date) -> Simulation:
    """政策模拟: everything that is assumed is checked now, so that the worker has nothing left to refuse."""
    for place in assumptions.places:
        require(by, BenefitsPermission.RUN, at=place)
    require(by, BenefitsPermission.RUN, at=division)
    wrong: dict[str, str] = {}
    if not label.strip():
        wrong["label"] = "请给这次模拟起一个名称。"
    if assumptions.first > assumptions.last:
        wrong["last"] = "结束月份不能早于开始月份。"
    elif assumptions.last - assumptions.first >= simulating.LONGEST:
        wrong["last"] = f"一次最多测算{simulating.LONGEST}个月,请缩短范围。"
    if not 0 <= assumptions.ageing_years <= simulating.OLDEST:
        wrong["ageing_years"] = f"年数请填0到{simulating.OLDEST}。"
    if not assumptions.places:
        wrong["places"] = "请选择至少一个地方。"
    for check in (lambda: _values(assumptions), lambda: simulating.changed_book(rulebook(), assumptions.lines)):
        try:
            check()
        except Invalid as error:
            wrong |= error.fields or {"rows": error.sentence}
    if not wrong and not (assumptions.rows or assumptions.lines or assumptions.ageing_years):
        wrong["rows"] = "还没有任何假设:请改一项标准、一行规则,或填写年数。"
    if wrong:
        raise Invalid(fields=wrong)
    return _keep(division, label, assumptions, by, today, BenefitsPermission.RUN)


@transaction.atomic
def propose(*, by: Actor, today: date, **values: Any) -> Proposal:
    """提出变更 together with the simulation of what it touches and costs; the worker fills it in."""
    proposal = parameters_actions.propose(**values, by=by, today=today)
    for_proposal(proposal, by=by, today=today)
    return proposal


def for_proposal(proposal: Proposal, *, by: Actor, today: date) -> Simulation:
    """What a change of values would touch and cost in its first year; belongs to the proposal and to its transaction."""
    first = month_on(proposal.effective_on)
    assumptions = Assumptions(
        first=first,
        last=first + _YEAR - 1,
        places=(proposal.division,),
        rows=tuple(proposal.rows),
        rows_at=proposal.division,
        rows_from=proposal.effective_on.isoformat(),
    )
    label = f"影响测算:{proposal.label}"
    found = _keep(proposal.division, label, assumptions, by, today, BenefitsPermission.PROPOSE)
    proposal.simulation = found
    proposal.save(update_fields=["simulation"])
    return found


def _keep(
    division: int, label: str, assumptions: Assumptions, by: Actor, today: date, permission: BenefitsPermission
) -> Simulation:
    simulation = Simulation(
        division=division,
        label=label.strip()[:80],
        assumptions=assumptions.as_json(),
        total=assumptions.last - assumptions.first + 1,
        asked_by=by.id,
        asked_by_name=by.name,
        asked_at=now(),
        expires_on=today + timedelta(days=KEPT_DAYS),
    )
    simulation.save(force_insert=True)
    record(by, permission, division=division, table="benefits_simulation", row=simulation.id)
    return simulation


@transaction.atomic
def cancel(*, simulation_id: UUID, by: Actor, today: date) -> Simulation:
    """取消: the worker notices after the month it is in."""
    simulation = Simulation.objects.select_for_update().filter(pk=simulation_id).first()
    if simulation is None:
        raise NotFound("没有找到这次政策模拟,或它不在您的管辖范围内。")
    if not (by.may(BenefitsPermission.RUN, at=simulation.division) or simulation.asked_by == by.id):
        require(by, BenefitsPermission.RUN, at=simulation.division)
    if simulation.state not in (State.WAITING, State.RUNNING):
        raise Conflict(f"这次模拟{simulation.get_state_display()},不用取消。请刷新页面查看。")
    simulation.state, simulation.finished_at = State.CANCELLED, now()
    simulation.save(update_fields=["state", "finished_at"])
    record(by, "benefits.cancel", division=simulation.division, table="benefits_simulation", row=simulation.id)
    return simulation


def run(*, simulation_id: UUID, by: Actor) -> None:
    """Works a simulation out; each month's progress is its own transaction, so that it shows and may be cancelled.

    Run again after a crash it starts from nothing. Ends without a word when it was cancelled or is done already.
    """
    with acting(by):
        simulation = Simulation.objects.filter(pk=simulation_id, state__in=[State.WAITING, State.RUNNING]).first()
        if simulation is None:
            return
        comparison = _comparison(simulation, by)
        if not _set(simulation_id, {"state": State.RUNNING, "done": 0}):
            return
    for done in comparison.steps():
        with acting(by):
            if not _set(simulation_id, {"done": done}):
                return
    with acting(by):
        _set(simulation_id, {"state": State.DONE, "result": comparison.result(), "finished_at": now()})


def fail(simulation_id: UUID, sentence: str) -> None:
    """The sentence that the page shows when it did not work."""
    _set(simulation_id, {"state": State.FAILED, "error": sentence[:300], "finished_at": now()})


@transaction.atomic
def purge(*, by: Actor, today: date) -> int:
    """Removes what is kept no longer; returns how many. What a proposal was judged by stays with the proposal."""
    judged = Proposal.objects.filter(simulation_id=OuterRef("pk"))
    gone = Simulation.objects.filter(~Exists(judged), expires_on__lt=today)
    gone = gone.exclude(state__in=[State.WAITING, State.RUNNING])
    found = list(gone.values_list("id", "division", "label"))
    Simulation.objects.filter(pk__in=[key for key, _, _ in found]).delete()
    for key, division, label in found:
        detail = {"label": label}
        record(by, "benefits.purge", division=division, table="benefits_simulation", row=key, detail=detail)
    return len(found)


def _set(simulation_id: UUID, values: dict[str, Any]) -> bool:
    """Writes unless it was cancelled or finished meanwhile; says whether it did."""
    rows = Simulation.objects.filter(pk=simulation_id, state__in=[State.WAITING, State.RUNNING])
    return bool(rows.update(**values))


def _comparison(simulation: Simulation, by: Actor) -> Comparison:
    assumptions = Assumptions.from_json(simulation.assumptions)
    may_run = all(by.may(BenefitsPermission.RUN, at=place) for place in assumptions.places)
    permission = BenefitsPermission.RUN if may_run else BenefitsPermission.PROPOSE
    frame, counties = frame_of(
        first=assumptions.first, last=assumptions.last, places=assumptions.places, seen_by=by, permission=permission
    )
    book, values = rulebook(), parameters()
    before = Side(book, values, frame)
    after = Side(
        simulating.changed_book(book, assumptions.lines),
        proposing.with_rows(values, _values(assumptions)),
        simulating.aged(frame, assumptions.ageing_years),
    )
    return Comparison(before, after, range(assumptions.first, assumptions.last + 1), counties)


def _values(assumptions: Assumptions) -> tuple[Value, ...]:
    """The assumed cells as rows: at the place for which they are assumed."""
    if not assumptions.rows:
        return ()
    day = assumptions.rows_from or first_day(assumptions.first).isoformat()
    return proposing.values_of(
        [Asked(**row) for row in assumptions.rows],
        place=assumptions.rows_at,
        effective_on=date.fromisoformat(day),
        known_since=date.fromisoformat(day),
        document=f"假设({iso(assumptions.first)}起)",
        trust="unconfirmed",
        tables=rulebook().tables,
    )
