"""The flow chart of a life, drawn from its table of states and moves: what the code does and what the chart shows cannot differ."""

from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from vetgrid.core.flow import Flow

_WIDTH, _HEIGHT = 132, 44
_ACROSS, _DOWN = 64, 84
_LANE = 20
_MARGIN = 24


@dataclass(frozen=True)
class Box:
    """Where one state stands."""

    state: str
    label: str
    x: int
    y: int
    layer: int
    inside: tuple[str, ...]

    @property
    def middle(self) -> int:
        return self.x + _WIDTH // 2


@dataclass(frozen=True)
class Arrow:
    """All moves from one state to another, with their labels."""

    source: str
    target: str
    labels: tuple[str, ...]


def layers_of(flow: Flow) -> list[list[str]]:
    """The states by the number of moves from the start; a state that no move reaches stands in the last layer."""
    depth = {flow.start: 0}
    waiting = [flow.start]
    while waiting:
        state = waiting.pop(0)
        for move in flow.possible(state):
            target = move.target or state
            if target not in depth:
                depth[target] = depth[state] + 1
                waiting.append(target)
    last = max(depth.values()) + 1
    found: list[list[str]] = [[] for _ in range(last + 1)]
    for state, _ in flow.states:
        found[depth.get(state, last)].append(state)
    return [layer for layer in found if layer]


def arrows_of(flow: Flow) -> list[Arrow]:
    """One arrow for each pair of states that a move connects."""
    found: dict[tuple[str, str], list[str]] = {}
    for state, _ in flow.states:
        for move in flow.possible(state):
            if move.target and move.target != state:
                found.setdefault((state, move.target), []).append(move.label)
    return [Arrow(source, target, tuple(labels)) for (source, target), labels in found.items()]


def _boxes(flow: Flow, layers: list[list[str]]) -> dict[str, Box]:
    widest = max(len(layer) for layer in layers)
    whole = widest * _WIDTH + (widest - 1) * _ACROSS
    boxes = {}
    for at, layer in enumerate(layers):
        used = len(layer) * _WIDTH + (len(layer) - 1) * _ACROSS
        for position, state in enumerate(layer):
            inside = tuple(move.label for move in flow.possible(state) if move.target in ("", state))
            x = _MARGIN + (whole - used) // 2 + position * (_WIDTH + _ACROSS)
            boxes[state] = Box(state, flow.label(state), x, _MARGIN + at * (_HEIGHT + _DOWN), at, inside)
    return boxes


def svg(flow: Flow) -> SafeString:
    """The chart as an <svg> element without inline style; colours come from attributes."""
    layers = layers_of(flow)
    boxes = _boxes(flow, layers)
    right = max(box.x for box in boxes.values()) + _WIDTH
    parts: list[str] = []
    texts: list[str] = []
    lane = 0
    for arrow in arrows_of(flow):
        source, target = boxes[arrow.source], boxes[arrow.target]
        if target.layer == source.layer + 1:
            parts.append(_down(source, target))
            texts.append(_label(_between(source, target), arrow))
        else:
            lane += 1
            side = right + lane * _LANE
            parts.append(_around(source, target, side))
            texts.append(_label((side, (source.y + target.y) // 2 + _HEIGHT // 2 + (lane % 3) * 12), arrow))
    width = right + (lane + 1) * _LANE + 70
    height = _MARGIN * 2 + len(layers) * (_HEIGHT + _DOWN) - _DOWN + 16
    drawn = "".join([*parts, *(_box(box, flow) for box in boxes.values()), *texts])
    title = escape(f"{flow.title}流程图")
    return mark_safe(  # noqa: S308  # every text in it was escaped here
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{title}" font-size="13">'
        f"<title>{title}</title><defs>"
        '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#57606a"/></marker></defs>'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>{drawn}</svg>'
    )


def _down(source: Box, target: Box) -> str:
    top, bottom = source.y + _HEIGHT, target.y
    half = (top + bottom) // 2
    path = f"M{source.middle} {top} C{source.middle} {half} {target.middle} {half} {target.middle} {bottom}"
    return f'<path d="{path}" fill="none" stroke="#57606a" marker-end="url(#head)"/>'


def _between(source: Box, target: Box) -> tuple[int, int]:
    """Nearer to the target, where arrows of one source have parted already."""
    x = (source.middle + target.middle * 2) // 3
    return x, target.y - _DOWN // 3


def _around(source: Box, target: Box, side: int) -> str:
    start, end = source.y + _HEIGHT // 2 + 8, target.y + _HEIGHT // 2 - 8
    path = f"M{source.x + _WIDTH} {start} H{side - 8} Q{side} {start} {side} {start + (8 if end > start else -8)}"
    path += f" V{end - (8 if end > start else -8)} Q{side} {end} {side - 8} {end} H{target.x + _WIDTH + 2}"
    return f'<path d="{path}" fill="none" stroke="#b3b9c0" stroke-dasharray="4 3" marker-end="url(#head)"/>'


def _label(at: tuple[int, int], arrow: Arrow) -> str:
    text = "、".join(arrow.labels)
    x, y = at
    width = len(text) * 13 + 6
    return (
        f'<rect x="{x - width // 2}" y="{y - 13}" width="{width}" height="17" fill="#ffffff" opacity="0.92"/>'
        f'<text x="{x}" y="{y}" text-anchor="middle" fill="#0b4f8a">{escape(text)}</text>'
    )


def _box(box: Box, flow: Flow) -> str:
    is_end, is_start = flow.is_final(box.state), box.state == flow.start
    fill = "#fbeeee" if is_start else "#eceff2" if is_end else "#ffffff"
    stroke = "#a61b1b" if is_start else "#57606a"
    found = (
        f'<rect x="{box.x}" y="{box.y}" width="{_WIDTH}" height="{_HEIGHT}" rx="{22 if is_start or is_end else 6}"'
        f' fill="{fill}" stroke="{stroke}"/>'
        f'<text x="{box.middle}" y="{box.y + 27}" text-anchor="middle" font-weight="600" fill="#1f2328">{escape(box.label)}</text>'
    )
    if box.inside:
        text = "↻ " + "、".join(box.inside)
        text = text if len(text) <= 15 else text[:14] + "…"
        found += f'<text x="{box.middle}" y="{box.y + _HEIGHT + 13}" text-anchor="middle" font-size="11" fill="#57606a">{escape(text)}</text>'
    return found
