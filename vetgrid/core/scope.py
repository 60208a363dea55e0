"""The scope of a transaction: tells the database who acts and how far they reach, and closes again afterwards.

The database compares every protected row with settings of the running transaction. Without them each query fails, so a
forgotten scope is an error and never a leak. Plain `SET LOCAL` statements are used because they also reach the workers
of a distributed cluster.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache

from django.db import connection, connections, transaction
from psycopg import sql
from psycopg.pq import TransactionStatus

from vetgrid.core.actor import NOBODY_ID, Actor, Citizen, Held
from vetgrid.core.permission import Permission, every_permission, scope_domains
from vetgrid.core.places import NATION, Places

_texts: dict[tuple[Held, ...], str] = {}
"""What the reach of a set of grants is to the database; made once, because requests of one role share it."""


@contextmanager
def acting(actor: Actor, *, savepoint: bool = True) -> Iterator[Actor]:
    """Run the block in a transaction, in the actor's scope; an outer scope comes back afterwards.

    Inside another transaction a savepoint keeps an error in the block from spoiling it; `savepoint=False` saves the two
    round trips where the outer block ends with this one.
    """
    with transaction.atomic(savepoint=savepoint), _scope(_text_of(actor)):
        yield actor


@contextmanager
def lending(domain: str, places: Places) -> Iterator[None]:
    """Let a reaction write rows of another domain at `places`, in the name of the actor who caused it.

    Used where one domain's action must keep another domain true (a new veteran needs a contact) although the actor
    holds no permission there. Ends with the block.
    """
    lines = [_reach(domain, "read", places), _reach(domain, "write", places)]
    stack = _stack()
    with _scope((stack[-1] if stack else "") + ";".join(lines) + ";"):
        yield


@contextmanager
def entrusted(by: Citizen, *permissions: Permission, at: int) -> Iterator[Citizen]:
    """Let a citizen do one thing through a domain's own action: the same person, holding these permissions at one place for the block.

    The caller has checked that the rows concerned are the citizen's own.
    """
    held = Held("citizen", by.role_label, frozenset(permission.value for permission in permissions), at)
    lent = replace(by, held=(*by.held, held))
    with acting(lent):
        yield lent


@contextmanager
def confiding() -> Iterator[None]:
    """Open rows that are hidden because they are confidential: for the one action that checked the right to them itself."""
    with knowing("confidential", "on"):
        yield


@contextmanager
def knowing(name: str, value: str) -> Iterator[None]:
    """Open the one row whose key the caller knows (a session's token, a sign-in name); nothing else becomes visible."""
    stack = _stack()
    line = _set(name, value) + ";"
    with transaction.atomic(), _scope((stack[-1] if stack else "") + line):
        yield


def system_actor(name: str, *, division: int = NATION) -> Actor:
    """A job of the platform itself, with every permission inside `division`; its name shows in the trail."""
    held = Held("system", "系统任务", frozenset(every_permission()), division)
    return Actor(id=NOBODY_ID, name=name, held=(held,))


def _stack() -> list[str]:
    """The scopes of this thread's connection. Kept on the connection itself: `django.db.connection` is one object for all threads."""
    stack: list[str] = vars(connections["default"]).setdefault("vetgrid_scopes", [])
    return stack


@contextmanager
def _scope(text: str) -> Iterator[None]:
    stack = _stack()
    _run(text)
    stack.append(text)
    try:
        yield
    finally:
        stack.pop()
        if connection.in_atomic_block and not connection.needs_rollback and not _is_broken():
            _run(_closed() + (stack[-1] if stack else ""))


def _is_broken() -> bool:
    """Whether the server refuses everything until a rollback, which brings the outer scope back by itself."""
    return (
        connection.connection is not None and connection.connection.info.transaction_status == TransactionStatus.INERROR
    )


def _run(text: str) -> None:
    connection.ensure_connection()
    assert connection.connection is not None
    connection.connection.execute(text.encode(), prepare=False)


def _set(name: str, value: str) -> str:
    return sql.SQL("SET LOCAL {} = {}").format(sql.Identifier("vetgrid", name), sql.Literal(value)).as_string(None)


def _reach(domain: str, mode: str, places: Places) -> str:
    key = f"{domain}_{mode}"
    return ";".join(
        (_set(f"{key}_lo", str(places.low)), _set(f"{key}_hi", str(places.high)), _set(f"{key}_in", places.multirange))
    )


@cache
def _closed() -> str:
    """The statements that close every scope; made once, because each lent scope ends with them."""
    names = [
        f"{domain}_{mode}_{end}"
        for domain in scope_domains()
        for mode in ("read", "write")
        for end in ("lo", "hi", "in")
    ]
    return (
        ";".join(
            _set(name, "")
            for name in (
                *names,
                "actor",
                "person",
                "staff",
                "session",
                "username",
                "confidential",
                "ticket",
                "file",
                "merchant",
            )
        )
        + ";"
    )


def _text_of(actor: Actor) -> str:
    text = _texts.get(actor.held)
    if text is None:
        parts = []
        for domain in scope_domains():
            parts.append(_reach(domain, "read", actor.reach(domain, writes=False)))
            parts.append(_reach(domain, "write", actor.reach(domain, writes=True)))
        if len(_texts) > 2000:
            _texts.clear()
        text = _texts[actor.held] = ";".join(parts) + ";"
    person = actor.person_id if isinstance(actor, Citizen) else None
    who = {
        "actor": str(actor.id),
        "actor_name": actor.name,
        "actor_role": actor.role_label,
        "staff": str(actor.staff_id or ""),
        "person": str(person or ""),
        "address": actor.origin.address,
        "request": actor.origin.request_id,
    }
    return text + ";".join(_set(name, value) for name, value in who.items()) + ";"
