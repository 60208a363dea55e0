"""Who is entitled, and by which classes: from the registry by itself; another domain (cards) may declare a further source."""

from collections.abc import Callable
from datetime import date

from vetgrid.core.codes import codes
from vetgrid.registry.models import Person, PersonClass

Source = Callable[[Person, date], frozenset[str] | None]
"""The classes of person_class.csv that a person has for offers; None: this source says that he has no claim at all."""

_sources: list[Source] = []


def declare(source: Source) -> None:
    """Adds a source; it is asked in a scope that may read the person. Wired by the apps that know more (a valid card)."""
    if source not in _sources:
        _sources.append(source)


def classes_of(person: Person, *, on: date) -> tuple[str, ...]:
    """The classes in the order of the code table; empty for whoever has no claim: the dead, those who left, those without a class."""
    if person.died_on is not None or person.left_on is not None or person.merged_into_id is not None:
        return ()
    rows = PersonClass.objects.filter(person=person, known_until=None)
    held = {row.code for row in rows if row.to_on is None or row.to_on.latest >= on}
    if person.is_veteran and not held:
        held.add("70")
    for source in _sources:
        found = source(person, on)
        if found is None:
            return ()
        held |= found
    return tuple(entry.code for entry in codes("person_class").codes if entry.code in held)


def label(code: str) -> str:
    """What the merchant reads: the class, or that the person is entitled where the offer is for all."""
    return codes("person_class").label(code) if code else "优待对象"
