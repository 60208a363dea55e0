"""What somebody may do: every domain declares its permissions as members of a subclass of `Permission`.

A permission is `domain.verb`. The verbs in `READING` look at rows and never change them; all others write, and writing
implies reading at the same place. The database knows two reaches for each domain, read and write, made from the
permissions of that domain alone: the permission of one grant never reaches with the place of another.
"""

from enum import StrEnum

READING = frozenset({"read", "unmask", "export", "verify", "see_phone", "see_id", "see_bank"})


class Permission(StrEnum):
    """The base without members; `RegistryPermission(Permission)` and its sisters hold them."""

    @property
    def domain(self) -> str:
        return self.value.partition(".")[0]

    @property
    def verb(self) -> str:
        return self.value.partition(".")[2]

    @property
    def writes(self) -> bool:
        return self.verb not in READING


def every_permission() -> dict[str, Permission]:
    """All permissions of the loaded domains, by name, in alphabetical order."""
    found = {member.value: member for sub in Permission.__subclasses__() for member in sub}
    return dict(sorted(found.items()))


def scope_domains() -> tuple[str, ...]:
    """The domains that have permissions: each has its own read and write reach in the database."""
    return tuple(sorted({member.domain for member in every_permission().values()}))
