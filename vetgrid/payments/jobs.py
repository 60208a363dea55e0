"""What the background can do with money: each domain declares how its kind of job is done; the job is told how far it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from vetgrid.core.actor import Actor
from vetgrid.payments.models import PayJob, PayRun

Told = Callable[[int, int], None]
"""Hears how much is done of how much; raises Stopped when the job was cancelled meanwhile."""
AtStep = Callable[[int], None]
"""Hears which step of a draft was done: 1 claims asked for, 2 what was paid summed up, 3 claims written, 4 lines written."""
DRAFT_STEPS = 5
"""The fifth, the digest and its work item, ends the job."""
Work = Callable[[PayJob, Told, Actor, date], PayRun]
_declared: dict[str, Work] = {}


class Stopped(Exception):  # no error: somebody cancelled
    """The job was cancelled: its transaction is rolled back and nothing of it stays."""


@dataclass(frozen=True)
class Steps:
    """Counts the steps of a job that has no rows to count."""

    told: Told
    total: int

    def at(self, step: int) -> None:
        self.told(step, self.total)


def declare(kind: str, work: Work) -> None:
    _declared[kind] = work


def work_of(kind: str) -> Work:
    return _declared[kind]


def silent(done: int, total: int) -> None:
    """For whoever does the work at once and looks at no bar."""


def unheard(step: int) -> None:
    """The same for the steps of a draft."""


def teller(job_id: UUID) -> Told:
    """Says how far the job is over a connection of its own, and hears there whether it was cancelled."""

    def tell(done: int, total: int) -> None:
        beside = connection.copy()
        try:
            with beside.cursor() as cursor:
                cursor.execute("SELECT payments_job_progress(%s, %s, %s)", [job_id, done, total])
                goes_on = bool((cursor.fetchone() or (True,))[0])
        finally:
            beside.close()
        if not goes_on:
            raise Stopped

    return tell
