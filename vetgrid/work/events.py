"""It happened that: what other domains may react to."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class ItemsHandedOver:
    """Items got a new owner: their ids by kind of subject."""

    to_staff_id: UUID
    subjects: tuple[tuple[str, UUID], ...]
