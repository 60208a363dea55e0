"""It happened that: what other domains may react to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DivisionMerged:
    """A village or town was merged into another; its people and cells must follow."""

    old: int
    into: int
