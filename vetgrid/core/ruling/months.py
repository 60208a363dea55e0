"""Months as numbers: year * 12 + month - 1, so that spans are differences; 0 stands for none."""

import re
from datetime import date

_SHAPE = re.compile(r"^(\d{4})-(\d{2})$")


def month_of(year: int, month: int) -> int:
    """The number of a month; raises ValueError for a month that does not exist."""
    if not 1 <= month <= 12:
        raise ValueError(f"not a month: {year}-{month}")
    return year * 12 + month - 1


def month_on(day: date) -> int:
    """The month that a day lies in."""
    return day.year * 12 + day.month - 1


def read_month(text: str) -> int:
    """'2023-08' to its number; raises ValueError for anything else."""
    match = _SHAPE.match(text)
    if not match:
        raise ValueError(f"not a month: {text!r}")
    return month_of(int(match[1]), int(match[2]))


def first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def iso(month: int) -> str:
    """'2023-08'."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def label(month: int) -> str:
    """'2023年8月', or '无' for none."""
    return f"{month // 12}年{month % 12 + 1}月" if month else "无"
