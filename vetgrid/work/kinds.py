"""The kinds of items: each domain declares its own, with its Chinese name and the page of its subject."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """`url` holds `{id}` for the subject's id."""

    key: str
    label: str
    url: str


_declared: dict[str, Kind] = {}


def declare(*kinds: Kind) -> None:
    for kind in kinds:
        _declared[kind.key] = kind


def kinds() -> dict[str, Kind]:
    return dict(_declared)


def kind_of(key: str) -> Kind:
    """The declared kind; an unknown one stays readable."""
    return _declared.get(key, Kind(key, key, ""))
