"""SIGKILL for database, web and worker in the middle of work: afterwards nothing is half-written and the trail verifies."""

import contextlib
import io
import os
import random
import re
import signal
import threading
import time
from pathlib import Path

import psycopg
import pytest
import xlsxwriter

from tests import builders as make
from tests.browserless import Visitor, batch_id, signed_in
from tests.running import Running
from vetgrid.config import embedded

pytestmark = pytest.mark.faults
ROWS = 2500


def owner(county: Running) -> "psycopg.Connection[tuple[object, ...]]":
    url = county.environment.get("DATABASE_URL")
    if url:
        return psycopg.connect(url, dbname=county.environment["VETGRID_DATABASE_NAME"], autocommit=True)
    place = embedded.cluster(county.home / "postgres")
    return psycopg.connect(
        host=str(place.socket_dir), port=place.port, dbname="vetgrid", user="vetgrid_owner", autocommit=True
    )


def number(county: Running, question: str) -> int:
    for _ in range(100):
        try:
            with owner(county) as connection:
                return int(str(connection.execute(question).fetchone()[0]))
        except psycopg.OperationalError:
            time.sleep(0.2)
    raise AssertionError("the database did not come back")


def kill_children(county: Running, word: bytes) -> None:
    for pid in county.children():
        if word in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.killpg(pid, signal.SIGKILL)


def kill_database(county: Running) -> None:
    if county.environment.get("DATABASE_URL"):
        with owner(county) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    else:
        embedded.kill(embedded.cluster(county.home / "postgres"))


def sheet() -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet()
    page.write_row(0, 0, ["姓名", "身份证号", "联系电话", "入伍时间"])
    for at in range(ROWS):
        day, month = at % 28 + 1, at // 28 % 12 + 1
        page.write_row(
            at + 1,
            0,
            [
                "仇" + "一二三四五六七八九十"[at % 10] + "甲乙丙丁戊"[at % 5],
                make.id_number(f"350582{1950 + at // 336}{month:02d}{day:02d}{at % 997:03d}"),
                f"139{at:08d}",
                "1989-03",
            ],
        )
    book.close()
    return buffer.getvalue()


def state_of(visitor: Visitor, batch: str) -> str:
    return str(
        number(
            visitor.running,
            f"SELECT CASE state WHEN 'mapping' THEN 1 WHEN 'checked' THEN 2 WHEN 'done' THEN 3 WHEN 'failed' THEN 9 ELSE 0 END FROM registry_importbatch WHERE id = '{batch}'",
        )
    )


def wait_for(visitor: Visitor, batch: str, wanted: str, seconds: float = 150) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = state_of(visitor, batch)
        assert found != "9", number(visitor.running, "SELECT 1")
        if found == wanted:
            return
        time.sleep(0.5)
    raise AssertionError(f"the batch did not get to {wanted}")


def test_an_import_killed_at_random_points_is_whole_in_the_end(county):
    dice = random.Random(7)
    visitor = signed_in(county, "village_clerk")
    people = "SELECT count(*) FROM registry_person"
    before, facts_before = number(county, people), number(county, "SELECT count(*) FROM registry_identity")
    visitor.ask("/imports")
    batch = batch_id(visitor.upload("/imports", {"division": "350581100201"}, "a.xlsx", sheet()))
    wait_for(visitor, batch, "1")
    page = visitor.ask(f"/imports/{batch}").body
    chosen = dict(re.findall(r'name="column-(\d+)".*?<option value="([^"]*)" selected', page, re.S))
    visitor.post(f"/imports/{batch}/columns", {f"column-{at}": key for at, key in chosen.items()})
    wait_for(visitor, batch, "2")
    visitor.post(f"/imports/{batch}/load", {})
    for kill in (
        lambda: kill_children(county, b"worker"),
        lambda: kill_database(county),
        lambda: kill_children(county, b"granian"),
    ):
        time.sleep(dice.uniform(0.2, 1.2))
        kill()
        assert number(county, people) in (before, before + ROWS), "half an import is visible"
    county.wait()
    wait_for(visitor, batch, "3")
    assert number(county, people) == before + ROWS
    assert number(county, "SELECT count(*) FROM registry_identity") == facts_before + ROWS
    assert (
        number(
            county,
            "SELECT count(*) FROM registry_person p WHERE is_veteran AND died_on IS NULL AND left_on IS NULL AND merged_into_id IS NULL"
            " AND (SELECT count(*) FROM grid_membership m WHERE m.person_id = p.id AND m.to_on IS NULL) <> 1",
        )
        == 0
    )
    county.command("audit", "seal")
    county.command("audit", "verify")


# Everything that one staff member holds: duties in the grid, items as owner or deputy, reception days to come.
_HELD = (
    "SELECT (SELECT count(*) FROM grid_duty WHERE staff_id = '{staff}' AND to_on IS NULL)"
    " + (SELECT count(*) FROM work_workitem WHERE closed_on IS NULL AND (owner_id = '{staff}' OR deputy_id = '{staff}'))"
    " + (SELECT count(*) FROM orgs_receptionday d WHERE leader_id = '{staff}' AND cancelled_at IS NULL AND d.on >= '2023-12-28')"
)


def test_hand_overs_killed_at_random_points_never_leave_a_cell_without_contact_or_deputy(county):
    dice = random.Random(11)
    visitor = signed_in(county, "town_head")
    duties = number(county, "SELECT count(*) FROM grid_duty WHERE to_on IS NULL")
    done = 0
    for turn in range(6):
        page = visitor.ask("/hand-over").body
        staff = re.findall(r"hand-over\?staff=([0-9a-f-]{36})", page)[turn * 3]
        form = visitor.ask(f"/hand-over?staff={staff}").body
        fields = {}
        for name, inside in re.findall(r'<select id="(to-(?:[0-9a-f-]{36}|items|days))".*?>(.*?)</select>', form, re.S):
            fields[name] = dice.choice(re.findall(r'value="([0-9a-f-]{36})"', inside))
        held_before = number(county, _HELD.format(staff=staff))
        thread = threading.Thread(target=_quietly, args=(visitor, f"/hand-over?staff={staff}", fields))
        thread.start()
        time.sleep(dice.uniform(0.0, 0.06))
        dice.choice((lambda: kill_children(county, b"granian"), lambda: kill_database(county)))()
        thread.join()
        county.wait()
        wrong = number(
            county,
            "SELECT count(*) FROM grid_cell c WHERE closed_on IS NULL AND (SELECT count(*) FILTER (WHERE kind = 'contact') * 10 + count(*) FILTER (WHERE kind = 'deputy')"
            " FROM grid_duty d WHERE d.cell_id = c.id AND d.to_on IS NULL) <> 11",
        )
        assert wrong == 0
        assert number(county, "SELECT count(*) FROM grid_duty WHERE to_on IS NULL") == duties
        held = number(county, _HELD.format(staff=staff))
        records = number(
            county, f"SELECT count(*) FROM audit_entry WHERE verb = 'desk.hand_over' AND row_id = '{staff}'"
        )
        assert held in (0, held_before), "half a hand-over"
        assert (held == 0) == (records == 1), "the act and its record must stand or fall together"
        done += held == 0
    county.command("audit", "seal")
    county.command("audit", "verify")


def _quietly(visitor: Visitor, path: str, fields: dict[str, object]) -> None:
    with contextlib.suppress(OSError):
        visitor.post(path, fields)


def counted(connection) -> dict[str, int]:
    """Rows of every table of ours; a restore itself opens one new era in the trail."""
    tables = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename !~ 'procrastinate|registry_progress|core_rate|audit_era'"
    ).fetchall()
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in tables}


def test_backup_destroy_and_restore_bring_back_every_row_and_the_same_trail(county, tmp_path):
    keys = (county.home / "keys.json").read_bytes()
    county.stop()
    county.command("audit", "seal")
    county.command("backup", str(tmp_path / "backup"))
    digest = "SELECT digest FROM audit_seal ORDER BY number DESC LIMIT 1"
    with owner(county) as connection:
        before = counted(connection), connection.execute(digest).fetchone()
    if county.environment.get("DATABASE_URL"):
        with psycopg.connect(county.environment["DATABASE_URL"], dbname="postgres", autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{county.environment["VETGRID_DATABASE_NAME"]}" WITH (FORCE)')
    else:
        embedded.destroy(embedded.cluster(county.home / "postgres"))
    for path in ("keys.json", "instance.json"):
        (county.home / path).unlink()
    refused = county.command("restore", str(tmp_path / "backup"), check=False)
    assert refused.returncode == 1
    assert "密钥" in refused.stderr
    (county.home / "keys.json").write_bytes(keys)
    county.command("restore", str(tmp_path / "backup"))
    with owner(county) as connection:
        assert (counted(connection), connection.execute(digest).fetchone()) == before
    county.command("audit", "verify", "--against", str(before[1][0]))
    again = county.command("restore", str(tmp_path / "backup"), check=False)
    assert again.returncode == 1
    assert "已有数据" in again.stderr
    county.command("keys", "rotate")
    assert county.command("demo", "--check").returncode == 0
    county.start()
    assert "审计日志" in signed_in(county, "auditor").ask("/audit").body, (
        "what was sealed with the old keys opens with the new ones"
    )
