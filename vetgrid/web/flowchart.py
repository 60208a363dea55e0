"""The flow chart of a life, drawn from its table of states and moves: what the code does and what the chart shows cannot differ.

The states stand in a column in the table's order. Moves to the next state go straight down, moves further down leave on the
right, moves back on the left; each has a line of its own beside its state, so that no label covers another.
"""

from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from vetgrid.core.flow import Flow

_BOX, _LINE, _GAP, _LANE, _MARGIN, _CHARACTER = 150, 20, 38, 15, 20, 13


@dataclass(frozen=True)
class Arrow:
    """All moves from one state to another, with their labels."""

    source: str
    target: str
    label: str


@dataclass(frozen=True)
class Row:
    """One state with the arrows that leave it: straight down, on the right, on the left; and the moves that stay inside."""

    state: str
    label: str
    down: Arrow | None
    right: tuple[Arrow, ...]
    left: tuple[Arrow, ...]
    inside: tuple[str, ...]
    y: int

    @property
    def height(self) -> int:
        lines = max(len(self.right), len(self.left), 1 + len(_folded(self.inside)))
        return lines * _LINE + 26


def arrows_of(flow: Flow) -> list[Arrow]:
    """One arrow for each pair of different states that a move connects."""
    found: dict[tuple[str, str], list[str]] = {}
    for state, _ in flow.states:
        for move in flow.possible(state):
            if move.target and move.target != state:
                found.setdefault((state, move.target), []).append(move.label)
    return [Arrow(source, target, "、".join(labels)) for (source, target), labels in found.items()]


def _folded(labels: tuple[str, ...]) -> list[str]:
    """The labels of moves that stay, two on a line."""
    return ["、".join(labels[at : at + 2]) for at in range(0, len(labels), 2)]


def _rows(flow: Flow) -> list[Row]:
    order = {state: at for at, (state, _) in enumerate(flow.states)}
    arrows = arrows_of(flow)
    rows: list[Row] = []
    y = _MARGIN
    for state, label in flow.states:
        own = [arrow for arrow in arrows if arrow.source == state]
        down = next((arrow for arrow in own if order[arrow.target] == order[state] + 1), None)
        right = tuple(arrow for arrow in own if order[arrow.target] > order[state] + 1)
        left = tuple(arrow for arrow in own if order[arrow.target] < order[state])
        inside = tuple(move.label for move in flow.possible(state) if move.target in ("", state))
        rows.append(Row(state, label, down, right, left, inside, y))
        y += rows[-1].height + _GAP
    return rows


def svg(flow: Flow) -> SafeString:
    """The chart as an <svg> element without inline style; colours come from attributes."""
    rows = _rows(flow)
    place = {row.state: row for row in rows}
    lefts = [arrow for row in rows for arrow in row.left]
    rights = [arrow for row in rows for arrow in row.right]
    room_left, room_right = _room(lefts), _room(rights)
    x = _MARGIN + room_left + len(lefts) * _LANE
    width = x + _BOX + room_right + len(rights) * _LANE + _MARGIN * 2
    height = rows[-1].y + rows[-1].height + _MARGIN
    parts: list[str] = []
    for side, arrows, room in (("left", lefts, room_left), ("right", rights, room_right)):
        lanes = _lanes(arrows, place)
        for arrow in arrows:
            parts.append(_sideways(arrow, place, side, x, room, lanes[arrow]))
    for row in rows:
        if row.down is not None:
            parts.append(_down(row, place[row.down.target], x))
        parts.append(_box(row, flow, x))
    title = escape(f"{flow.title}流程图")
    return mark_safe(  # noqa: S308  # every text in it was escaped here
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" aria-label="{title}" font-size="{_CHARACTER}"><title>{title}</title><defs>'
        '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#57606a"/></marker></defs>'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>{"".join(parts)}</svg>'
    )


def _room(arrows: list[Arrow]) -> int:
    """The width that the longest label needs beside its box."""
    return max((len(arrow.label) * _CHARACTER + 22 for arrow in arrows), default=0)


def _lanes(arrows: list[Arrow], place: dict[str, Row]) -> dict[Arrow, int]:
    """The lane of each arrow: short ways inside, long ones outside."""
    far = sorted(arrows, key=lambda arrow: (abs(place[arrow.target].y - place[arrow.source].y), place[arrow.source].y))
    return {arrow: at for at, arrow in enumerate(far)}


def _sideways(arrow: Arrow, place: dict[str, Row], side: str, x: int, room: int, lane: int) -> str:
    source, target = place[arrow.source], place[arrow.target]
    own = source.right if side == "right" else source.left
    start = source.y + 30 + own.index(arrow) * _LINE
    end = target.y + 8
    if side == "right":
        out, far, back = x + _BOX, x + _BOX + room + lane * _LANE, x + _BOX + 3
        text = f'<text x="{out + 8}" y="{start - 4}" fill="#0b4f8a">{escape(arrow.label)}</text>'
    else:
        out, far, back = x, x - room - lane * _LANE, x - 3
        text = f'<text x="{out - 8}" y="{start - 4}" text-anchor="end" fill="#0b4f8a">{escape(arrow.label)}</text>'
    path = f"M{out} {start} H{far} V{end} H{back}"
    dash = ' stroke-dasharray="4 3"' if side == "left" else ""
    return f'<path d="{path}" fill="none" stroke="#8c959f"{dash} marker-end="url(#head)"/>{text}'


def _down(row: Row, target: Row, x: int) -> str:
    assert row.down is not None
    middle, top = x + _BOX // 2, row.y + row.height
    return (
        f'<path d="M{middle} {top} V{target.y - 2}" fill="none" stroke="#57606a" marker-end="url(#head)"/>'
        f'<text x="{middle + 8}" y="{top + _GAP // 2 + 4}" fill="#0b4f8a">{escape(row.down.label)}</text>'
    )


def _box(row: Row, flow: Flow, x: int) -> str:
    is_start, is_end = row.state == flow.start, flow.is_final(row.state)
    fill = "#fbeeee" if is_start else "#eceff2" if is_end else "#ffffff"
    stroke = "#a61b1b" if is_start else "#57606a"
    radius = 18 if is_start or is_end else 5
    found = (
        f'<rect x="{x}" y="{row.y}" width="{_BOX}" height="{row.height}" rx="{radius}" fill="{fill}" stroke="{stroke}"/>'
        f'<text x="{x + _BOX // 2}" y="{row.y + 28}" text-anchor="middle" font-weight="600" fill="#1f2328">'
        f"{escape(row.label)}</text>"
    )
    for at, text in enumerate(_folded(row.inside)):
        found += (
            f'<text x="{x + _BOX // 2}" y="{row.y + 46 + at * 16}" text-anchor="middle" font-size="11" fill="#57606a">'
            f"{escape(text)}</text>"
        )
    return found
