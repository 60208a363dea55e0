"""Redemptions a second on this machine beside the same transaction in bare SQL, and the nearest offers while other counties are added."""

import multiprocessing
import statistics
import sys
import time
from datetime import date, timedelta

from benchmarks.measuring import interleaved, p95, start, superuser

TODAY = date(2023, 12, 28)
PROCESSES, SECONDS, ROUNDS, CODES = 4, 4.0, 5, 60_000
LAT, LNG = 24_732_000, 118_648_000
LOCAL = 2_000
"""So many offers lie in the viewer's county, at every size."""


# --- redemptions -----------------------------------------------------------------------------------------------------


def _prepare() -> dict[str, object]:
    """One listed merchant with an offer for all and a till, and enough codes that nobody uses twice."""
    with superuser() as connection:
        merchant = connection.execute(
            "SELECT o.merchant_id, o.id, m.division, m.name, o.title FROM offers_offer o JOIN offers_merchant m ON m.id = o.merchant_id"
            " WHERE o.is_shown AND o.uses_left IS NULL AND o.classes = '[]' ORDER BY o.id LIMIT 1"
        ).fetchone()
        till = connection.execute(
            "SELECT id FROM offers_shopaccount WHERE merchant_id = %s LIMIT 1", [merchant[0]]
        ).fetchone()
        connection.execute("TRUNCATE offers_offercode")
        connection.execute(
            "INSERT INTO offers_offercode (id, division, opaque, short, step, person_id, classes)"
            " SELECT gen_random_uuid(), p.division, n, lpad(n::text, 8, '0'), 1, p.id, '{70}'"
            " FROM (SELECT id, division, row_number() OVER () AS at FROM registry_person WHERE died_on IS NULL LIMIT 5000) p,"
            " generate_series(0, %s / 5000 - 1) block, LATERAL (SELECT p.at + block * 5000 AS n) x",
            [CODES],
        )
        connection.execute("DROP TABLE IF EXISTS bench_code, bench_redemption, bench_receipt")
        connection.execute("CREATE TABLE bench_code (LIKE offers_offercode INCLUDING ALL)")
        connection.execute("CREATE TABLE bench_redemption (LIKE offers_redemption INCLUDING ALL)")
        connection.execute("CREATE TABLE bench_receipt (LIKE offers_receipt INCLUDING ALL)")
        connection.execute("INSERT INTO bench_code SELECT * FROM offers_offercode")
        connection.execute("VACUUM ANALYZE")
    keys = ("merchant", "offer", "division", "name", "title")
    return dict(zip(keys, merchant, strict=True)) | {"till": till[0]}


def _ours(place: dict[str, object], first: int, seconds: float, found: "multiprocessing.Queue[int]") -> None:
    """The merchant's action as the page calls it: scope, signature, the database's function, commit."""
    start("app")
    from vetgrid.core.actor import Actor
    from vetgrid.core.scope import acting, knowing
    from vetgrid.offers import rules, signing
    from vetgrid.offers.actions import redeeming

    signing.is_current = lambda step, *, at, grace: True  # the codes were made before the clock of the run
    actor = Actor(id=place["till"], name="收银台")  # type: ignore[arg-type]
    county = signing.own_county()
    texts = [signing.signed(rules.CodeBody(county, 1, first + at)) for at in range(CODES // PROCESSES // ROUNDS)]
    done, end = 0, time.perf_counter() + seconds
    for text in texts:
        with acting(actor, savepoint=False), knowing("merchant", str(place["merchant"])):
            verdict = redeeming.redeem(
                offer_id=place["offer"], text=text, merchant_id=place["merchant"], till="收银台", by=actor, today=TODAY
            )
        assert verdict.is_good, verdict
        done += 1
        if time.perf_counter() > end:
            break
    found.put(int(done / (time.perf_counter() - end + seconds)))


def _bare(place: dict[str, object], first: int, seconds: float, found: "multiprocessing.Queue[int]") -> None:
    """The same rows written by hand: no policies, no trail, no signature, one transaction each."""
    connection = superuser()
    connection.autocommit = False
    done, end = 0, time.perf_counter() + seconds
    for at in range(CODES // PROCESSES // ROUNDS):
        with connection.transaction():
            row = connection.execute(
                "UPDATE bench_code SET used_at = now() WHERE opaque = %s AND used_at IS NULL RETURNING person_id, division",
                [first + at],
            ).fetchone()
            key = connection.execute(
                'INSERT INTO bench_redemption (id, division, number, merchant_id, offer_id, "on", at, class_code, outcome, reason, till)'
                " VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, now(), '', 'honoured', '', '收银台') RETURNING id",
                [place["division"], f"B{first + at}", place["merchant"], place["offer"], TODAY],
            ).fetchone()
            connection.execute(
                'INSERT INTO bench_receipt (id, division, redemption_id, number, person_id, "on", at, merchant_id, merchant_name, offer_id,'
                " offer_title) VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, now(), %s, %s, %s, %s)",
                [
                    row[1],
                    key[0],
                    f"B{first + at}",
                    row[0],
                    TODAY,
                    place["merchant"],
                    place["name"],
                    place["offer"],
                    place["title"],
                ],
            )
        done += 1
        if time.perf_counter() > end:
            break
    found.put(int(done / (time.perf_counter() - end + seconds)))


def _rate(task, place: dict[str, object], turn: int) -> int:
    """Redemptions a second of all processes together."""
    context = multiprocessing.get_context("spawn")
    found = context.Queue()
    share = CODES // PROCESSES // ROUNDS
    ranges = [1 + (turn * PROCESSES + at) * share for at in range(PROCESSES)]
    workers = [context.Process(target=task, args=(place, first, SECONDS, found)) for first in ranges]
    for worker in workers:
        worker.start()
    rates = [found.get(timeout=120) for _ in workers]
    for worker in workers:
        worker.join()
    return sum(rates)


def redemptions() -> None:
    place = _prepare()
    ours, bare = [], []
    for turn in range(ROUNDS):
        bare.append(_rate(_bare, place, turn))
        ours.append(_rate(_ours, place, turn))
    mine, other = statistics.median(ours), statistics.median(bare)
    print("## Redemptions a second against the same transaction in bare SQL (aim ≥ 0.33)\n")
    print("| connections | redemptions a second | bare SQL | ratio of medians |\n|---|---|---|---|")
    print(f"| {PROCESSES} | {mine:.0f} | {other:.0f} | {mine / other:.2f} |\n")


# --- the nearest offers -------------------------------------------------------------------------------------------------


def grow(to: int) -> int:
    """Offers of other counties, each with a point of its own, until there are `to`; the viewer's county keeps its own."""
    with superuser() as connection:
        connection.execute("SET session_replication_role = replica")
        columns = (
            "id, division, merchant_id, title, kind, percent, what, classes, from_on, state, trade, lat_e6, lng_e6, cell, is_shown,"
            " proposed_by_name, version"
        )
        there = connection.execute("SELECT count(*) FROM offers_offer").fetchone()[0]
        base = (
            f"INSERT INTO offers_offer ({columns}) SELECT gen_random_uuid(), %(division)s, m.id, '优惠' || n, 'percent', 90, '九折', '[]',"
            " '2022-01-01', 'listed', (ARRAY['food','shopping','fun','travel'])[n %% 4 + 1], lat, lng,"
            " (lat / 10000 + 9000)::bigint * 100000 + lng / 10000 + 18000, true, '', 1"
            " FROM generate_series(1, %(number)s) n, (SELECT id FROM offers_merchant WHERE state = 'listed' ORDER BY id LIMIT 1) m,"
            " LATERAL (SELECT %(lat)s + (n * 7919 %% %(spread)s) AS lat, %(lng)s + (n * 104729 %% %(spread)s) AS lng) x"
        )
        if there < LOCAL:
            connection.execute(
                base,
                {
                    "division": 350581100201,
                    "number": LOCAL - there,
                    "lat": LAT - 60_000,
                    "lng": LNG - 60_000,
                    "spread": 120_000,
                },
            )
            there = LOCAL
        if there < to:
            connection.execute(
                base,
                {
                    "division": 110101001001,
                    "number": to - there,
                    "lat": 26_500_000,
                    "lng": 100_000_000,
                    "spread": 14_000_000,
                },
            )
        connection.execute("VACUUM ANALYZE offers_offer")
        return int(connection.execute("SELECT count(*) FROM offers_offer").fetchone()[0])


def nearest(sizes: list[int]) -> None:
    start("app")
    from vetgrid.accounts.sessions import anonymous
    from vetgrid.core.actor import Origin
    from vetgrid.core.scope import acting
    from vetgrid.offers.queries import alliance

    anybody = anonymous(Origin())

    def near(trade: str, up: int, most: int = 20):
        def task():
            with acting(anybody):
                found = alliance.nearest(
                    lat_e6=LAT + up, lng_e6=LNG, on=TODAY + timedelta(0), trade=trade, seen_by=anybody, most=most
                )
                alliance.honours([one.offer for one in found], today=TODAY, seen_by=anybody)
                assert len(found) == most

        return task

    def yardstick():
        with acting(anybody):
            pass

    tasks = {
        "yardstick: an empty transaction in scope": yardstick,
        "nearest 20 with their honour": near("", 0),
        "nearest 20 of one trade": near("food", 0),
        "nearest 20 from the edge of the county": near("", 55_000),
    }
    table = []
    for size in sizes:
        there = grow(size)
        table.append((there, {name: p95(seconds) for name, seconds in interleaved(tasks, runs=60).items()}))
    first = table[0][1]
    print("## The nearest offers: p95 for a viewer whose county keeps its size, while other counties are added\n")
    print("| what | " + " | ".join(f"{there:,} offers" for there, _ in table) + " | growth (aim < 1.5) |")
    print("|---|" + "---|" * (len(table) + 1))
    for name in tasks:
        cells = " | ".join(f"{found[name] * 1000:.1f} ms" for _, found in table)
        print(f"| {name} | {cells} | {table[-1][1][name] / first[name]:.2f} |")
    print()


def main() -> None:
    start("app")
    redemptions()
    nearest([int(text) for text in sys.argv[1].split(",")])


if __name__ == "__main__":
    main()
