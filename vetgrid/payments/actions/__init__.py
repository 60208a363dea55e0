"""Do: everything that can happen to money: draft, gate, review, approve, release, return, reissue, close."""

from vetgrid.payments.actions.accounts import lift_notice, report_account
from vetgrid.payments.actions.asking import ask_for_draft, ask_to_take_return, cancel_job, resume_job
from vetgrid.payments.actions.drafting import Claimed, draft_reissue, draft_run, draft_run_from_sql
from vetgrid.payments.actions.gating import hold_back, run_gate, sign_off
from vetgrid.payments.actions.moving import approve, cancel, close, review, send_back
from vetgrid.payments.actions.releasing import release
from vetgrid.payments.actions.returning import take_return
from vetgrid.payments.actions.sending import write_again

__all__ = [
    "Claimed",
    "approve",
    "ask_for_draft",
    "ask_to_take_return",
    "cancel",
    "cancel_job",
    "close",
    "draft_reissue",
    "draft_run",
    "draft_run_from_sql",
    "hold_back",
    "lift_notice",
    "release",
    "report_account",
    "resume_job",
    "review",
    "run_gate",
    "send_back",
    "sign_off",
    "take_return",
    "write_again",
]
