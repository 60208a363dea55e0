"""OpenFisca-core's way from facts in PostgreSQL to result rows in PostgreSQL: read by COPY, compute, write back by COPY."""

import io
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import psycopg

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.benefits.by_hand import AMOUNTS
from benchmarks.benefits.exchange import read_parameters, say
from benchmarks.benefits.with_openfisca import FLAGS, NUMBERS, arrays, columns, compute, system

RESULT = "openfisca_result"


def read(db: "psycopg.Connection[Any]") -> pl.DataFrame:
    """All facts, in the order of persons."""
    names = ", ".join(["person_id", *NUMBERS, *FLAGS])
    buffer = io.BytesIO()
    with db.cursor() as cursor, cursor.copy(f"COPY (SELECT {names} FROM facts) TO STDOUT (FORMAT csv, HEADER)") as copy:
        for block in copy:
            buffer.write(block)
    buffer.seek(0)
    return pl.read_csv(buffer)


def write(db: "psycopg.Connection[Any]", persons: Any, month: int, amounts: list[Any]) -> None:
    """The amounts above zero as rows (person, programme, month, fen)."""
    with db.cursor() as cursor, cursor.copy(f"COPY {RESULT} FROM STDIN (FORMAT csv)") as copy:
        for name, found in zip(AMOUNTS, amounts, strict=True):
            at = np.flatnonzero(found)
            rows = pl.DataFrame({"person": persons[at], "amount": found[at]}).select(
                "person", pl.lit(name).alias("programme"), pl.lit(month).alias("month"), "amount"
            )
            copy.write(rows.write_csv(include_header=False).encode())


def main(connection: str, parameters_path: str, runs: str) -> None:
    arrays(read_parameters(Path(parameters_path)))
    made = system()
    with psycopg.connect(connection, autocommit=True) as db:
        for _ in range(int(runs)):
            db.execute(f"DROP TABLE IF EXISTS {RESULT}")
            db.execute("CHECKPOINT")
            began = time.perf_counter()
            with db.transaction():
                db.execute(
                    f"CREATE UNLOGGED TABLE {RESULT} (person_id int, programme text, month int, amount_fen bigint)"
                )
                facts = read(db)
                persons = facts["person_id"].to_numpy()
                for month, amounts in compute(made, columns(facts), len(facts)):
                    write(db, persons, month, amounts)
            say(name="openfisca_in_database", seconds=time.perf_counter() - began)


if __name__ == "__main__":
    main(*sys.argv[1:])
