"""Do: open, move, hand over and close items, and let their clocks start, pause, resume, extend and stop.

Called by verticals inside their own transaction, after they have checked the right to the act itself; the scope of the place
is lent here. Hand-over is an act of its own and checks its own permission.
"""

from vetgrid.work.actions.clocks import (
    extend_clock,
    pause_clock,
    project,
    resume_clock,
    running_clock,
    start_clock,
    stop_clock,
    ticks_of,
)
from vetgrid.work.actions.handing import give, give_deputy, hand_over, repair
from vetgrid.work.actions.items import (
    Opening,
    close_item,
    item_of,
    move_item,
    open_item,
    refresh,
    set_next,
    set_priority,
)
from vetgrid.work.actions.owners import pick_owner, present_staff

__all__ = [
    "Opening",
    "close_item",
    "extend_clock",
    "give",
    "give_deputy",
    "hand_over",
    "item_of",
    "move_item",
    "open_item",
    "pause_clock",
    "pick_owner",
    "present_staff",
    "project",
    "refresh",
    "repair",
    "resume_clock",
    "running_clock",
    "set_next",
    "set_priority",
    "start_clock",
    "stop_clock",
    "ticks_of",
]
