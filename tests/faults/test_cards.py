"""SIGKILL during a batch hand-over and during a file intake: whatever was half done is undone, and every count balances."""

import contextlib
import random
import re
import threading
import time
from functools import partial
from http.client import HTTPException

import pytest

from tests.browserless import Visitor, signed_in
from tests.faults.test_kills import kill_children, kill_database, number, owner
from tests.running import Running
from vetgrid.cards.tests.pipeline import sheet

pytestmark = pytest.mark.faults
UNBALANCED = """
SELECT count(*) FROM cards_batch b JOIN LATERAL (SELECT count(*) AS sent, count(*) FILTER (WHERE outcome = 'received') AS received,
  count(*) FILTER (WHERE outcome = 'short') AS short, count(*) FILTER (WHERE outcome = 'damaged') AS damaged
  FROM cards_batchline l WHERE l.batch_id = b.id) n ON true
 WHERE (b.sent_count, b.received_count, b.short_count, b.damaged_count) IS DISTINCT FROM (n.sent, n.received, n.short, n.damaged)
"""
# A card that lies at a station was counted in there; one that is on its way is on exactly one list that still waits.
MISPLACED = """
SELECT count(*) FROM cards_card c WHERE
  (c.state = 'held' AND NOT EXISTS (SELECT 1 FROM cards_batchline l WHERE l.card_id = c.id AND l.outcome = 'received'))
  OR (c.state IN ('made', 'sent') AND (SELECT count(*) FROM cards_batchline l WHERE l.card_id = c.id AND l.outcome = '') <> 1)
"""
ROWS = 60


def try_again(act, seconds: float = 240):
    """The answer of `act` once the program is back."""
    deadline, last = time.monotonic() + seconds, ""
    while time.monotonic() < deadline:
        try:
            answer = act()
            if answer.status < 500:
                return answer
            last = f"{answer.status} {answer.body[-300:]}"
        except (OSError, HTTPException) as error:
            last = repr(error)
        time.sleep(0.3)
    raise AssertionError(f"the program did not come back: {last}")


def ready(county: Running, state: str) -> None:
    """Makes sixty of the demo's open or done applications stand before the maker, each with its item."""
    with owner(county) as connection:
        connection.execute(
            "UPDATE cards_application SET state = %s, closed_on = NULL, made_on = NULL WHERE id IN"
            " (SELECT a.id FROM cards_application a JOIN cards_card c ON c.application_id = a.id WHERE a.state = 'done'"
            " AND c.state = 'issued' ORDER BY a.number LIMIT %s)",
            [state, ROWS],
        )
        connection.execute("DELETE FROM cards_cardstep WHERE card_id IN (SELECT c.id FROM cards_card c JOIN cards_application a"
                           " ON a.id = c.application_id WHERE a.state = %s)", [state])  # fmt: skip
        connection.execute(
            "UPDATE cards_card SET state = 'cancelled', ended_on = '2023-12-01', end_reason = 'other' WHERE application_id IN"
            " (SELECT id FROM cards_application WHERE state = %s)",
            [state],
        )
        connection.execute(
            "INSERT INTO work_workitem (id, division, kind, subject_id, title, station_id, owner_id, deputy_id, priority, opened_on,"
            " next_on, next_step, clock_state, due_on, is_provisional, outcome, is_confidential, version)"
            " SELECT gen_random_uuid(), s.division, 'card_application', a.id, a.number, s.id, p.staff_id, NULL, 3, '2023-12-01',"
            " '2023-12-28', '等待制卡清单', 'none', NULL, false, '', false, 1 FROM cards_application a"
            " JOIN orgs_station s ON s.kind = 'city' JOIN LATERAL (SELECT staff_id FROM orgs_post WHERE division = s.division"
            " AND kind = 'affairs_officer' AND to_on IS NULL LIMIT 1) p ON true WHERE a.state = %s"
            " AND NOT EXISTS (SELECT 1 FROM work_workitem w WHERE w.subject_id = a.id AND w.closed_on IS NULL)",
            [state],
        )


def numbers_in(county: Running, state: str) -> list[str]:
    with owner(county) as connection:
        found = connection.execute("SELECT number FROM cards_application WHERE state = %s ORDER BY number", [state])
        return [str(row[0]) for row in found.fetchall()]


def upload(visitor: Visitor, body: bytes) -> object:
    return visitor.upload("/cards/intake", {"step": "maker"}, "maker.xlsx", body)


def test_a_file_intake_killed_in_the_middle_is_there_whole_or_not_at_all_and_never_twice(county: Running):
    ready(county, "bank_passed")
    waiting = numbers_in(county, "bank_passed")
    assert len(waiting) >= ROWS
    dice = random.Random(11)
    rows = [(one, "成功", "2023-12-28", f"62190000{at:08d}", "KILL-1") for at, one in enumerate(waiting)]
    body = sheet("maker", *rows)
    visitor = signed_in(county, "city_clerk")
    for kill in (lambda: kill_children(county, b"granian"), lambda: kill_database(county)):

        def send() -> None:
            with contextlib.suppress(Exception):
                upload(visitor, body)

        thread = threading.Thread(target=send)
        thread.start()
        time.sleep(dice.uniform(0.3, 1.2))
        kill()
        thread.join(90)
        cards = number(
            county,
            "SELECT count(*) FROM cards_batchline l JOIN cards_batch b ON b.id = l.batch_id WHERE b.parcel = 'KILL-1'",
        )
        assert cards in (0, len(waiting)), "half a file is visible"
        assert number(county, UNBALANCED) == number(county, MISPLACED) == 0
    county.wait()
    visitor = try_again_signed(county)
    for _ in range(2):
        assert try_again(lambda: upload(visitor, body)).status == 302
    assert number(county, "SELECT count(*) FROM cards_stepfile WHERE step = 'maker'") == 1
    assert number(county, "SELECT applied FROM cards_stepfile WHERE step = 'maker'") == len(waiting)
    assert number(county, "SELECT sent_count FROM cards_batch WHERE parcel = 'KILL-1'") == len(waiting)

    _hand_over(county, visitor, dice)
    county.command("audit", "seal")
    county.command("audit", "verify")


def try_again_signed(county: Running) -> Visitor:
    for _ in range(60):
        with contextlib.suppress(AssertionError, OSError):
            return signed_in(county, "city_clerk")
        time.sleep(0.5)
    raise AssertionError("no sign-in after the kill")


def _hand_over(county: Running, visitor: Visitor, dice: random.Random) -> None:
    """The same parcel counted by scanning, killed again and again: no card is lost and none is counted twice."""
    with owner(county) as connection:
        batch = connection.execute("SELECT id FROM cards_batch WHERE parcel = 'KILL-1'").fetchone()[0]
        codes = [
            row[0]
            for row in connection.execute("SELECT code FROM cards_batchline WHERE batch_id = %s ORDER BY code", [batch])
        ]
    kills = {8: b"granian", 20: b"", 33: b"granian", 45: b""}
    for at, code in enumerate(codes[:-2]):
        fields = {"code": code} | ({"is_damaged": "1"} if at % 17 == 3 else {})
        thread = None
        if at in kills:  # while this very scan is under way
            thread = threading.Thread(target=_kill_soon, args=(county, kills[at], dice.uniform(0, 0.08)))
            thread.start()
        scan = partial(visitor.post, f"/cards/batches/{batch}/scan", fields)
        answer = try_again(scan)
        assert answer.status == 302
        if thread is not None:
            thread.join()
            county.wait(240)
            assert number(county, UNBALANCED) == number(county, MISPLACED) == 0
            again = try_again(scan)
            assert again.status == 302, "the same card scanned again is told, not counted twice"
    closed = try_again(lambda: visitor.post(f"/cards/batches/{batch}/close", {"note": "缺两张"}))
    assert closed.status == 302
    page = try_again(lambda: visitor.ask(f"/cards/batches/{batch}"))
    assert re.search(r"短少 <b>2</b>", page.body)
    damaged = sum(at % 17 == 3 for at in range(len(codes) - 2))
    with owner(county) as connection:
        found = connection.execute(
            "SELECT sent_count, received_count, short_count, damaged_count FROM cards_batch WHERE id = %s", [batch]
        ).fetchone()
    assert found == (len(codes), len(codes) - 2 - damaged, 2, damaged)
    assert number(county, UNBALANCED) == number(county, MISPLACED) == 0


def _kill_soon(county: Running, word: bytes, seconds: float) -> None:
    time.sleep(seconds)
    if word:
        kill_children(county, word)
    else:
        kill_database(county)
