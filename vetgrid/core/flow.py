"""The life of a thing as one table: states, and moves between them. Buttons, checks, help pages and flow charts all read it."""

from collections.abc import Iterable
from dataclasses import dataclass

from vetgrid.core.errors import Conflict
from vetgrid.core.permission import Permission


@dataclass(frozen=True)
class Move:
    """One move: from any of `sources` to `target` ('' stays where it is). `note` says, in Chinese, what it demands."""

    key: str
    label: str
    sources: frozenset[str]
    target: str
    permission: Permission
    note: str = ""


@dataclass(frozen=True)
class Flow:
    """A whole life: `states` in order (key to Chinese label), the first one to begin with, and the moves."""

    key: str
    title: str
    states: tuple[tuple[str, str], ...]
    start: str
    moves: tuple[Move, ...]
    source: str = ""

    def label(self, state: str) -> str:
        return dict(self.states).get(state, state)

    def move(self, key: str) -> Move:
        """Raises Conflict for a move that does not exist."""
        found = next((move for move in self.moves if move.key == key), None)
        if found is None:
            raise Conflict("没有这样的办理动作。请刷新页面后重新选择。")
        return found

    def after(self, state: str, key: str) -> str:
        """The state that this move leads to; raises Conflict with what is possible instead."""
        move = self.move(key)
        if state not in move.sources:
            possible = "、".join(entry.label for entry in self.possible(state)) or "没有可办的动作"
            raise Conflict(
                f"现在的状态是“{self.label(state)}”,不能“{move.label}”。可以办理:{possible}。请刷新页面查看最新情况。"
            )
        return move.target or state

    def possible(self, state: str) -> tuple[Move, ...]:
        """The moves that the table has from this state."""
        return tuple(move for move in self.moves if state in move.sources)

    def is_final(self, state: str) -> bool:
        return not any(move.target not in ("", state) for move in self.possible(state))


def states(*names: str) -> frozenset[str]:
    return frozenset(names)


_declared: dict[str, Flow] = {}


def declare_flows(flows: Iterable[Flow]) -> None:
    for flow in flows:
        _declared[flow.key] = flow


def flows() -> dict[str, Flow]:
    return dict(_declared)
