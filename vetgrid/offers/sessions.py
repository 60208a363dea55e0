"""From a shop's cookie to its own scope: the one merchant, and nothing personal. The staff's sign-in plays no part in it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from vetgrid.accounts.sessions import hash_of
from vetgrid.core.actor import Actor, Origin
from vetgrid.core.guard import public
from vetgrid.core.scope import acting, knowing
from vetgrid.offers.policy import policy

COOKIE = "vetgrid_shop"
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Shop:
    """Who stands at the till: an account of one merchant."""

    session_id: UUID
    actor: Actor
    merchant_id: UUID
    merchant_name: str
    till: str
    division: int
    must_change_password: bool


def open_shop(token: str, *, origin: Origin) -> Shop | None:
    """The shop behind a token; None for one that is unknown, expired, or of a merchant that has left."""
    rule = policy()
    with connection.cursor() as cursor:
        values: list[Any] = [hash_of(token), timezone.now(), rule.session_idle, rule.session_longest]
        cursor.execute("SELECT offers_open_session(%s, %s, %s, %s)::text", values)
        found = cursor.fetchone()[0]
    if found is None:
        return None
    body = json.loads(found)
    actor = Actor(id=UUID(body["account"]), name=f"{body['name']}·{body['till']}"[:80], origin=origin)
    return Shop(
        UUID(body["session"]),
        actor,
        UUID(body["merchant"]),
        body["name"],
        body["till"],
        int(body["division"]),
        body["must_change"],
    )


@contextmanager
def as_shop(shop: Shop) -> Iterator[Shop]:
    """Run the block in the shop's scope: no place at all, its own merchant, offers and redemptions."""
    with acting(shop.actor), knowing("merchant", str(shop.merchant_id)):
        yield shop


def for_shops(*, before_password: bool = False) -> Callable[[View], View]:
    """The door of a merchant's page. Whoever is signed in as staff in the same browser has no more here than anybody."""

    def mark(view: View) -> View:
        @wraps(view)
        def inner(request: Any, **values: Any) -> HttpResponseBase:
            token = request.COOKIES.get(COOKIE, "")
            shop = open_shop(token, origin=request.actor.origin) if token else None
            if shop is None:
                return redirect("/shop/sign-in")
            if shop.must_change_password and not before_password:
                return redirect("/shop/password")
            with as_shop(shop):
                request.shop = shop
                return view(request, **values)

        return public("merchants sign in by themselves; the cookie of their own session is checked here")(inner)

    return mark
