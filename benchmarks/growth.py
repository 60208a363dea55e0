"""What a viewer of one county waits for while other counties are added: the county keeps its size, the tables grow."""

import statistics
import sys
from datetime import date

from benchmarks.measuring import interleaved, p95, start, superuser

TODAY = date(2023, 12, 28)
_COPIES = (
    "INSERT INTO registry_person SELECT md5(id::text || %(c)s)::uuid, {person} FROM registry_person WHERE division BETWEEN 350581000000 AND 350581999999",
    "INSERT INTO registry_namegram SELECT gram, division + %(d)s, md5(person_id::text || %(c)s)::uuid FROM registry_namegram WHERE division BETWEEN 350581000000 AND 350581999999",
    "INSERT INTO registry_identity SELECT md5(id::text || %(c)s)::uuid, {identity} FROM registry_identity WHERE division BETWEEN 350581000000 AND 350581999999",
    "INSERT INTO grid_membership SELECT md5(id::text || %(c)s)::uuid, {membership} FROM grid_membership WHERE division BETWEEN 350581000000 AND 350581999999",
)


def grow(to: int) -> int:
    """Copies the county's people under other county codes until there are `to` persons; returns how many there are."""
    with superuser() as connection:
        connection.execute("SET session_replication_role = replica")
        there = connection.execute("SELECT count(*) FROM registry_person").fetchone()[0]
        county = connection.execute("SELECT count(*) / 7636 FROM registry_person").fetchone()[0]
        while there < to:
            values = {"c": f"-{county}", "d": int(county) * 1_000_000}
            for copy in _COPIES:
                connection.execute(copy.format(**_columns(connection)), values)
            county += 1
            there = connection.execute("SELECT count(*) FROM registry_person").fetchone()[0]
        connection.execute("VACUUM ANALYZE")
    return int(there)


def _columns(connection) -> dict[str, str]:
    """The other columns of each table, the division moved to the new county and links to copies renamed."""
    found = {}
    for key, table in (
        ("person", "registry_person"),
        ("identity", "registry_identity"),
        ("membership", "grid_membership"),
    ):
        names = [
            row[0]
            for row in connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
                [table],
            ).fetchall()
            if row[0] != "id"
        ]
        changed = {
            "division": "division + %(d)s",
            "person_id": "md5(person_id::text || %(c)s)::uuid",
            "merged_into_id": "NULL",
            "household_id": "NULL",
            "id_index": "decode(md5(encode(id_index, 'hex') || %(c)s), 'hex')",
            "cell_id": "md5(cell_id::text || %(c)s)::uuid",
        }
        found[key] = ", ".join(changed.get(name, f'"{name}"') for name in names)
    return found


def main() -> None:
    start("app")
    from tests.builders import COUNTY, actor
    from vetgrid.core.paging import page_of
    from vetgrid.core.scope import acting
    from vetgrid.grid import queries as grid
    from vetgrid.registry import queries

    who = actor("city_clerk", COUNTY)
    with acting(who):
        one = queries.people(queries.PeopleFilter(text="cai"), seen_by=who, today=TODAY)[50]
        number = one.id_number.reveal() if one.id_number else "350581199001010000"

    def listed(**asked):
        def task():
            with acting(who):
                page_of(queries.people(queries.PeopleFilter(**asked), seen_by=who, today=TODAY), number=1)

        return task

    def opened():
        with acting(who):
            queries.file_of(queries.person(one.id, seen_by=who), seen_by=who)

    def board():
        with acting(who):
            grid.coverage(division=COUNTY, seen_by=who, today=TODAY)

    tasks = {
        "person list": listed(),
        "name fragment": listed(text="建国"),
        "pinyin": listed(text="caij"),
        "initials": listed(text="cjg"),
        "ID number": listed(text=number),
        "person page": opened,
        "coverage board": board,
    }
    sizes = [int(text) for text in sys.argv[1].split(",")]
    table = []
    for size in sizes:
        there = grow(size)
        table.append((there, {name: p95(seconds) for name, seconds in interleaved(tasks, runs=40).items()}))
    first = table[0][1]
    print("## Growth: p95 for a viewer of one county of 7,636, while the tables grow\n")
    print("| what | " + " | ".join(f"{there:,} persons" for there, _ in table) + " | growth (aim < 1.3) |")
    print("|---|" + "---|" * (len(table) + 1))
    for name in tasks:
        cells = " | ".join(f"{found[name] * 1000:.1f} ms" for _, found in table)
        print(f"| {name} | {cells} | {table[-1][1][name] / first[name]:.2f} |")
    _against_no_policy(who, queries)


def _against_no_policy(who, queries) -> None:
    """The same statements, once as the application's role in scope, once as a role that no policy binds."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from vetgrid.core.scope import acting

    print(
        "\n## The same query with and without row-level security (aim < 1.3)\n\n| what | ratio of medians |\n|---|---|"
    )
    bare = superuser()
    for name, asked in (("person list", {}), ("name fragment", {"text": "建国"}), ("pinyin", {"text": "caij"})):
        rows = queries.people(queries.PeopleFilter(**asked), seen_by=who, today=TODAY)[:20]
        with acting(who), CaptureQueriesContext(connection) as captured:
            list(rows)
        statement = captured.captured_queries[-1]["sql"]
        with acting(who):
            found = interleaved(
                {
                    "with": lambda s=statement: connection.connection.execute(s).fetchall(),
                    "without": lambda s=statement: bare.execute(s).fetchall(),
                },
                runs=60,
            )
        print(f"| {name} | {statistics.median(found['with']) / statistics.median(found['without']):.2f} |")


if __name__ == "__main__":
    main()
