"""Our rules as they ship, in memory: the rulebook is read, its expressions become Polars expressions, a month at a time."""

import resource
import sys
import time
from pathlib import Path

import polars as pl

from benchmarks.benefits.by_hand import AMOUNTS
from benchmarks.benefits.exchange import MONTHS, PLACE, read_facts, say
from vetgrid.core.ruling import columnar
from vetgrid.core.ruling.rulebook import Rulebook, read_parameters

ROOT = Path(__file__).parents[2] / "data" / "benefits"
SLICE = 100_000


def main(facts_path: str, out: str, runs: str) -> None:
    facts = read_facts(Path(facts_path))
    book = Rulebook.read(ROOT)
    parameters = read_parameters(ROOT / "parameters", book.tables)
    for run in range(int(runs)):
        began = time.perf_counter()
        total = 0
        for month, found in columnar.determine(
            book, parameters, facts, months=MONTHS, places=[PLACE], programmes=AMOUNTS
        ):
            total += sum(found.sum().row(0))
            if out and run == 0 and month == MONTHS[-1]:
                found.write_ipc(Path(out))
        say(name="rulebook", seconds=time.perf_counter() - began, total=total)


def grow(facts_path: str, persons: str) -> None:
    """The same in slices of a file, as a province would be done: time, and the largest memory of the process."""
    book = Rulebook.read(ROOT)
    parameters = read_parameters(ROOT / "parameters", book.tables)
    lazy = pl.scan_ipc(Path(facts_path))
    began, total = time.perf_counter(), 0
    for first in range(0, int(persons), SLICE):
        facts = lazy.slice(first, min(SLICE, int(persons) - first)).collect()
        for _, found in columnar.determine(book, parameters, facts, months=MONTHS, places=[PLACE], programmes=AMOUNTS):
            total += sum(found.sum().row(0))
    seconds = time.perf_counter() - began
    say(
        name="growth",
        persons=int(persons),
        seconds=seconds,
        total=total,
        megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )


if __name__ == "__main__":
    {"memory": main, "growth": grow}[sys.argv[1]](*sys.argv[2:])
