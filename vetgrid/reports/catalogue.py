"""The report's lines: which figures the five-year report holds, in order, from `data/report-figures.csv`.

Values in that file are what the bureau reported; the platform never shows them as its own. They are compared with the
computed ones by `vetgrid demo --check` alone.
"""

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from django.conf import settings

MODULES = {
    "stations": "服务体系",
    "grid": "网格化",
    "people": "信息平台",
    "honour": "思想政治与荣誉",
    "volunteers": "志愿服务",
    "placement": "阳光安置",
    "employment": "就业创业",
    "benefits": "优抚待遇",
    "cards": "优待证",
    "offers": "优待目录与崇军联盟",
    "aid": "帮扶援助",
    "martyrs": "烈士褒扬",
    "appeals": "信访与权益维护",
    "civmil": "双拥",
    "inspections": "检查调研",
}


@dataclass(frozen=True)
class Line:
    """One line: `reported` is the bureau's value and `bound` how exact it is (eq, ge, about)."""

    key: str
    module: str
    label: str
    unit: str
    reported: Decimal
    bound: str
    from_on: date | None
    to_on: date

    def agrees(self, value: Decimal | int | None) -> bool:
        """Whether a computed value fits the reported one; 'about' allows one in twenty."""
        if value is None:
            return False
        if self.bound == "ge":
            return value >= self.reported
        if self.bound == "about":
            return abs(value - self.reported) * 20 <= self.reported
        return value == self.reported


@cache
def lines() -> tuple[Line, ...]:
    with (settings.DATA / "report-figures.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Line(
                key=row["key"],
                module=row["module"],
                label=row["label"],
                unit=row["unit"],
                reported=Decimal(row["value"]),
                bound=row["bound"],
                from_on=date.fromisoformat(row["as_of_from"]) if row["as_of_from"] else None,
                to_on=date.fromisoformat(row["as_of_to"]),
            )
            for row in csv.DictReader(file)
        )
