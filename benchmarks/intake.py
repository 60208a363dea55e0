"""A hundred thousand checked rows through the import, against a bare COPY of the same rows into tables with the same indexes."""

import io
import statistics
import sys
import time
from datetime import date

import xlsxwriter

from benchmarks.measuring import start, superuser

TODAY = date(2023, 12, 28)
TABLES = (
    "registry_person",
    "registry_identity",
    "registry_phone",
    "registry_service",
    "grid_membership",
    "registry_namegram",
)


def sheet(rows: int) -> bytes:
    from tests.builders import id_number

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, ["姓名", "身份证号", "联系电话", "入伍时间", "退伍时间"])
    for at in range(rows):
        day, month, year = at % 28 + 1, at // 28 % 12 + 1, 1940 + at // 336 % 60
        first = f"{350600 + at // 20160 % 90}{year}{month:02d}{day:02d}{at % 999:03d}"
        page.write_row(
            at + 1,
            0,
            [
                "蔡林陈黄王"[at % 5] + "建国强明辉"[at // 5 % 5] + "平安和顺昌"[at // 25 % 5],
                id_number(first),
                f"13{at % 10**9:09d}",
                "1989-03",
                "1992-12",
            ],
        )
    book.close()
    return buffer.getvalue()


def main() -> None:
    start("job")
    rows = int(sys.argv[1])
    from tests.builders import COUNTY, VILLAGE_A1, actor
    from vetgrid.core.scope import acting
    from vetgrid.registry.intake import actions
    from vetgrid.registry.models import ImportBatch

    body = sheet(rows)
    by = actor("city_clerk", COUNTY)
    steps: dict[str, float] = {}
    with acting(by):
        batch = actions.upload(body=body, name="a.xlsx", division=VILLAGE_A1, corrects=None, by=by, today=TODAY)
    for name, step in (
        ("read", lambda: actions.read_sheet(batch_id=batch.id, by=by)),
        (
            "columns",
            lambda: actions.choose_columns(
                batch_id=batch.id, chosen=ImportBatch.objects.get(pk=batch.id).mapping, by=by, today=TODAY
            ),
        ),
        ("check", lambda: actions.check(batch_id=batch.id, by=by, today=TODAY)),
        ("start", lambda: actions.start_loading(batch_id=batch.id, by=by, today=TODAY)),
        ("load", lambda: actions.load(batch_id=batch.id, by=by, today=TODAY)),
    ):
        began = time.perf_counter()
        with acting(by):
            result = step()
        steps[name] = time.perf_counter() - began
    bare = statistics.median(copy_bare(batch.id) for _ in range(3))
    print(f"\n## Import of {result.created_count:,} rows against a bare COPY of the same rows\n")
    print("| step | seconds | speed against COPY |\n|---|---|---|")
    print(f"| bare COPY into the same six tables with the same indexes | {bare:.1f} | 1.00 |")
    print(f"| load, rows checked again (aim ≥ 0.40) | {steps['load']:.1f} | {bare / steps['load']:.2f} |")
    print(f"| read and stage | {steps['read']:.1f} | |\n| check (dry run) | {steps['check']:.1f} | |")


def copy_bare(batch) -> float:
    """COPY of what the import wrote, table by table, into empty copies with the same indexes and checks."""
    person = "SELECT person_id FROM registry_identity WHERE batch = %s"
    wheres = {
        "registry_person": f"id IN ({person})",
        "grid_membership": f"person_id IN ({person})",
        "registry_namegram": f"person_id IN ({person})",
    }
    with superuser() as connection:
        packed = {}
        for table in TABLES:
            with connection.cursor().copy(
                f"COPY (SELECT * FROM {table} WHERE {wheres.get(table, 'batch = %s')}) TO STDOUT", [batch]
            ) as copy:
                packed[table] = b"".join(bytes(block) for block in copy)
        connection.execute("DROP SCHEMA IF EXISTS bare CASCADE; CREATE SCHEMA bare")
        for table in TABLES:
            connection.execute(f"CREATE TABLE bare.{table} (LIKE public.{table} INCLUDING ALL)")
        began = time.perf_counter()
        with connection.transaction():
            for table in TABLES:
                with connection.cursor().copy(f"COPY bare.{table} FROM STDIN") as copy:
                    copy.write(packed[table])
        seconds = time.perf_counter() - began
        connection.execute("DROP SCHEMA bare CASCADE")
    return seconds


if __name__ == "__main__":
    main()
