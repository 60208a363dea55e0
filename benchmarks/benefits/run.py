"""Benefits, side by side in one run: in memory, in the database, and while the number of person-months grows.

python -m benchmarks.benefits.run [persons]     a million persons by default; writes benchmarks/benefits/results.md from a hundred thousand on
"""

import json
import os
import statistics
import subprocess
import sys
import time
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.benefits.by_hand import AMOUNTS
from benchmarks.benefits.exchange import MONTHS, PLACE, TABLES

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".vetgrid" / "bench-benefits"
LOCK = Path(__file__).parent / "requirements.lock"
OTHERS = ROOT / ".vetgrid" / "openfisca"
RULES = ROOT / "data" / "benefits"
ROUNDS = 3
SHARES = (1, 2)
"""So many connections work side by side in the database."""


def main() -> None:
    persons = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    HOME.mkdir(parents=True, exist_ok=True)
    os.environ["VETGRID_HOME"] = str(HOME / "home")
    python = other_python()
    facts, parameters = prepare(persons)
    lines = [
        f"# Results of the benefit rules\n\n{persons:,} persons by 12 months, {len(AMOUNTS)} monthly programmes.\n"
    ]
    lines += in_memory(python, facts, parameters)
    lines += in_database(python, facts, parameters)
    lines += growth(facts, persons)
    text = "\n".join(lines) + "\n"
    print(text)
    if persons >= 100_000:
        (Path(__file__).parent / "results.md").write_text(text, encoding="utf-8")


def other_python() -> Path:
    """An environment of its own for OpenFisca-core: it is measured beside us and is no part of us."""
    python = OTHERS / "bin" / "python"
    if not python.exists():
        venv.create(OTHERS, with_pip=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(LOCK)]
    subprocess.run(install, check=True)
    return python


def prepare(persons: int) -> tuple[Path, Path]:
    """The facts of seeded, invented persons, and the parameters of the twelve months."""
    from vetgrid.benefits.generating import population
    from vetgrid.core.ruling.rulebook import Rulebook, read_parameters

    book = Rulebook.read(RULES)
    values = read_parameters(RULES / "parameters", book.tables)
    facts, parameters = HOME / "facts.arrow", HOME / "parameters.json"
    population(book.vocabulary, persons, seed=20231228).write_ipc(facts)
    found = [
        {
            table: list(values.lookup(table, place=PLACE, month=month - 12 * (table == "average_wage")).amounts)
            for table in TABLES
        }
        for month in MONTHS
    ]
    parameters.write_text(json.dumps(found), encoding="utf-8")
    return facts, parameters


def child(*command: object) -> list[dict[str, Any]]:
    """Runs one contestant; returns what it said. The first run of each warms up and is not counted."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def in_memory(python: Path, facts: Path, parameters: Path) -> list[str]:
    commands = {
        "rulebook": (
            sys.executable,
            "-m",
            "benchmarks.benefits.with_rulebook",
            "memory",
            facts,
            HOME / "rulebook.arrow",
            3,
        ),
        "by_hand": (sys.executable, "-m", "benchmarks.benefits.by_hand", facts, parameters, HOME / "by_hand.arrow", 3),
        "openfisca": (
            python,
            "-m",
            "benchmarks.benefits.with_openfisca",
            facts,
            parameters,
            HOME / "openfisca.arrow",
            3,
        ),
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    totals: set[int] = set()
    for _ in range(ROUNDS):
        for name, command in commands.items():
            said = child(*command)
            totals |= {line["total"] for line in said}
            seconds[name] += [line["seconds"] for line in said[1:]]
    assert len(totals) == 1, f"the contestants disagree: {totals}"
    assert_same(*(HOME / f"{name}.arrow" for name in commands))
    median = {name: statistics.median(found) for name, found in seconds.items()}
    return [
        "## In memory\n",
        "| program | median s | speed against OpenFisca-core (aim ≥ 1.5) | against the hand-written program (aim ≥ 0.6) |",
        "|---|---|---|---|",
        *(
            f"| {name} | {took:.2f} | {median['openfisca'] / took:.2f} | {median['by_hand'] / took:.2f} |"
            for name, took in median.items()
        ),
        f"\nEvery amount of the last month and the total of all, {totals.pop():,} fen, are equal in all three.\n",
    ]


def assert_same(first: Path, *others: Path) -> None:
    """Equal to the fen, person by person and programme by programme."""
    import polars as pl

    expected = pl.read_ipc(first)
    for other in others:
        found = pl.read_ipc(other)
        for name in AMOUNTS:
            assert (expected[name] == found[name]).all(), f"{other.stem}: {name} differs"


def in_database(python: Path, facts: Path, parameters: Path) -> list[str]:
    connection = make_database(facts)
    taken: dict[int, list[float]] = {shares: [] for shares in SHARES}
    theirs: list[float] = []
    with psycopg.connect(connection, autocommit=True) as db:
        for _ in range(ROUNDS):
            for shares in SHARES:
                taken[shares].append(determined_in_place(connection, shares))
            said = child(python, "-m", "benchmarks.benefits.openfisca_in_database", connection, parameters, 1)
            theirs.append(said[0]["seconds"])
        question = "SELECT count(*), sum(amount_fen) FROM {}"
        mine = db.execute(sql.SQL(question).format(sql.Identifier("result"))).fetchone()
        other = db.execute(sql.SQL(question).format(sql.Identifier("openfisca_result"))).fetchone()
        apart = db.execute("SELECT count(*) FROM (TABLE result EXCEPT TABLE openfisca_result) d").fetchone()
        assert mine == other and apart == (0,), f"{mine} and {other}, {apart} rows apart"
    median = {shares: statistics.median(found) for shares, found in taken.items()}
    base = statistics.median(theirs)
    names = {1: "one statement, in place", 2: "two statements side by side, half of the persons each"}
    return [
        "## From facts in PostgreSQL to result rows in PostgreSQL\n",
        "| way | median s | speed against OpenFisca-core's way (aim ≥ 2) |",
        "|---|---|---|",
        *(f"| {names[shares]} | {took:.1f} | {base / took:.2f} |" for shares, took in median.items()),
        f"| read, compute with OpenFisca-core, write back | {base:.1f} | 1.00 |",
        f"\n{mine[0]:,} result rows in a new table, the same in all, row by row. Rules and parameters are read before the clock starts. The other"
        " way works in one process with one connection; it too could be shared out, at the price of reading and writing in shares.\n",
    ]


def make_database(facts: Path) -> str:
    """A scratch database on the embedded server with the facts as a table; returns how to reach it."""
    import polars as pl

    from vetgrid.config import database, embedded

    own = database.cluster()
    assert own is not None, "the benchmark wants the embedded server"
    embedded.start(own)
    at = {"host": str(own.socket_dir), "port": str(own.port), "user": "postgres"}
    with psycopg.connect(**at, dbname="postgres", autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS bench_benefits WITH (FORCE)")
        admin.execute("CREATE DATABASE bench_benefits")
    connection = " ".join(f"{key}={value}" for key, value in {**at, "dbname": "bench_benefits"}.items())
    frame = pl.read_ipc(facts).with_row_index("person_id").with_columns(pl.col(pl.Boolean).cast(pl.Int8))
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL("bigint" if kind == pl.Int64 else "integer"))
        for name, kind in frame.schema.items()
    )
    with psycopg.connect(connection, autocommit=True) as db:
        db.execute(sql.SQL("CREATE TABLE facts ({})").format(columns))
        names = sql.SQL(", ").join(map(sql.Identifier, frame.columns))
        with (
            db.cursor() as cursor,
            cursor.copy(sql.SQL("COPY facts ({}) FROM STDIN (FORMAT csv)").format(names)) as copy,
        ):
            for part in frame.iter_slices(100_000):
                copy.write(part.write_csv(include_header=False).encode())
        db.execute("VACUUM ANALYZE facts")
    return connection


def determined_in_place(connection: str, shares: int) -> float:
    """Seconds from facts to a new table `result`, by as many connections as there are shares of the persons."""
    from vetgrid.core.ruling import in_sql
    from vetgrid.core.ruling.rulebook import Rulebook, read_parameters

    book = Rulebook.read(RULES)
    parameters = read_parameters(RULES / "parameters", book.tables)
    columns = "person_id int, programme text, month int, amount_fen bigint"
    with psycopg.connect(connection, autocommit=True) as db:
        db.execute("DROP TABLE IF EXISTS result CASCADE")
        db.execute(f"CREATE UNLOGGED TABLE result ({columns})")
        db.execute("CHECKPOINT")

    def determine(share: int) -> None:
        mine = sql.SQL("(SELECT * FROM facts WHERE person_id % {} = {})").format(shares, share)
        question = in_sql.determination(
            book,
            parameters,
            source=mine if shares > 1 else sql.Identifier("facts"),
            months=MONTHS,
            places=[PLACE],
            programmes=AMOUNTS,
        )
        text = "CREATE UNLOGGED TABLE {} AS SELECT person_id, programme, month, amount_fen FROM ({}) d"
        name = sql.Identifier(f"result_{share}")
        with psycopg.connect(connection) as db:
            db.execute("SET LOCAL work_mem = '256MB'")
            db.execute(sql.SQL(text).format(name, question))
            db.execute(sql.SQL("ALTER TABLE {} INHERIT result").format(name))

    began = time.perf_counter()
    with ThreadPoolExecutor(shares) as pool:
        list(pool.map(determine, range(shares)))
    return time.perf_counter() - began


def growth(facts: Path, persons: int) -> list[str]:
    """Ten thousand to ten million person-months, in slices."""
    lines = [
        "## Growth\n",
        "| person-months | s | million a second | largest memory, MB |",
        "|---|---|---|---|",
    ]
    for count in (834, 8_334, 83_334, 833_334):
        if count <= persons:
            (said,) = child(sys.executable, "-m", "benchmarks.benefits.with_rulebook", "growth", facts, count)
            rate = count * 12 / said["seconds"] / 1e6
            lines.append(f"| {count * 12:,} | {said['seconds']:.2f} | {rate:.1f} | {said['megabytes']} |")
    return lines


if __name__ == "__main__":
    main()
