"""Runs all scenarios and writes benchmarks/results.md: ratios measured in this one run, on this one machine.

vetgrid bench            ten thousand, a hundred thousand, a million persons
vetgrid bench --quick    ten and fifty thousand: to see that it works
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOME = ROOT / ".vetgrid" / "bench"


def main() -> int:
    os.environ["VETGRID_HOME"] = str(HOME)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vetgrid.config.settings")
    sizes = "10000,50000" if "--quick" in sys.argv else "10000,100000,1000000"
    rows = "20000" if "--quick" in sys.argv else "100000"
    subprocess.run([sys.executable, "-m", "benchmarks.prepare"], cwd=ROOT, check=True)
    results = []
    for command in (
        ["growth", sizes],
        ["matters", sizes],
        ["cards", sizes],
        ["intake", rows],
        ["offers", sizes],
        ["requests"],
        ["citizens"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{command[0]}", *command[1:]],
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        print(done.stdout, flush=True)
        results.append(done.stdout)
    if "--quick" not in sys.argv:
        (ROOT / "benchmarks" / "results.md").write_text("# Results\n\n" + "\n".join(results), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
