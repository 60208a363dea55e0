"""A million generated persons, every programme: in the database and in memory the same to the fen, and alone for a sample of them.

python -m benchmarks.benefits.agreement [persons]
"""

import io
import os
import sys
import time
from pathlib import Path

import polars as pl
import psycopg
from psycopg import sql

from benchmarks.benefits.exchange import PLACE
from vetgrid.benefits.commands import load
from vetgrid.benefits.generating import population
from vetgrid.core.ruling import columnar, in_sql
from vetgrid.core.ruling.months import iso, month_of
from vetgrid.core.ruling.scalar import decide

ROOT = Path(__file__).parents[2]
MONTHS = [
    month_of(2022, 8),
    month_of(2023, 1),
    month_of(2023, 5),
    month_of(2023, 7),
    month_of(2023, 8),
    month_of(2024, 10),
]
SAMPLE = 500
"""Every so manyth person is decided alone, too."""


def main() -> None:
    from benchmarks.benefits.run import HOME, make_database

    persons = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    HOME.mkdir(parents=True, exist_ok=True)
    os.environ["VETGRID_HOME"] = str(HOME / "home")
    book, parameters = load(ROOT / "data" / "benefits")
    facts = population(book.vocabulary, persons, seed=1954)
    path = HOME / "agreement.arrow"
    facts.write_ipc(path)
    sample = facts.with_row_index("person_id").gather_every(SAMPLE)
    with psycopg.connect(make_database(path), autocommit=True) as db:
        for month, amounts in columnar.determine(book, parameters, facts, months=MONTHS, places=[PLACE]):
            began = time.perf_counter()
            memory = amounts.select(*book.programmes).with_row_index("person_id").unpivot(index="person_id")
            memory = memory.filter(pl.col("value") > 0).select("person_id", "variable", "value")
            question = in_sql.determination(
                book, parameters, source=sql.Identifier("facts"), months=[month], places=[PLACE]
            )
            stored = io.BytesIO()
            with db.cursor().copy(
                sql.SQL("COPY (SELECT person_id, programme, amount_fen FROM ({}) d) TO STDOUT (FORMAT csv)").format(
                    question
                )
            ) as copy:
                for part in copy:
                    stored.write(part)
            database = pl.read_csv(stored.getvalue(), has_header=False, new_columns=memory.columns)
            ordered = [
                frame.cast({"value": pl.Int64, "person_id": pl.Int64}).sort("person_id", "variable")
                for frame in (memory, database)
            ]
            assert ordered[0].equals(ordered[1]), f"{iso(month)}: memory and database differ"
            for at, row in enumerate(sample.iter_rows(named=True)):
                one = decide(
                    book, parameters, {key: int(row[key]) for key in book.vocabulary}, month=month, place=PLACE
                )
                expected = amounts.row(at * SAMPLE, named=True)
                assert all(one[key].amount_fen == expected[key] for key in book.programmes), f"{iso(month)}: {row}"
            total = memory["value"].sum()
            took = time.perf_counter() - began
            print(f"{iso(month)}: {len(memory):,} amounts, {total:,} fen, the same in both ({took:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
