"""From a bearer token to an actor: each domain that gives tokens declares how they open, by the token's first letters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vetgrid.core.actor import Actor, Origin


@dataclass(frozen=True)
class Opened:
    """Whom the token opens, and the session behind it where the domain has one."""

    actor: Actor
    session: Any = None


Opener = Callable[[str, Any, Origin], Opened | None]
"""Gets the token without its first letters, the request (for its headers alone) and where it came from."""

_openers: dict[str, Opener] = {}


def declare(prefix: str, opener: Opener) -> None:
    _openers[prefix] = opener


def token_in(request: Any) -> str:
    """The bearer token of a request, '' when it has none."""
    kind, _, token = str(request.headers.get("Authorization", "")).partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def open_bearer(token: str, request: Any, *, origin: Origin) -> Opened | None:
    """Whom the token opens; None for one that is unknown, expired or of no known kind."""
    prefix, _, rest = token.partition(".")
    opener = _openers.get(prefix)
    return opener(rest, request, origin) if opener and rest else None
