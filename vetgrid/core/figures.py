"""Figures: each domain declares its own, with the rows behind it; the report only asks for them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from vetgrid.core.actor import Actor
from vetgrid.core.permission import Permission

Value = Decimal | int | None


@dataclass(frozen=True)
class Period:
    """First and last day, both included; `from_on` None asks for the stock on the last day."""

    from_on: date | None
    to_on: date


@dataclass(frozen=True)
class Column:
    """How one row behind a figure is shown: a label and the text of a row."""

    label: str
    text: Callable[[Any], str]


@dataclass(frozen=True)
class Figure:
    """One figure: `rows` are exactly the rows that `value` aggregates, within the viewer's reach."""

    key: str
    label: str
    unit: str
    permission: Permission
    rows: Callable[[Period, Actor], QuerySet[Any]]
    value: Callable[[QuerySet[Any]], Value]
    columns: tuple[Column, ...]


_declared: dict[str, Figure] = {}


def declare(*figures: Figure) -> None:
    for figure in figures:
        _declared[figure.key] = figure


def declared() -> dict[str, Figure]:
    return dict(_declared)


def count(rows: QuerySet[Any]) -> int:
    """The number of rows: the usual aggregate."""
    return rows.count()


def percent(part: int, whole: int) -> Decimal | None:
    """A share in percent with one decimal, half up; None where there is nothing to take a share of."""
    if whole == 0:
        return None
    tenths = (part * 2000 + whole) // (2 * whole)
    return Decimal(tenths) / 10
