"""It happened that: what other domains may react to."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class FactsChanged:
    """A fact of one section of the file was written, corrected, ended or withdrawn."""

    person_id: UUID
    division: int
    section: str


@dataclass(frozen=True)
class PersonRegistered:
    """A file was opened."""

    person_id: UUID
    division: int
    is_veteran: bool


@dataclass(frozen=True)
class PeopleRegistered:
    """Files were opened in bulk, by an import or a loader: (person id, division) of the living veterans among them."""

    veterans: tuple[tuple[UUID, int], ...]


@dataclass(frozen=True)
class VeteranMarked:
    """The person counts as a veteran from now on (or no longer); the dead and the absent stay without a contact."""

    person_id: UUID
    division: int
    is_living_veteran: bool


@dataclass(frozen=True)
class PersonDied:
    """A death was confirmed by a second person."""

    person_id: UUID
    division: int
    died_on: str


@dataclass(frozen=True)
class PersonMoved:
    """The person's village changed."""

    person_id: UUID
    from_division: int
    to_division: int
    is_living_veteran: bool


@dataclass(frozen=True)
class PersonLeft:
    """The person moved out of the county."""

    person_id: UUID
    division: int


@dataclass(frozen=True)
class PersonMerged:
    """The absorbed file is closed in favour of the kept one."""

    kept_id: UUID
    absorbed_id: UUID
    division: int
    absorbed_division: int
    kept_is_living_veteran: bool


@dataclass(frozen=True)
class MergeUndone:
    """The absorbed file stands for itself again."""

    kept_id: UUID
    restored_id: UUID
    division: int
    restored_division: int
    restored_is_living_veteran: bool
    kept_is_living_veteran: bool
