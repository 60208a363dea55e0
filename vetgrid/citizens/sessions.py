"""From the phone's token to a citizen: the one place where a call of the mini-program becomes somebody."""

import json
import secrets
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from django.utils import timezone

from vetgrid.citizens.policy import policy
from vetgrid.core.actor import Citizen, Origin
from vetgrid.core.asking import answer
from vetgrid.core.bearer import Opened
from vetgrid.core.clock import today
from vetgrid.core.errors import NotAllowed

PREFIX = "c"
UNBOUND = "小程序用户"


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(token.encode())
    return digest.finalize()


def open_citizen(token: str, request: Any, origin: Origin) -> Opened | None:
    """The citizen behind a token. With `X-Acting-For` the person of that id, when an authority in force says so.

    Raises NotAllowed for a person that the account may not act for: absent and forbidden look the same.
    """
    rule = policy()
    asked = str(request.headers.get("X-Acting-For", "")).strip()
    try:
        for_person = UUID(asked) if asked else None
    except ValueError:
        raise _no_authority() from None
    values: list[Any] = [hash_of(token), timezone.now(), today(), rule.idle, rule.longest, for_person]
    found = answer("SELECT citizens_open_session(%s, %s, %s, %s, %s, %s)", values)[0][0]
    if found is None:
        return None
    found = json.loads(found) if isinstance(found, str) else found
    if found.get("no_authority"):
        raise _no_authority()
    return Opened(_citizen(found, origin))


def _citizen(found: dict[str, Any], origin: Origin) -> Citizen:
    helper = str(found["helper"] or "")
    name = str(found["name"] or UNBOUND)
    return Citizen(
        id=UUID(found["account"]),
        name=f"{helper}(代{name})" if helper else name,
        origin=origin,
        account_id=UUID(found["account"]),
        session_id=UUID(found["session"]),
        person_id=UUID(found["person"]) if found["person"] else None,
        division=int(found["division"] or found["county"]),
        helper=helper,
        authority_id=UUID(found["authority"]) if found["authority"] else None,
        has_agreed=found["privacy"] == policy().privacy_version,
    )


def _no_authority() -> NotAllowed:
    return NotAllowed("没有代办这个人的有效授权,或授权已到期。请本人或服务站登记授权后再试。", code="no_authority")
