"""Charts drawn on the server as SVG: columns by month, bars by trade, dots on a map. Each stands beside a table of the same numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

_RED, _BLUE, _INK, _GREY, _LINE = "#a61b1b", "#0b4f8a", "#1f2328", "#57606a", "#d8dce1"
_WIDTH = 640


@dataclass(frozen=True)
class Dot:
    """One point of the map, a link with a name."""

    lat_e6: int
    lng_e6: int
    label: str
    url: str


def columns(rows: Sequence[tuple[str, int, int]], *, title: str) -> SafeString:
    """One column a month: honoured below, refused on top in another colour; the sum above it."""
    height, bottom, top = 220, 190, 26
    largest = max((good + bad for _, good, bad in rows), default=0) or 1
    step = (_WIDTH - 20) // max(1, len(rows))
    parts = [f'<path d="M10 {bottom} H{_WIDTH - 10}" stroke="{_LINE}"/>']
    for at, (label, good, bad) in enumerate(rows):
        x, wide = 10 + at * step + step // 6, step * 2 // 3
        low = good * (bottom - top) // largest
        high = -(-bad * (bottom - top) // largest)
        parts.append(_box(x, bottom - low, wide, low, _BLUE) + _box(x, bottom - low - high, wide, high, _RED))
        parts.append(_text(x + wide // 2, bottom + 18, label, _GREY))
        parts.append(_text(x + wide // 2, bottom - low - high - 5, str(good + bad), _INK))
    return _svg(height, title, parts)


def bars(rows: Sequence[tuple[str, int]], *, title: str) -> SafeString:
    """One bar a line, with its number at the end."""
    largest = max((number for _, number in rows), default=0) or 1
    parts = []
    for at, (label, number) in enumerate(rows):
        y, wide = 8 + at * 30, number * (_WIDTH - 170) // largest
        parts.append(_text(64, y + 15, label, _INK, "end") + _box(74, y, wide, 20, _BLUE))
        parts.append(_text(82 + wide, y + 15, f"{number:,}", _GREY, "start"))
    return _svg(16 + len(rows) * 30, title, parts)


def points(rows: Sequence[Dot], *, title: str) -> SafeString:
    """Dots where the merchants are, north above; each dot is a link. No map of anybody else is needed for it."""
    if not rows:
        return SafeString("")
    south, north = min(row.lat_e6 for row in rows), max(row.lat_e6 for row in rows)
    west, east = min(row.lng_e6 for row in rows), max(row.lng_e6 for row in rows)
    height = 420
    parts = [_box(1, 1, _WIDTH - 2, height - 2, "#f7f8fa")]
    for row in rows:
        x = 20 + (row.lng_e6 - west) * (_WIDTH - 40) // max(1, east - west)
        y = height - 20 - (row.lat_e6 - south) * (height - 40) // max(1, north - south)
        label = escape(row.label)
        parts.append(
            f'<a href="{escape(row.url)}" aria-label="{label}"><circle cx="{x}" cy="{y}" r="6" fill="{_RED}" fill-opacity="0.75"'
            f' stroke="#ffffff"/><title>{label}</title></a>'
        )
    parts.append(_text(_WIDTH - 24, 24, "北", _GREY))
    return _svg(height, title, parts)


def _box(x: int, y: int, wide: int, high: int, colour: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" fill="{colour}"/>' if high > 0 and wide > 0 else ""


def _text(x: int, y: int, text: str, colour: str, anchor: str = "middle") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'


def _svg(height: int, title: str, parts: Sequence[str]) -> SafeString:
    return mark_safe(  # noqa: S308  # every text in it was escaped here
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
        f' role="group" aria-label="{escape(title)}" font-size="12"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )
