"""Every door says who may come in: a view without a guard is refused by the middleware and fails the tests."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from vetgrid.core.permission import Permission

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Guard:
    """What a door asks: one of `permissions` anywhere (the rows are scoped further), or only to be signed in, or nothing."""

    permissions: tuple[Permission, ...] = ()
    is_public: bool = False
    reason: str = ""


def guarded(*permissions: Permission) -> Callable[[View], View]:
    """The door opens to actors that hold at least one of the permissions somewhere."""
    assert permissions, "name a permission, or use signed_in / public"
    return _marked(Guard(permissions))


def signed_in(reason: str) -> Callable[[View], View]:
    """The door opens to anyone signed in; `reason` says why no permission is needed."""
    return _marked(Guard(reason=reason))


def public(reason: str) -> Callable[[View], View]:
    """The door opens to anyone; `reason` says why."""
    return _marked(Guard(is_public=True, reason=reason))


def _marked(guard: Guard) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.guard = guard  # type: ignore[attr-defined]  # a function may carry attributes; Callable cannot say so
        return view

    return mark
