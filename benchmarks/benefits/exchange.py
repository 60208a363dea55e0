"""What passes between the contestants: the facts as an Arrow file, the parameters of each month as JSON, the amounts as Arrow files.

Nothing of OpenFisca is imported by the product: its contestant runs in an environment of its own, on the same files.
"""

import json
from pathlib import Path
from typing import Any

import polars as pl

PLACE = 350581000000
YEAR = 2023
MONTHS = [YEAR * 12 + at for at in range(12)]
TABLES = (
    "disability_pension",
    "survivors_pension",
    "red_army_allowance",
    "demobilised",
    "ill_returned",
    "combat_test",
    "rural_over60",
    "service_rounding",
    "martyr_child",
    "veteran_party_member",
    "nursing_share",
    "average_wage",
    "waiting_allowance",
    "tax_months",
    "tax_limit",
)


def read_facts(path: Path) -> pl.DataFrame:
    return pl.read_ipc(path)


def read_parameters(path: Path) -> list[dict[str, list[int]]]:
    """For each month: table to its cells, flat; `average_wage` is that of a year before, as the nursing fee asks for it."""
    found: list[dict[str, list[int]]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def say(**figures: Any) -> None:
    """One line of JSON for the caller."""
    print(json.dumps(figures), flush=True)
