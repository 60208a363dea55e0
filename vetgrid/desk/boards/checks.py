"""What a check and a board are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from vetgrid.core.actor import Actor
from vetgrid.core.permission import Permission

Find = Callable[[Actor, date], QuerySet[Any]]


@dataclass(frozen=True)
class Check:
    """One way in which a sentence can be broken. `url` leads to the place of repair; `mends` says the platform can do it itself."""

    key: str
    label: str
    permission: Permission
    find: Find
    text: Callable[[Any], str]
    url: Callable[[Any], str]
    mends: str = ""


@dataclass(frozen=True)
class Board:
    """A standing sentence with its checks."""

    key: str
    sentence: str
    checks: tuple[Check, ...]
