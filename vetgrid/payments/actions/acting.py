"""One way to make a step of a run: lock, check right, state, version and forbidden pairs, then write the step and the trail."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.clock import now
from vetgrid.core.errors import Conflict, NotAllowed, NotFound
from vetgrid.core.places import Places
from vetgrid.core.scope import lending
from vetgrid.orgs.models import Station
from vetgrid.payments import rules
from vetgrid.payments.kinds import PAY_RUN
from vetgrid.payments.models import PayRun, RunStep
from vetgrid.payments.policy import forbidden_pairs
from vetgrid.payments.states import RUN
from vetgrid.payments.telling import tell_next
from vetgrid.work import actions as work
from vetgrid.work.models import WorkItem

_ACT_LABELS = {"prepare": "编制", "review": "复核", "approve": "审批", "release": "放行", "reconcile": "对账"}
NEXT = {
    "draft": ("核查批次", 2),
    "gated": ("处理核查发现并复核", 3),
    "reviewed": ("审批", 2),
    "approved": ("放行", 2),
    "released": ("登记银行回盘", 5),
    "returned": ("登记其余回盘", 5),
    "settled": ("重发退回款项并归档", 10),
}
"""What comes next in a state, and in how many days at the latest."""


@dataclass
class Moving:
    """A run in the middle of a step."""

    run: PayRun
    move: str
    before: str
    by: Actor
    today: date


def locked(run_id: UUID) -> PayRun:
    """The run, locked until the transaction ends; NotFound when absent or out of reach."""
    run = PayRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None:
        raise NotFound("没有找到这个发放批次。它可能不在您的管辖范围内。")
    return run


def begin(run_id: UUID, move: str, *, by: Actor, today: date, version: int | None = None) -> Moving:
    """The run, locked, if this person may do this move now."""
    run = locked(run_id)
    require(by, RUN.move(move).permission, at=run.division)
    try:
        RUN.after(run.state, move)
    except Conflict as conflict:
        raise Conflict(f"{_last_step(run)}{conflict.sentence}") from conflict
    if version is not None and version != run.version:
        raise Conflict(f"{_last_step(run)}您看到的内容已经过时,刚才的操作没有保存。请刷新页面,看过最新情况再办理。")
    if run.pending not in ("", move):
        raise Conflict(f"后台正在办理“{RUN.move(run.pending).label}”,请等它完成后再办理。")
    check_duties(run, move, by=by)
    return Moving(run, move, run.state, by, today)


def check_duties(run: PayRun, move: str, *, by: Actor) -> None:
    """Raises NotAllowed when the same person already did an act on this run that excludes this one."""
    done = RunStep.objects.filter(run=run, by=by.id).values_list("move", flat=True)
    other = rules.forbidden_with(move, done, forbidden_pairs())
    if other is not None:
        here = _ACT_LABELS[rules.ACT_OF_MOVE[move]]
        raise NotAllowed(
            f"您已经办理过这个批次的“{_ACT_LABELS[other]}”,不能再办理“{here}”。请由另一位有权限的人员办理。"
        )


def finish(
    moving: Moving, *, note: str = "", target: str | None = None, detail: dict[str, object] | None = None
) -> PayRun:
    """Writes the new state with step, trail and the work item's next date."""
    run = moving.run
    run.state = target or RUN.after(moving.before, moving.move)
    run.version += 1
    run.pending, run.problem = "", ""
    run.save()
    add_step(run, moving.move, moving.before, note=note, by=moving.by, today=moving.today)
    _follow_up(run, by=moving.by, today=moving.today)
    tell_next(run, move=moving.move, note=note, today=moving.today)
    record(
        moving.by,
        f"payments.{moving.move}",
        division=run.division,
        table="payments_payrun",
        row=run.id,
        reason=note[:200],
        detail={"from": moving.before, "to": run.state, "digest": run.digest, **(detail or {})},
    )
    return run


def add_step(run: PayRun, move: str, before: str, *, note: str, by: Actor, today: date) -> None:
    RunStep(
        run=run,
        division=run.division,
        move=move,
        from_state=before,
        to_state=run.state,
        on=today,
        at=now(),
        by=by.id,
        by_name=by.name[:40],
        note=note[:300],
    ).save(force_insert=True)


def open_work(run: PayRun, *, kind: str, title: str, step: str, days: int, by: Actor, today: date) -> WorkItem:
    """The run's work item at the station of the paying place; the maker owns it when he serves there."""
    with lending("orgs", Places.only([run.division])):
        station = Station.objects.filter(division=run.division, closed_on=None).order_by("opened_on", "id").first()
    if station is None:
        raise Conflict("这里没有服务中心(站),批次没有责任单位。请先登记服务中心(站)。")
    asked = work.Opening(
        kind=kind,
        subject_id=run.id,
        title=title,
        station=station,
        next_on=today + timedelta(days=days),
        next_step=step,
        owner_id=run.maker_staff,
    )
    return work.open_item(asked, by=by, today=today)


def open_items(run: PayRun, *kinds: str) -> list[WorkItem]:
    """The run's open work items, locked."""
    with lending("work", Places.only([run.division])):
        rows = WorkItem.objects.select_for_update(of=("self",)).filter(
            subject_id=run.id, kind__in=kinds, closed_on=None
        )
        return list(rows.order_by("id"))


def _follow_up(run: PayRun, *, by: Actor, today: date) -> None:
    for item in open_items(run, PAY_RUN.key):
        if run.state in NEXT:
            step, days = NEXT[run.state]
            work.set_next(item, next_on=today + timedelta(days=days), next_step=step)
        else:
            work.close_item(item, outcome=RUN.label(run.state), by=by, today=today)


def _last_step(run: PayRun) -> str:
    last = RunStep.objects.filter(run=run).order_by("-at", "-id").first()
    if last is None:
        return ""
    label = next((move.label for move in RUN.moves if move.key == last.move), "编制")
    return f"{last.by_name}已在{last.on:%-m月%-d日}办理“{label}”。"
