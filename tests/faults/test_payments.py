"""SIGKILL for web, worker and database at twenty points of pay runs: afterwards everybody was paid exactly once and the books balance."""

import contextlib
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.browserless import Answer, Visitor, signed_in
from tests.faults.test_kills import kill_children, kill_database, number, owner
from tests.running import ROOT, Running
from vetgrid.payments.policy import accounts
from vetgrid.payments.queries.books import WRONG

pytestmark = pytest.mark.faults
PEOPLE = 2_400
"""Enough for the worker to do gate and release (data/payments/thresholds.toml: large_work)."""
FEN = 50_000
MONTHS = ("2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01")
ORDER = ("draft", "gated", "reviewed", "approved", "released", "returned", "settled", "closed")
CLERKS = {"gate": "city_clerk", "review": "section_chief", "approve": "bureau_leader"}
RELEASE: dict[str, object] = {"format_key": "fixed_gb18030", "is_checked": "on"}


@dataclass
class Office:
    """The people of the bureau who pay, each in a session of their own; a session survives the kill of everything."""

    county: Running
    roles: dict[str, Visitor] = field(default_factory=dict)
    last: str = ""

    def __post_init__(self) -> None:
        for name in (*CLERKS.values(), "finance_officer"):
            self.roles[name] = signed_in(self.county, name)

    def ask(self, count: str) -> int:
        return number(self.county, count)

    def note(self, answer: Answer) -> None:
        found = re.search(r'class="alert bad[^>]*>(.*?)</div>', answer.body, re.S)
        self.last = f"{answer.status} {answer.location} {found[1] if found else ''}"

    def move(self, run: str, move: str) -> None:
        """The move at its door, by whoever does it; a door that was killed answers nothing."""
        at = f"/payments/runs/{run}/moves/{move}"
        with contextlib.suppress(OSError):
            if move == "take_return":
                body = returned(self.county, run)
                upload = self.roles["finance_officer"].upload
                self.note(upload(at, {"format_key": "return_csv_gb18030"}, "回盘.csv", body))
            else:
                fields = RELEASE if move == "release" else {"note": ""}
                self.note(self.roles[CLERKS.get(move, "finance_officer")].post(at, fields))

    def state(self, run: str) -> str:
        case = " ".join(f"WHEN '{state}' THEN {at}" for at, state in enumerate(ORDER))
        return ORDER[self.ask(f"SELECT CASE state {case} END FROM payments_payrun WHERE id = '{run}'")]

    def until(self, run: str, goal: str, move: str, seconds: float = 90) -> None:
        """Does the move again, as a clerk would who finds it undone, until it is done."""
        deadline = time.monotonic() + seconds
        while self.state(run) != goal:
            assert time.monotonic() < deadline, f"{move} was not done in the end: {self.last}"
            self.move(run, move)
            time.sleep(1)

    def check(self, run: str) -> None:
        """Nothing or the whole step: all claims and lines, postings exactly when released, the bank's answer for all or none."""
        of_run = f"WHERE run_id = '{run}'"
        claims = self.ask(f"SELECT count(*) FROM payments_claim {of_run}")
        lines = self.ask(f"SELECT count(*) FROM payments_payline {of_run}")
        assert (claims, lines) == (PEOPLE, PEOPLE), "half a draft is visible"
        is_out = self.ask(f"SELECT count(*) FROM payments_payrun WHERE id = '{run}' AND released_on IS NOT NULL")
        for kind in ("accrual", "payment"):
            posted = self.ask(f"SELECT count(*) FROM payments_posting {of_run} AND kind = '{kind}'")
            assert posted == PEOPLE * is_out, "half a release is visible"
        assert self.ask(f"SELECT count(*) FROM payments_payfile {of_run} AND way = 'sent'") == is_out
        answered = self.ask(f"SELECT count(*) FROM payments_payline {of_run} AND outcome IN ('paid', 'rejected')")
        assert answered in (0, PEOPLE), "half a return is visible"
        self.check_books()

    def check_books(self) -> None:
        known = ", ".join(f"'{key}'" for key in accounts())
        for wrong in WRONG:
            question = wrong.question.replace("{runs}", "(SELECT id FROM payments_payrun)")
            question = question.replace("ANY(%s)", f"ANY(ARRAY[{known}])")
            assert self.ask(f"SELECT count(*) FROM ({question}) x") == 0, wrong.sentence


def script(county: Running, *words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.pay_county", *words],
        cwd=ROOT,
        env=county.environment,
        stderr=subprocess.PIPE,
    )


def returned(county: Running, run: str) -> bytes:
    """The bank's answer: of a run of claims every fiftieth payment comes back, of a reissue none."""
    with owner(county) as connection:
        rows = connection.execute(
            "SELECT r.number, l.number, l.amount_fen, r.kind FROM payments_payline l JOIN payments_payrun r ON r.id = l.run_id"
            " WHERE r.id = %s ORDER BY l.number",
            [run],
        ).fetchall()
    lines = [
        f"{name}-{at:06d},,,{fen // 100}.{fen % 100:02d},{'E099' if at % 50 == 0 and kind == 'regular' else '0000'},"
        for name, at, fen, kind in rows
    ]
    total = sum(fen for _, _, fen, _ in rows)
    return "\r\n".join(["头", *lines, f"合计,{len(rows)},{total // 100}.{total % 100:02d},,,"]).encode("gb18030")


def drafted(office: Office, month: str, kill: Callable[[], object] | None, dice: random.Random) -> str:
    """A draft killed in the middle (its own process, or the database), then made again if nothing of it is there."""
    of_month = f"FROM payments_payrun WHERE label = '待遇压力批次' AND month = '{month}'"
    making = script(office.county, "draft", month)
    time.sleep(dice.uniform(1.0, 3.0))
    if kill is None:
        making.send_signal(signal.SIGKILL)
    else:
        kill()
    making.communicate()
    office.county.wait()
    assert office.ask(f"SELECT count(*) {of_month}") in (0, 1)
    if not office.ask(f"SELECT count(*) {of_month}"):
        again = script(office.county, "draft", month)
        _, said = again.communicate(timeout=60)
        assert again.returncode == 0, said.decode()
    with owner(office.county) as connection:
        (key,) = connection.execute(f"SELECT id {of_month}").fetchone()
    office.check(str(key))
    return str(key)


def test_everybody_is_paid_exactly_once_whatever_is_killed_at_twenty_points(county: Running):
    dice = random.Random(31)
    made = script(county, "prepare", str(PEOPLE))
    assert made.wait(120) == 0
    office = Office(county)
    kills: dict[str, Callable[[], object]] = {
        "web": lambda: kill_children(county, b"granian"),
        "worker": lambda: kill_children(county, b"worker"),
        "database": lambda: kill_database(county),
    }
    points: list[tuple[str, str]] = []
    for turn, month in enumerate(MONTHS):
        victim = "database" if turn % 2 else "drafting process"
        run = drafted(office, month, kills.get(victim), dice)
        points.append(("draft", victim))
        for step, (goal, move) in enumerate((("gated", "gate"), ("released", "release"), ("settled", "take_return"))):
            if move == "release":
                office.until(run, "reviewed", "review")
                office.until(run, "approved", "approve")
            thread = threading.Thread(target=office.move, args=(run, move))
            thread.start()
            time.sleep(dice.uniform(0.05, 2.0))
            victim = ("database", "web" if move == "take_return" else "worker", "web")[(turn + step) % 3]
            kills[victim]()
            points.append((move, victim))
            thread.join()
            county.wait()
            office.check(run)
            office.until(run, goal, move)
            office.check(run)
    assert len(points) == 20 and len({victim for _, victim in points}) == 4
    reissue(office)
    signed = "sum(CASE WHEN kind = 'payment' THEN amount_fen ELSE -amount_fen END)"
    of_test = "FROM payments_posting WHERE purpose = 'stress' AND kind IN ('payment', 'reversal')"
    assert office.ask(f"SELECT {signed} {of_test}") == PEOPLE * FEN * len(MONTHS)
    wrong = f"SELECT count(*) FROM (SELECT payee_id {of_test} GROUP BY 1 HAVING {signed} <> {FEN * len(MONTHS)}) x"
    assert office.ask(wrong) == 0, "somebody was paid twice or not at all"
    office.check_books()
    assert office.ask("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'") == 0, (
        "a cut-off job came not again"
    )
    county.command("audit", "seal")
    county.command("audit", "verify")


def reissue(office: Office) -> None:
    """What came back was paid by the next month's run; what came back of the last run is paid by a reissue."""
    answer = office.roles["city_clerk"].post("/payments/reissue", {"month": "2024-05-01", "label": "重发"})
    assert answer.location.startswith("/payments/jobs/"), answer.body[:2000]
    deadline = time.monotonic() + 60
    while not office.ask("SELECT count(*) FROM payments_payrun WHERE label = '重发'"):
        assert time.monotonic() < deadline, "the reissue was not drafted"
        time.sleep(0.5)
    with owner(office.county) as connection:
        (key,) = connection.execute("SELECT id FROM payments_payrun WHERE label = '重发'").fetchone()
    for goal, move in (
        ("gated", "gate"),
        ("reviewed", "review"),
        ("approved", "approve"),
        ("released", "release"),
        ("settled", "take_return"),
    ):
        office.until(str(key), goal, move)
