"""The scope in which items are written: their place is lent, a confidential one is opened for the action that checked the right to it."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from vetgrid.core.places import Places
from vetgrid.core.scope import confiding, lending
from vetgrid.work.models import WorkItem


@contextmanager
def at(*divisions: int, is_confidential: bool = False) -> Iterator[None]:
    """Run the block where items of these places may be written."""
    with lending("work", Places.only(divisions)), confiding() if is_confidential else nullcontext():
        yield


def save(item: WorkItem, *names: str) -> None:
    """Writes the named fields and counts the version up; in a scope that may."""
    item.version += 1
    item.save(update_fields=[*names, "version"])
