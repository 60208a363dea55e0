"""Tells whoever may do the next step that a run waits for him, and its maker when it comes back."""

from datetime import date
from uuid import UUID

from vetgrid.accounts.holders import holders
from vetgrid.core.permission import Permission
from vetgrid.notices.actions import Message, tell
from vetgrid.orgs.models import Staff
from vetgrid.payments import rules
from vetgrid.payments.models import PayRun, RunStep
from vetgrid.payments.permissions import PaymentsPermission as May
from vetgrid.payments.policy import forbidden_pairs, threshold

WAITS_FOR = {"gated": "review", "reviewed": "approve", "approved": "release"}
"""The move that a run in this state waits for."""
_WORDS = {"review": "复核", "approve": "审批", "release": "放行"}


def permissions_for(run: PayRun, move: str, *, today: date) -> tuple[Permission, ...]:
    """What somebody must hold, all of it, to do this move with this run."""
    needed: dict[str, tuple[Permission, ...]] = {
        "review": (May.REVIEW,),
        "approve": (May.APPROVE, May.APPROVE_LARGE) if is_above_limit(run, today=today) else (May.APPROVE,),
        "release": (May.RELEASE,),
    }
    return needed[move]


def is_above_limit(run: PayRun, *, today: date) -> bool:
    return run.total_fen > int(threshold("large_run", on=today)["fen"])


def tell_next(run: PayRun, *, move: str, note: str, today: date) -> int:
    """After a step, in its transaction; returns how many are told. One round of a run tells nobody twice of the same state."""
    if move == "send_back":
        return _tell_maker(run, note, today=today)
    waits = WAITS_FOR.get(run.state)
    if waits is None:
        return 0
    able = [set(_staff(run, permission, waits, today=today)) for permission in permissions_for(run, waits, today=today)]
    words = "大额审批" if waits == "approve" and len(able) > 1 else _WORDS[waits]
    round_no = RunStep.objects.filter(run=run, move="send_back").count()
    values = {
        "act": words,
        "number": run.number,
        "label": run.label,
        "payees": str(run.payees),
        "total": rules.money(run.total_fen),
        "note": f"{note}。" if note else "",
    }
    return tell(
        [
            Message(
                template="pay_run_waits",
                division=division,
                staff_id=staff,
                values=values,
                url=f"/payments/runs/{run.id}",
                dedupe=f"pay_run:{run.id}:{run.state}:{round_no}:{staff}",
            )
            for staff, division in sorted(set.intersection(*able), key=str)
        ],
        today=today,
    )


def _staff(run: PayRun, permission: Permission, move: str, *, today: date) -> list[tuple[UUID, int]]:
    """Staff with the permission whose own acts on this run do not forbid the move."""
    found = []
    done: dict[UUID, list[str]] = {}
    for by, did in RunStep.objects.filter(run=run).values_list("by", "move"):
        done.setdefault(by, []).append(did)
    for user in holders(permission, at=run.division, today=today):
        if user.staff is None or rules.forbidden_with(move, done.get(user.id, []), forbidden_pairs()) is not None:
            continue
        found.append((user.staff.id, user.staff.division))
    return found


def _tell_maker(run: PayRun, reason: str, *, today: date) -> int:
    maker = Staff.objects.filter(pk=run.maker_staff, ended_on=None).first() if run.maker_staff else None
    if maker is None:
        return 0
    values = {"number": run.number, "label": run.label, "reason": reason}
    message = Message(
        template="pay_run_sent_back",
        division=maker.division,
        staff_id=maker.id,
        values=values,
        url=f"/payments/runs/{run.id}",
    )
    return tell([message], today=today)
