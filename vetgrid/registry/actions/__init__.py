"""Do: every change of a file is one function here; doors and tasks call nothing deeper."""

from vetgrid.registry.actions.confirming import confirm_file
from vetgrid.registry.actions.duplicates import dismiss_duplicate, find_duplicates
from vetgrid.registry.actions.life import mark_veteran
from vetgrid.registry.actions.merging import merge, undo_merge
from vetgrid.registry.actions.moving import ask_move, decide_move, withdraw_move
from vetgrid.registry.actions.own_file import ask_correction, confirm_own_file, withdraw_correction
from vetgrid.registry.actions.privacy import give_consent, give_notice, withdraw_consent
from vetgrid.registry.actions.registering import register
from vetgrid.registry.actions.requests import ask_change, ask_death, decide_change, values_of, withdraw_change
from vetgrid.registry.actions.sight import unmask
from vetgrid.registry.actions.writing import end_fact, withdraw_fact, write_fact

__all__ = [
    "ask_change",
    "ask_correction",
    "ask_death",
    "ask_move",
    "confirm_file",
    "confirm_own_file",
    "decide_change",
    "decide_move",
    "dismiss_duplicate",
    "end_fact",
    "find_duplicates",
    "give_consent",
    "give_notice",
    "mark_veteran",
    "merge",
    "register",
    "undo_merge",
    "unmask",
    "values_of",
    "withdraw_change",
    "withdraw_consent",
    "withdraw_correction",
    "withdraw_fact",
    "withdraw_move",
    "write_fact",
]
