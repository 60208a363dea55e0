"""It happened that: what this domain and those above may react to."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class FactsKnown:
    """A fact that decides benefits was recorded, corrected or withdrawn."""

    person_id: UUID
    division: int


@dataclass(frozen=True)
class AwardChanged:
    """An award started, was suspended, resumed or stopped."""

    award_id: UUID
    person_id: UUID
    division: int
    programme: str
