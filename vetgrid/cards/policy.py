"""What cards are counted and checked with, as data: identities, refusals, pipeline, photograph, formats of outside files."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings

from vetgrid.cards.rules import Ground, Identity


@cache
def _read(name: str) -> dict[str, Any]:
    with (settings.DATA / "cards" / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def identities() -> tuple[Identity, ...]:
    return tuple(
        Identity(key, entry["label"], frozenset(entry["classes"]), entry["counts_veterans"])
        for key, entry in _read("identities")["kind"].items()
    )


def kind_label(key: str) -> str:
    return next((entry.label for entry in identities() if entry.key == key), key)


@cache
def _grounds(part: str) -> tuple[Ground, ...]:
    return tuple(
        Ground(
            entry["key"],
            entry["label"],
            entry["from_on"],
            entry["article"],
            part,
            dict(entry.get("provinces", {})),
            entry.get("to_on"),
        )
        for entry in _read("refusals")[part]
    )


def grounds(*, on: date) -> tuple[Ground, ...]:
    """The national hard grounds and those of the province's discretion that are in force on the day."""
    return tuple(entry for part in ("hard", "discretion") for entry in _grounds(part) if entry.holds(on))


def exclusions(*, on: date) -> tuple[Ground, ...]:
    return tuple(entry for entry in _grounds("exclusion") if entry.holds(on))


def ground_label(key: str) -> str:
    return next((e.label for part in ("hard", "discretion", "exclusion") for e in _grounds(part) if e.key == key), key)


def pipeline() -> dict[str, Any]:
    return _read("pipeline")


def labels_of(part: str) -> dict[str, str]:
    """Key to label of a list in pipeline.toml: bank, home_visit, material, replacement."""
    return {entry["key"]: entry["label"] for entry in pipeline()[part]}


def materials_for(*, kind: str, speaker: str) -> dict[str, str]:
    """The papers that this kind of card and this speaker need."""
    return {
        entry["key"]: entry["label"]
        for entry in pipeline()["material"]
        if kind in entry.get("kinds", ()) or entry.get("speaker") == speaker
    }


def photo() -> dict[str, Any]:
    return _read("photo")


def clerk_list() -> dict[str, str]:
    return {entry["key"]: entry["label"] for entry in photo()["clerk"]}


def letter(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = _read("letters")[kind]
    return found


@dataclass(frozen=True)
class Format:
    """One kind of step file: which columns and words it may use, and which move each outcome makes."""

    key: str
    label: str
    source: str
    moves: dict[str, str]
    headers: dict[str, list[str]]
    words: dict[str, list[str]]


@cache
def formats() -> dict[str, Format]:
    return {
        key: Format(key, entry["label"], entry["source"], entry["moves"], entry["headers"], entry["words"])
        for key, entry in _read("intake").items()
    }
