"""What a clerk waits for while other stations take in matters: the inbox, registration with similar matters, and the sweep.

The viewer's own village keeps its size; the other 127 villages of the county grow to ten thousand, a hundred thousand and a
million matters, one in ten of them due for a reminder, a quarter of those overdue, so that every rung of the ladder is told.
"""

import random
import statistics
import sys
import time
from contextlib import suppress
from datetime import date

from benchmarks.measuring import interleaved, p95, start, superuser

TODAY = date(2023, 12, 28)
HOME = 350581100201
YARDSTICK = "yardstick: a page that reads no matters"
"""The sizes follow each other in one run; this page, asked in turn with the others, shows how much the machine itself drifted."""
_TABLES = ("work_workitem", "appeals_appeal")
_GROW = """
INSERT INTO {table} ({columns})
SELECT {values} FROM generate_series(%(first)s::int, %(last)s::int) AS n,
       LATERAL (SELECT * FROM bench_station ORDER BY position OFFSET n %% 127 LIMIT 1) s, bench_model m
"""


def grow(to: int) -> int:
    """Adds matters at the other villages until there are `to`; returns how many there are."""
    with superuser() as connection:
        connection.execute("SET session_replication_role = replica")
        _templates(connection)
        there = connection.execute("SELECT count(*) FROM work_workitem").fetchone()[0]
        span = {"first": there + 1, "last": to}
        for table, changed in (("work_workitem", _ITEM), ("appeals_appeal", _APPEAL)):
            columns = _columns(connection, table)
            values = ", ".join(changed.get(name, f"(m.{table}).{name}") for name in columns)
            listed = ", ".join(f'"{name}"' for name in columns)
            connection.execute(_GROW.format(table=table, columns=listed, values=values), span)
        connection.execute(_BANDS, span)
        connection.execute("VACUUM ANALYZE work_workitem, appeals_appeal, appeals_band, work_escalation")
        return int(connection.execute("SELECT count(*) FROM work_workitem").fetchone()[0])


_ITEM = {
    "id": "md5('item' || n)::uuid",
    "division": "s.division",
    "station_id": "s.station",
    "owner_id": "s.owner",
    "deputy_id": "s.deputy",
    "subject_id": "md5('appeal' || n)::uuid",
    "title": "'退诉〔2023〕' || n || '号 事项'",
    "opened_on": "date '2023-12-01'",
    "next_on": "date '2023-12-29' + (n %% 60)::int",
    "due_on": "CASE WHEN n %% 40 = 0 THEN date '2023-12-20' WHEN n %% 10 = 0 THEN date '2023-12-30' ELSE date '2024-01-05' + (n %% 50)::int END",
    "clock_state": "'running'",
    "closed_on": "NULL",
    "is_confidential": "false",
}
_APPEAL = {
    "id": "md5('appeal' || n)::uuid",
    "division": "s.division",
    "origin": "s.division",
    "station_id": "s.station",
    "origin_station_id": "s.station",
    "number": "'基准' || n",
    "person_id": "NULL",
    "received_on": "date '2019-01-01' + (n %% 1800)::int",
}
# Each new matter shares half of its fingerprints with one of the county's real ones: many are alike, as in life.
_BANDS = """
INSERT INTO appeals_band (band, received_on, division, appeal_id)
SELECT CASE WHEN hashint8(n * 12 + b.position) %% 2 = 0 THEN b.band ELSE hashint8(n * 31 + b.position) END,
       date '2019-01-01' + (n %% 1800)::int, 350581001001, md5('appeal' || n)::uuid
  FROM generate_series(%(first)s::int, %(last)s::int) AS n
  JOIN bench_band b ON b.model = n %% (SELECT max(model) + 1 FROM bench_band)
ON CONFLICT DO NOTHING
"""


def _templates(connection) -> None:
    """Small tables to draw from: the other villages with their officers, one row of each table, real fingerprints."""
    if connection.execute("SELECT to_regclass('bench_band')").fetchone()[0]:
        return
    connection.execute(
        """
        CREATE TABLE IF NOT EXISTS bench_station AS
        SELECT row_number() OVER (ORDER BY t.division) AS position, t.division, t.id AS station,
               (SELECT p.staff_id FROM orgs_post p WHERE p.division = t.division AND p.to_on IS NULL AND p.kind = 'affairs_officer' LIMIT 1) AS owner,
               (SELECT p.staff_id FROM orgs_post p WHERE p.division = t.division AND p.to_on IS NULL AND p.kind = 'village_head' LIMIT 1) AS deputy
          FROM orgs_station t WHERE t.kind = 'village' AND t.division <> %s;
        """,
        [HOME],
    )
    connection.execute(
        "CREATE TABLE bench_model AS SELECT w AS work_workitem, a AS appeals_appeal FROM work_workitem w, appeals_appeal a"
        " WHERE w.kind = 'appeal' AND w.closed_on IS NULL AND a.closed_on IS NULL LIMIT 1"
    )
    connection.execute(
        "CREATE TABLE bench_band AS SELECT dense_rank() OVER (ORDER BY appeal_id) - 1 AS model,"
        " row_number() OVER (PARTITION BY appeal_id ORDER BY band) AS position, band FROM appeals_band"
        " WHERE appeal_id IN (SELECT appeal_id FROM appeals_band GROUP BY appeal_id ORDER BY appeal_id LIMIT 200)"
    )


def _columns(connection, table: str) -> list[str]:
    found = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position", [table]
    )
    return [row[0] for row in found.fetchall()]


class _Undo(Exception):
    """Ends a measured transaction without keeping it."""


def main() -> None:
    start("job")  # the sweep runs as the worker's role; the same policies bind it
    from django.db import transaction
    from django.test import Client

    from tests import builders as make
    from vetgrid.accounts.models import User
    from vetgrid.appeals.actions import registering
    from vetgrid.appeals.queries.appeals import similar
    from vetgrid.appeals.rules import Registration
    from vetgrid.core.scope import acting, system_actor
    from vetgrid.orgs.models import Station
    from vetgrid.work.sweeping import sweep

    with acting(make.system()):
        user = User.objects.select_related("staff").get(username="village_clerk")
        station = Station.objects.get(division=HOME)
    who = make.actor("village_clerk", HOME, staff=user.staff)
    client = Client(SERVER_NAME="localhost")
    make.sign_in(client, user)
    dice = random.Random(7)

    def page(address: str):
        def task() -> None:
            assert client.get(address).status_code == 200

        return task

    def registered() -> None:
        text = f"老房子漏雨,去年申请危房改造到现在没有回音,第{dice.randrange(10**6)}次询问。"
        asked = Registration("claim", "counter", "housing", "危房改造申请没有回音", text, TODAY, applicant="王建国")
        with suppress(_Undo), acting(who), transaction.atomic():
            assert similar(asked.title + asked.text)
            registering.register(asked, station_id=station.id, by=who, today=TODAY)
            raise _Undo

    tasks = {
        YARDSTICK: page("/help"),
        "inbox, mine": page("/inbox"),
        "inbox, my place": page("/inbox?whose=place"),
        "registration with similar matters": registered,
    }
    sizes = [int(text) for text in sys.argv[1].split(",")]
    table, sweeps = [], []
    for size in sizes:
        there = grow(size)
        table.append((there, {name: p95(seconds) for name, seconds in interleaved(tasks, runs=40).items()}))
        sweeps.append((there, *_sweeps(lambda: sweep(today=TODAY), system_actor("到期提醒"), acting, _Undo)))
    first = table[0][1]
    print("## Matters: p95 for a clerk whose village keeps its size, while the other villages grow\n")
    print("| what | " + " | ".join(f"{there:,} matters" for there, _ in table) + " | growth (aim < 1.5) |")
    print("|---|" + "---|" * (len(table) + 1))
    for name in tasks:
        cells = " | ".join(f"{found[name] * 1000:.1f} ms" for _, found in table)
        print(f"| {name} | {cells} | {table[-1][1][name] / first[name]:.2f} |")
    print("\n## The sweep against a bare statement that inserts the same rows (aim ≥ 0.33)\n")
    print("| matters | steps told | sweep | bare statement | speed against it |\n|---|---|---|---|---|")
    for there, steps, ours, bare in sweeps:
        print(f"| {there:,} | {steps:,} | {ours:.2f} s | {bare:.2f} s | {bare / ours:.2f} |")


def _sweeps(sweep, by, acting, undo) -> tuple[int, float, float]:
    """Steps told, median seconds of ours and of the bare statement, taking turns, each undone."""
    steps, ours, bare = 0, [], []
    with superuser() as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS bench_told (id uuid PRIMARY KEY, division bigint, item_id uuid, step text, base_on date,"
            " audience text, told_at timestamptz, is_undeliverable boolean, UNIQUE (item_id, step, base_on))"
        )
        for _ in range(7):
            connection.execute("TRUNCATE bench_told")
            began = time.perf_counter()
            connection.execute(_BARE, {"today": TODAY})
            bare.append(time.perf_counter() - began)
            began = time.perf_counter()
            with suppress(undo), acting(by):
                steps = sweep().steps
                ours.append(time.perf_counter() - began)
                raise undo
    return steps, statistics.median(ours), statistics.median(bare)


# The same steps as data/policy/escalation.toml has for these rows, written by hand, free to use every index.
_BARE = """
INSERT INTO bench_told
SELECT gen_random_uuid(), i.division, i.id, s.key, i.due_on, s.audience, now(), false
  FROM (VALUES ('due-3', %(today)s::date + 3, 'owner'), ('due+1', %(today)s::date - 1, 'owner'), ('due+1-head', %(today)s::date - 1, 'station_head'),
       ('due+5-city', %(today)s::date - 5, 'city_section'), ('due+10-leader', %(today)s::date - 10, 'bureau_leader')) AS s(key, bound, audience)
  JOIN work_workitem i ON i.due_on <= s.bound WHERE i.clock_state = 'running' AND i.closed_on IS NULL
UNION ALL
SELECT gen_random_uuid(), i.division, i.id, 'next+1', i.next_on, 'owner', now(), false
  FROM work_workitem i WHERE i.closed_on IS NULL AND i.next_on <= %(today)s::date - 1
"""


if __name__ == "__main__":
    main()
