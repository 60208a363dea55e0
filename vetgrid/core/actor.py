"""Who acts: a person or a job, with what they hold and where it reaches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from vetgrid.core.errors import NotAllowed
from vetgrid.core.permission import Permission
from vetgrid.core.places import Places, interval

NOBODY_ID = UUID(int=0)


@dataclass(frozen=True)
class Held:
    """One grant in force: a role with its permissions at one place."""

    role: str
    label: str
    permissions: frozenset[str]
    division: int


@dataclass(frozen=True)
class Origin:
    """Where a call came from; written to the trail, never used to decide."""

    address: str = ""
    request_id: str = ""
    agent: str = ""


@dataclass(frozen=True)
class Actor:
    """The one who reads (`seen_by`) or writes (`by`)."""

    id: UUID
    name: str
    held: tuple[Held, ...] = ()
    staff_id: UUID | None = None
    origin: Origin = field(default=Origin(), compare=False)

    def places(self, permission: Permission) -> Places:
        """Where the actor has this very permission."""
        return self._places.get(permission.value, Places())

    def may(self, permission: Permission, *, at: int | None = None) -> bool:
        """Whether the actor has the permission in the whole division `at`, or anywhere when `at` is None."""
        places = self.places(permission)
        return bool(places) if at is None else places.covers(at)

    def reach(self, domain: str, *, writes: bool) -> Places:
        """Where the database lets the actor read rows of the domain (any of its permissions) or write them (a writing one)."""
        return self._reaches.get((domain, writes), Places())

    @property
    def role_label(self) -> str:
        return "、".join(dict.fromkeys(held.label for held in self.held)) or "无角色"

    @cached_property
    def _places(self) -> Mapping[str, Places]:
        codes: dict[str, list[tuple[int, int]]] = {}
        for held in self.held:
            for permission in held.permissions:
                codes.setdefault(permission, []).append(interval(held.division))
        return {name: Places() | Places(tuple(sorted(found))) for name, found in codes.items()}

    @cached_property
    def _reaches(self) -> Mapping[tuple[str, bool], Places]:
        reaches: dict[tuple[str, bool], Places] = {}
        for permission in (p for sub in Permission.__subclasses__() for p in sub):
            for writes in {False, permission.writes}:
                key = (permission.domain, writes)
                reaches[key] = reaches.get(key, Places()) | self.places(permission)
        return reaches


@dataclass(frozen=True)
class Citizen(Actor):
    """Somebody at the mini-program: reaches no place at all, only rows of the one person he is or acts for.

    `person_id` is None until the account is bound. `helper`: the name of whoever acts on the person's behalf, with the
    `authority_id` of the recorded authority, or without one for a clerk at the counter or in the field.
    """

    account_id: UUID | None = None
    session_id: UUID | None = None
    person_id: UUID | None = None
    division: int = 0
    helper: str = ""
    authority_id: UUID | None = None
    has_agreed: bool = True

    @property
    def role_label(self) -> str:
        return "代办" if self.helper else "本人"

    @property
    def person(self) -> UUID:
        """The person whose rows are reached; raises NotAllowed before the account is bound."""
        if self.person_id is None:
            raise NotAllowed("请先绑定您的档案,再办理此事。", code="not_bound")
        return self.person_id


def require(by: Actor, permission: Permission, *, at: int | None = None) -> None:
    """Raises NotAllowed unless `by` has the permission at the division (anywhere when `at` is None)."""
    if not by.may(permission, at=at):
        raise NotAllowed("您没有在这里办理此事的权限。如确需办理,请联系安全管理员授予相应角色。")
