"""What a clerk waits for on the card board while the other villages take in applications: stages, list of cards, counting a batch.

The viewer's own village keeps its size; the other 127 villages grow to ten thousand, a hundred thousand and a million applications, one in
ten of them open, each with its card.
"""

import sys

from benchmarks.measuring import interleaved, p95, start, superuser

HOME = 350581100201
_COPIED = ("cards_application", "cards_card")
_APPLICATION = {
    "id": "md5('app' || n)::uuid",
    "division": "s.division",
    "person_id": "s.person",
    "station_id": "s.station",
    "number": "'基准' || n",
    "id_index": "decode(md5('id' || n), 'hex')",
    "state": "CASE WHEN n %% 10 = 0 THEN (ARRAY['submitted','accepted','verified','reviewed','made'])[1 + n / 10 %% 5] ELSE 'done' END",
    "closed_on": "CASE WHEN n %% 10 = 0 THEN NULL ELSE date '2022-01-01' + (n %% 700)::int END",
    "stage_on": "date '2023-12-28' - (n %% 60)::int",
    "submitted_on": "date '2022-01-01' + (n %% 700)::int",
    "accepted_on": "date '2022-01-05' + (n %% 700)::int",
    "old_card_id": "NULL",
}
_CARD = {
    "id": "md5('card' || n)::uuid",
    "division": "s.division",
    "person_id": "s.person",
    "application_id": "md5('app' || n)::uuid",
    "code": "'B' || n",
    "number_index": "decode(md5('number' || n), 'hex')",
    "state": "CASE WHEN n %% 50 = 0 THEN 'held' WHEN n %% 9 = 0 THEN 'cancelled' ELSE 'replaced' END",
    "station_id": "CASE WHEN n %% 50 = 0 THEN s.station END",
    "stage_on": "date '2023-12-28' - (n %% 60)::int",
    "made_on": "date '2022-02-01' + (n %% 600)::int",
    "signed_on": "date '2022-02-03' + (n %% 600)::int",
    "received_on": "date '2022-02-05' + (n %% 600)::int",
    "issued_on": "CASE WHEN n %% 50 = 0 THEN NULL ELSE date '2022-02-09' + (n %% 600)::int END",
    "replaces_id": "NULL",
}
_GROW = """
INSERT INTO {table} ({columns})
SELECT {values} FROM generate_series(%(first)s::int, %(last)s::int) AS n
  JOIN bench_card_place s ON s.position = n %% 127 + 1 CROSS JOIN bench_card_model m
"""


def grow(to: int) -> int:
    """Adds applications and cards in the other villages until there are `to`; returns how many there are."""
    with superuser() as connection:
        connection.execute("SET session_replication_role = replica")
        _templates(connection)
        there = connection.execute("SELECT count(*) FROM cards_application").fetchone()[0]
        span = {"first": there + 1, "last": to}
        connection.execute("DROP INDEX IF EXISTS card_one_a_person")  # the grown cards share a few hundred persons
        for table, changed in zip(_COPIED, (_APPLICATION, _CARD), strict=True):
            found = connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
                [table],
            )
            columns = [row[0] for row in found.fetchall()]
            values = ", ".join(changed.get(name, f"(m.{table}).{name}") for name in columns)
            listed = ", ".join(f'"{name}"' for name in columns)
            if to > there:
                connection.execute(_GROW.format(table=table, columns=listed, values=values), span)
        connection.execute("VACUUM ANALYZE cards_application, cards_card, cards_batch, cards_batchline")
        return int(connection.execute("SELECT count(*) FROM cards_application").fetchone()[0])


def _templates(connection) -> None:
    """The other villages with a person and a town station each, and one row of each table to copy from."""
    if connection.execute("SELECT to_regclass('bench_card_model')").fetchone()[0]:
        return
    connection.execute(
        """
        CREATE TABLE bench_card_place AS
        SELECT row_number() OVER (ORDER BY t.division) AS position, t.division,
               (SELECT s.id FROM orgs_station s WHERE s.division = t.division / 1000 * 1000 AND s.kind = 'town') AS station,
               (SELECT p.id FROM registry_person p WHERE p.division = t.division LIMIT 1) AS person
          FROM orgs_station t WHERE t.kind = 'village' AND t.division <> %s
        """,
        [HOME],
    )
    connection.execute(
        "CREATE TABLE bench_card_model AS SELECT a AS cards_application, c AS cards_card FROM cards_application a"
        " JOIN cards_card c ON c.application_id = a.id WHERE a.state = 'done' AND c.state = 'issued' LIMIT 1"
    )


def main() -> None:
    start("app")
    from django.test import Client

    from tests import builders as make
    from vetgrid.accounts.models import User
    from vetgrid.core.scope import acting

    with acting(make.system()):
        user = User.objects.get(username="village_clerk")
    client = Client(SERVER_NAME="localhost")
    make.sign_in(client, user)

    def page(address: str):
        def task() -> None:
            assert client.get(address).status_code == 200

        return task

    tasks = {
        "card board": page("/cards"),
        "open applications": page("/cards/applications?open=1"),
        "cards in the drawer": page("/cards/list?state=held"),
        "cards by name": page("/cards/list?text=王建国"),
    }
    table = []
    for size in [int(text) for text in sys.argv[1].split(",")]:
        there = grow(size)
        table.append((there, {name: p95(seconds) for name, seconds in interleaved(tasks, runs=40).items()}))
    first = table[0][1]
    print("## Cards: p95 for a clerk whose village keeps its size, while the other villages grow\n")
    print("| what | " + " | ".join(f"{there:,} applications" for there, _ in table) + " | growth (aim < 1.5) |")
    print("|---|" + "---|" * (len(table) + 1))
    for name in tasks:
        cells = " | ".join(f"{found[name] * 1000:.1f} ms" for _, found in table)
        print(f"| {name} | {cells} | {table[-1][1][name] / first[name]:.2f} |")


if __name__ == "__main__":
    main()
