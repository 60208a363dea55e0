"""A page of a list: the rows, the total, and the numbers to show below the table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)

PAGE_SIZES = (20, 50, 100)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page: `number` counts from 1, `total` counts all rows."""

    rows: Sequence[Row]
    number: int
    size: int
    total: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.last

    @property
    def previous(self) -> int:
        return self.number - 1

    @property
    def next(self) -> int:
        return self.number + 1

    @property
    def numbers(self) -> list[int]:
        """The numbers around the current page."""
        return list(range(max(1, self.number - 2), min(self.last, self.number + 2) + 1))


def page_of(rows: QuerySet[Row], *, number: str | int | None, size: str | int | None = None) -> Page[Row]:
    """The asked-for page; a number or size that makes no sense falls back to the nearest one that does."""
    length = _whole(size, PAGE_SIZES[0])
    length = length if length in PAGE_SIZES else PAGE_SIZES[0]
    total = rows.count()
    last = max(1, -(-total // length))
    at = min(max(1, _whole(number, 1)), last)
    return Page(list(rows[(at - 1) * length : at * length]), at, length, total)


def _whole(value: str | int | None, default: int) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def cursor_page(rows: QuerySet[Row], after: str, *, size: int = PAGE_SIZES[0]) -> tuple[list[Row], str | None]:
    """The rows behind a cursor of the API, and the next cursor. The cursor is how many rows were seen: lists of one person are short."""
    at = _whole(after, 0)
    found = list(rows[at : at + size + 1])
    return found[:size], str(at + size) if len(found) > size else None
