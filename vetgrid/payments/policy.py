"""Dated data of payments, read once: accounts, thresholds, forbidden pairs, cost splits, explanations (data/payments)."""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings

from vetgrid.payments import rules


@dataclass(frozen=True)
class Account:
    """One account of the chart; `side` is where a balance is normal."""

    key: str
    code: str
    label: str
    side: str


@dataclass(frozen=True)
class Split:
    """Who bears a purpose on a day."""

    funding: str
    label: str
    shares: tuple[tuple[str, int], ...]


@cache
def accounts() -> dict[str, Account]:
    """The chart in the order of the file."""
    found = (Account(row["key"], row["code"], row["label"], row["side"]) for row in _read("accounts.toml")["account"])
    return {account.key: account for account in found}


def threshold(key: str, *, on: date) -> Mapping[str, Any]:
    """The entry of `thresholds.toml` in force on the day."""
    return rules.in_force(_read("thresholds.toml")[key], on)


@cache
def forbidden_pairs() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(entry["acts"]) for entry in _read("duties.toml")["forbidden"])


def split_for(purpose: str, *, on: date) -> Split:
    """The cost split of a purpose; every purpose has one, because the last funding fits all."""
    entries = {entry["key"]: entry for entry in _read("splits.toml")["funding"]}
    key = rules.funding_of(purpose, ((entry["key"], entry["purposes"]) for entry in entries.values()))
    shares = rules.in_force(entries[key]["split"], on)["shares"]
    assert isinstance(shares, list)
    return Split(key, entries[key]["label"], tuple((account, share) for account, share in shares))


@cache
def explanations() -> dict[str, str]:
    """Codes that explain why an amount differs from last month."""
    with (settings.DATA / "payments" / "explanations.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["label"] for row in csv.DictReader(file)}


@cache
def _read(name: str) -> dict[str, Any]:
    with (settings.DATA / "payments" / name).open("rb") as file:
        return tomllib.load(file)
