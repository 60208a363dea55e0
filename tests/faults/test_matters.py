"""Two clerks at once, and a worker killed in the middle of telling: one wins, nothing is lost, nothing is told twice."""

import random
import re
import subprocess
import sys
import threading
import time

import pytest

from tests.browserless import Visitor, signed_in
from tests.faults.test_kills import kill_children, number, owner
from tests.running import ROOT, Running

pytestmark = pytest.mark.faults
DUE = 60_000


def test_of_two_clerks_who_accept_at_once_one_wins_and_the_other_gets_a_sentence(county: Running):
    clerks = [signed_in(county, "town_head"), signed_in(county, "section_chief")]
    with owner(county) as connection:
        rows = connection.execute(
            "SELECT id FROM appeals_appeal WHERE state = 'registered' AND division BETWEEN 350581100000 AND 350581100999 ORDER BY id"
        ).fetchall()
    assert rows
    for (key,) in rows:
        answers: list[tuple[int, str]] = []
        together = threading.Barrier(2)

        def accept(visitor: Visitor, address: str = f"/appeals/{key}/moves/accept") -> None:
            together.wait()  # noqa: B023  # used within this very turn
            answer = visitor.post(address, {})
            answers.append((answer.status, answer.body))  # noqa: B023

        threads = [threading.Thread(target=accept, args=(clerk,)) for clerk in clerks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        lost = [body for _, body in answers if "办理“受理”。" in body and "现在的状态是“已受理”" in body]
        assert len(lost) == 1, ([status for status, _ in answers], (county.home / "demo.log").read_text()[-6000:])
        steps = "SELECT count(*) FROM appeals_step WHERE move = 'accept' AND appeal_id = "
        assert number(county, f"{steps}'{key}'") == 1
        assert number(county, f"SELECT count(*) FROM appeals_letter WHERE appeal_id = '{key}'") == 1
        running_clocks = (
            "SELECT count(*) FROM work_clock c JOIN work_workitem i ON i.id = c.item_id WHERE c.state = 'running'"
        )
        assert number(county, f"{running_clocks} AND i.subject_id = '{key}'") == 1


def sweep_soon(county: Running) -> None:
    """Puts the sweep into the queue, as its clock would do; a sweep that waits there already is enough."""
    code = (
        "import os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'vetgrid.config.settings'); os.environ['VETGRID_ROLE'] = 'job';"
        "import django; django.setup(); from procrastinate.exceptions import AlreadyEnqueued;"
        "from vetgrid.work.tasks import sweep_ladder\n"
        "try: sweep_ladder.defer(timestamp=0)\n"
        "except AlreadyEnqueued: pass"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=county.environment, check=True, timeout=60)


def wait_until_it_sweeps(county: Running) -> None:
    """Until the lock of the sweep is held: the worker is telling right now."""
    deadline = time.monotonic() + 60
    with owner(county) as connection:
        while time.monotonic() < deadline:
            held = connection.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7021")
            if held.fetchone()[0]:
                return
            time.sleep(0.002)
    raise AssertionError("the sweep never began")


def more_due(county: Running) -> int:
    """Items that are due, as many as the worker tells in a second or two; returns how many."""
    with owner(county) as connection:
        connection.execute(
            "INSERT INTO work_workitem (id, division, kind, subject_id, title, station_id, owner_id, deputy_id, priority, opened_on,"
            " next_on, next_step, clock_state, due_on, is_provisional, outcome, is_confidential, version)"
            " SELECT gen_random_uuid(), s.division, 'other', gen_random_uuid(), '压力事项', s.id, p.staff_id, NULL, 3, '2023-12-01',"
            " '2024-02-01', '办理', 'running', '2023-12-30', false, '', false, 1"
            " FROM generate_series(1, %s) n, orgs_station s JOIN orgs_post p ON p.station_id = s.id AND p.kind = 'affairs_officer'"
            " AND p.to_on IS NULL WHERE s.division = 350581100201",
            [DUE],
        )
    return DUE


def test_a_worker_killed_while_it_tells_loses_nothing_and_tells_nothing_twice(county: Running):
    dice = random.Random(5)
    told = "SELECT count(*) FROM work_escalation e JOIN work_workitem i ON i.id = e.item_id WHERE i.kind = 'other'"
    due = in_the_middle = 0
    for _ in range(12):
        before = number(county, told)
        if before == due:
            due += more_due(county)  # a sweep that was too quick for the kill is tried again with more
        sweep_soon(county)
        wait_until_it_sweeps(county)
        time.sleep(dice.uniform(0, 0.1))
        kill_children(county, b"worker")
        done = number(county, told)
        assert done in (before, due), "half a sweep is visible"
        in_the_middle += done == before
        if in_the_middle == 3:
            break
    assert in_the_middle >= 1, "no kill came while it was telling"
    deadline = time.monotonic() + 120
    while number(county, told) != due and time.monotonic() < deadline:
        sweep_soon(county)
        time.sleep(2)
    assert number(county, told) == due, "lost"
    sweep_soon(county)
    time.sleep(6)
    assert number(county, told) == due
    with owner(county) as connection:
        titles = connection.execute(
            "SELECT title FROM notices_notice WHERE template = 'escalation' AND body LIKE '%压力事项%'"
        ).fetchall()
    assert sum(int(re.search(r"(\d+)件", title).group(1)) for (title,) in titles) == due, "told twice or not at all"
    county.command("audit", "seal")
    county.command("audit", "verify")
