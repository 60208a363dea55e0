"""Partial dates: paper files often know only the year, or the year and month, and that is legal here.

Kept as ISO text ('1979', '1979-02', '1979-02-17'), which sorts by its start and compares in the database as it is.
"""

import re
from calendar import monthrange
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

_SHAPE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")
_LOOSE = re.compile(r"^(\d{4})(?:\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})\s*日?|\s*月)?|年)?$")


class PartialDate(str):
    """'1979', '1979-02' or '1979-02-17'; raises ValueError for anything else, impossible days included."""

    __slots__ = ()

    def __new__(cls, text: str) -> "PartialDate":
        match = _SHAPE.match(text)
        if not match:
            raise ValueError(f"not a partial date: {text!r}")
        year, month, day = (int(part) if part else None for part in match.groups())
        date(year or 0, month or 1, day or 1)
        return super().__new__(cls, text)

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Reads what people write: 1979年2月17日, 1979.2, 1979/02/17, 19790217; raises ValueError."""
        text = text.strip()
        if re.fullmatch(r"\d{8}|\d{6}", text):
            text = "-".join(part for part in (text[:4], text[4:6], text[6:]) if part)
        match = _LOOSE.match(text)
        if not match:
            raise ValueError(f"not a partial date: {text!r}")
        return cls("-".join([match[1], *(part.zfill(2) for part in match.groups()[1:] if part)]))

    @property
    def earliest(self) -> date:
        year, month, day = self._parts()
        return date(year, month or 1, day or 1)

    @property
    def latest(self) -> date:
        year, month, day = self._parts()
        month = month or 12
        return date(year, month, day or monthrange(year, month)[1])

    @property
    def label(self) -> str:
        """1979年2月17日, as far as known."""
        year, month, day = self._parts()
        return f"{year}年" + (f"{month}月" if month else "") + (f"{day}日" if day else "")

    def _parts(self) -> tuple[int, int | None, int | None]:
        parts = [int(part) for part in self.split("-")]
        return parts[0], parts[1] if len(parts) > 1 else None, parts[2] if len(parts) > 2 else None


class PartialDateField(models.CharField):  # type: ignore[type-arg]  # the stubs' get/set types cannot be narrowed here
    """A column holding a PartialDate or NULL."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 10
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, *_: object) -> PartialDate | None:
        return None if value is None else str.__new__(PartialDate, value)

    def to_python(self, value: object) -> PartialDate | None:
        if value is None or value == "":
            return None
        try:
            return PartialDate(value.isoformat() if isinstance(value, date) else str(value))
        except ValueError as error:
            raise ValidationError("日期请写成 1979、1979-02 或 1979-02-17。") from error

    def get_prep_value(self, value: object) -> str | None:
        found = self.to_python(value)
        return None if found is None else str(found)
