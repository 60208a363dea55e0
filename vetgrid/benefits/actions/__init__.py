"""Do: every change of benefits is one function here; doors, tasks and reactions call nothing deeper."""

from vetgrid.benefits.actions.applying import Wanted, apply, grant, refuse, submit, tick_papers, withdraw
from vetgrid.benefits.actions.arriving import Transfer, move_in
from vetgrid.benefits.actions.awarding import Cause, change, move_out
from vetgrid.benefits.actions.closing import close_finding
from vetgrid.benefits.actions.confirming import Match, confirm, confirm_by_match, lapse
from vetgrid.benefits.actions.deciding import Asked, decide, decide_many
from vetgrid.benefits.actions.dying import Told, report_death, take_back, undo_death
from vetgrid.benefits.actions.facts import Stated, record_fact, withdraw_fact
from vetgrid.benefits.actions.sweeping import Swept, sweep, sweep_people

__all__ = [
    "Asked",
    "Cause",
    "Match",
    "Stated",
    "Swept",
    "Told",
    "Transfer",
    "Wanted",
    "apply",
    "change",
    "close_finding",
    "confirm",
    "confirm_by_match",
    "decide",
    "decide_many",
    "grant",
    "lapse",
    "move_in",
    "move_out",
    "record_fact",
    "refuse",
    "report_death",
    "submit",
    "sweep",
    "sweep_people",
    "take_back",
    "tick_papers",
    "undo_death",
    "withdraw",
    "withdraw_fact",
]
