"""Charts drawn on the server: steps over time and bars before and after, as SVG that a screen reader can name.

No chart stands alone: the page shows the same numbers as a table beside it. Lines are told apart by their labels and
dashes, not by colour only; colours come from attributes, because pages carry no inline style.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

_COLOURS = ("#a61b1b", "#0b4f8a", "#14632f", "#7a4b00", "#5b2a86", "#006066", "#8a1c5a", "#3d4a5c")
_DASHES = ("", "7 4", "2 3", "10 3 2 3")
_INK, _GREY, _LINE = "#1f2328", "#57606a", "#d8dce1"
_WIDTH, _HEIGHT, _TOP, _BOTTOM, _LEFT, _LETTER = 760, 320, 18, 34, 86, 13
_LABEL_GAP = 15
_TICKS = 5
_ROW, _BAR = 44, 14


@dataclass(frozen=True)
class Series:
    """A value that holds from each point on until the next: (place on the time axis, value), in order."""

    label: str
    points: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Pair:
    """One row of a comparison."""

    label: str
    before: int
    after: int


def steps(
    series: Sequence[Series],
    *,
    title: str,
    summary: str,
    first: int,
    last: int,
    x_text: Callable[[int], str],
    y_text: Callable[[int], str],
) -> SafeString:
    """Step lines from `first` to `last`; each label stands at the end of its line, moved apart where lines end close together."""
    largest = max((value for one in series for _, value in one.points), default=0)
    ticks = _ticks(largest)
    top = ticks[-1] or 1
    room = max((_width(one.label) for one in series), default=0) + 24
    right, bottom = _WIDTH - room, _HEIGHT - _BOTTOM

    def x_of(at: int) -> int:
        return _LEFT + (min(max(at, first), last) - first) * (right - _LEFT) // max(1, last - first)

    def y_of(value: int) -> int:
        return bottom - value * (bottom - _TOP) // top

    parts = [_tick(y_of(tick), right, y_text(tick)) for tick in ticks]
    parts += [_date(x_of(at), bottom, x_text(at)) for at in _dates(first, last)]
    ends = _apart([(at, y_of(one.points[-1][1])) for at, one in enumerate(series) if one.points])
    for at, one in enumerate(series):
        if one.points:
            parts.append(_step_line(one, at, x_of, y_of, right))
            parts.append(_end_label(one.label, at, y_of(one.points[-1][1]), ends[at], right))
    return _svg(_WIDTH, max(_HEIGHT, max(ends.values(), default=0) + _BOTTOM), title, summary, parts)


def pairs(rows: Sequence[Pair], *, title: str, summary: str, y_text: Callable[[int], str]) -> SafeString:
    """Two bars for each row, before above after, with their values written at the ends."""
    largest = max((max(row.before, row.after) for row in rows), default=0) or 1
    left = max((_width(row.label) for row in rows), default=0) + 18
    value_room = max((_width(y_text(value)) for row in rows for value in (row.before, row.after)), default=0) + 14
    span = _WIDTH - left - value_room
    parts = [_key(left, 4, _COLOURS[1], "现在"), _key(left + 80, 4, _COLOURS[0], "假设")]
    for at, row in enumerate(rows):
        y = 30 + at * _ROW
        parts.append(
            f'<text x="{left - 10}" y="{y + _BAR + 5}" text-anchor="end" fill="{_INK}">{escape(row.label)}</text>'
        )
        for line, (value, colour) in enumerate(((row.before, _COLOURS[1]), (row.after, _COLOURS[0]))):
            width, top = max(1, value * span // largest), y + line * (_BAR + 2)
            parts.append(
                f'<rect x="{left}" y="{top}" width="{width}" height="{_BAR}" fill="{colour}"/>'
                f'<text x="{left + width + 6}" y="{top + _BAR - 2}" fill="{_GREY}" font-size="12">{escape(y_text(value))}</text>'
            )
    return _svg(_WIDTH, 30 + len(rows) * _ROW + 6, title, summary, parts)


def _svg(width: int, height: int, title: str, summary: str, parts: Sequence[str]) -> SafeString:
    return mark_safe(  # noqa: S308  # every text in it was escaped where it was made
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" aria-label="{escape(title)}" font-size="{_LETTER}"><title>{escape(title)}</title>'
        f"<desc>{escape(summary)}</desc>"
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>{"".join(parts)}</svg>'
    )


def _width(text: str) -> int:
    """About how wide a text is drawn: a Chinese character is twice a digit."""
    return sum(_LETTER if ord(letter) > 0x2000 else _LETTER * 3 // 5 for letter in text)


def _ticks(largest: int) -> list[int]:
    """Round values from 0 to just above the largest."""
    if largest <= 0:
        return [0]
    step = 1
    while largest > step * _TICKS:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return [step * at for at in range(-(-largest // step) + 1)]


def _tick(y: int, right: int, text: str) -> str:
    return (
        f'<path d="M{_LEFT} {y} H{right}" stroke="{_LINE}"/>'
        f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end" fill="{_GREY}" font-size="12">{escape(text)}</text>'
    )


def _dates(first: int, last: int) -> list[int]:
    """The Januaries within the months, thinned so that their texts do not touch."""
    years = [month for month in range(first, last + 1) if month % 12 == 0]
    return years[:: max(1, -(-len(years) // 9))]


def _date(x: int, bottom: int, text: str) -> str:
    return (
        f'<path d="M{x} {bottom} v5" stroke="{_GREY}"/>'
        f'<text x="{x}" y="{bottom + 20}" text-anchor="middle" fill="{_GREY}" font-size="12">{escape(text)}</text>'
    )


def _step_line(one: Series, at: int, x_of: Callable[[int], int], y_of: Callable[[int], int], right: int) -> str:
    (start, value), *rest = one.points
    path = f"M{x_of(start)} {y_of(value)}" + "".join(f" H{x_of(x)} V{y_of(y)}" for x, y in rest) + f" H{right}"
    dash = _DASHES[at // len(_COLOURS) % len(_DASHES)] or _DASHES[at % len(_DASHES)]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    colour = _COLOURS[at % len(_COLOURS)]
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>'


def _end_label(text: str, at: int, end: int, y: int, right: int) -> str:
    colour = _COLOURS[at % len(_COLOURS)]
    return (
        f'<path d="M{right} {end} L{right + 12} {y}" stroke="{colour}" fill="none"/>'
        f'<text x="{right + 16}" y="{y + 4}" fill="{colour}">{escape(text)}</text>'
    )


def _apart(ends: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Heights for the labels: as near to their lines as the gap between them allows, none below the axis unless there are too many."""
    found: dict[int, int] = {}
    floor = _HEIGHT - _BOTTOM
    above = floor + _LABEL_GAP
    for at, y in sorted(ends, key=lambda end: -end[1]):
        above = min(y, above - _LABEL_GAP)
        found[at] = above
    lift = min(found.values(), default=_TOP) - _TOP
    return {at: y - lift for at, y in found.items()} if lift < 0 else found


def _key(x: int, y: int, colour: str, text: str) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="14" height="14" fill="{colour}"/>'
        f'<text x="{x + 20}" y="{y + 12}" fill="{_INK}">{escape(text)}</text>'
    )
