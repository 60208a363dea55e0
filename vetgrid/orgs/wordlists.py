"""Invented names for the demo county: surnames of southern Fujian, given names by generation, from `data/demo/`."""

import csv
import random
from functools import cache

from django.conf import settings


@cache
def _surnames() -> tuple[list[str], list[int]]:
    with (settings.DATA / "demo" / "surnames.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["surname"] for row in rows], [int(row["weight"]) for row in rows]


@cache
def _given(sex: str, decade: int) -> list[str]:
    with (settings.DATA / "demo" / "given_names.csv").open(encoding="utf-8", newline="") as file:
        return [row["name"] for row in csv.DictReader(file) if row["sex"] == sex and int(row["decade"]) == decade]


@cache
def streets() -> list[str]:
    with (settings.DATA / "demo" / "streets.csv").open(encoding="utf-8", newline="") as file:
        return [row["part"] for row in csv.DictReader(file)]


def name(dice: random.Random, *, sex: str, born: int) -> str:
    """A name as people born in that year have."""
    surnames, weights = _surnames()
    decade = min(2000, max(1930, born // 10 * 10))
    return dice.choices(surnames, weights)[0] + dice.choice(_given(sex, decade))


def phone(dice: random.Random) -> str:
    """A mobile number that looks right and belongs to nobody we know: the middle is always 0000."""
    return f"1{dice.choice('35789')}{dice.randrange(10)}0000{dice.randrange(10_000):04d}"
