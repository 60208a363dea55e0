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

Lines = dict[str, str]
"""Settings of the transaction by name."""

_reaches: dict[tuple[Held, ...], Lines] = {}
"""What the reach of a set of grants is to the database; made once, because requests of one role share it."""


@contextmanager
def acting(actor: Actor, *, savepoint: bool = True) -> Iterator[Actor]:
    """Run the block in a transaction, in the actor's scope; an outer scope comes back afterwards.

    Inside another transaction a savepoint keeps an error in the block from spoiling it; `savepoint=False` is for a block
    with which the outer one ends: it saves the savepoint, and closing what the end of the transaction closes.
    """
    with transaction.atomic(savepoint=savepoint), _scope(_lines_of(actor), is_last=not savepoint):
        yield actor


@contextmanager
def lending(domain: str, places: Places, *, also: str = "") -> Iterator[None]:
    """Let a reaction write rows of another domain (and of one more, `also`) at `places`, in the name of the actor who caused it.

    Used where one domain's action must keep another domain true (a new veteran needs a contact) although the actor
    holds no permission there. Ends with the block.
    """
    lines: Lines = {}
    for name in filter(None, (domain, also)):
        lines |= _reach(name, "read", places) | _reach(name, "write", places)
    with _scope(lines):
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
    with transaction.atomic(), _scope({name: value}):
        yield


@contextmanager
def acting_with(actor: Actor, name: str, value: str) -> Iterator[Actor]:
    """Run the block as the actor with the one row open that belongs to his session: one scope where `acting` and `knowing` would be two."""
    with transaction.atomic(), _scope(_lines_of(actor) | {name: value}):
        yield actor


def system_actor(name: str, *, division: int = NATION) -> Actor:
    """A job of the platform itself, with every permission inside `division`; its name shows in the trail."""
    held = Held("system", "系统任务", frozenset(every_permission()), division)
    return Actor(id=NOBODY_ID, name=name, held=(held,))


def _stack() -> list[Lines]:
    """The scopes of this thread's connection. Kept on the connection itself: `django.db.connection` is one object for all threads."""
    stack: list[Lines] = vars(connections["default"]).setdefault("vetgrid_scopes", [])
    return stack


@contextmanager
def _scope(lines: Lines, *, is_last: bool = False) -> Iterator[None]:
    """Sets what differs from the scope around it, and sets that back afterwards; the outermost one closes everything."""
    stack = _stack()
    outer = stack[-1] if stack else {}
    changed = {name: value for name, value in lines.items() if outer.get(name) != value} if stack else lines
    if changed:
        _run(_text(changed))
    stack.append(outer | lines)
    try:
        yield
    finally:
        stack.pop()
        is_closed_by_end = is_last and not stack
        if (
            connection.in_atomic_block
            and not connection.needs_rollback
            and not is_closed_by_end
            and not _is_broken()
            and (changed or not stack)
        ):
            _run(_text({name: outer.get(name, "") for name in changed}) if stack else _closed())


def _is_broken() -> bool:
    """Whether the server refuses everything until a rollback, which brings the outer scope back by itself."""
    return (
        connection.connection is not None and connection.connection.info.transaction_status == TransactionStatus.INERROR
    )


def _run(text: str) -> None:
    connection.ensure_connection()
    assert connection.connection is not None
    connection.connection.execute(text.encode(), prepare=False)


def _text(lines: Lines) -> str:
    return "".join([_set(name, value) for name, value in lines.items()])


def _set(name: str, value: str) -> str:
    """One statement. The names are our own; a value without a quote or a backslash needs no driver to be quoted."""
    plain = "'" not in value and "\\" not in value and "\0" not in value
    literal = f"'{value}'" if plain else sql.Literal(value).as_string(None).strip()
    return f'SET LOCAL "vetgrid"."{name}" = {literal};'


def _reach(domain: str, mode: str, places: Places) -> Lines:
    key = f"{domain}_{mode}"
    return {f"{key}_lo": str(places.low), f"{key}_hi": str(places.high), f"{key}_in": places.multirange}


_SINGLE = (
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


@cache
def _closed() -> str:
    """The statements that close every scope; made once, because each job's scope ends with them."""
    nowhere = {
        name: "" for domain in scope_domains() for mode in ("read", "write") for name in _reach(domain, mode, Places())
    }
    return _text(nowhere | dict.fromkeys(_SINGLE, ""))


def _lines_of(actor: Actor) -> Lines:
    lines = _reaches.get(actor.held)
    if lines is None:
        lines = {}
        for domain in scope_domains():
            lines |= _reach(domain, "read", actor.reach(domain, writes=False))
            lines |= _reach(domain, "write", actor.reach(domain, writes=True))
        if len(_reaches) > 2000:
            _reaches.clear()
        _reaches[actor.held] = lines
    person = actor.person_id if isinstance(actor, Citizen) else None
    return lines | {
        "actor": str(actor.id),
        "actor_name": actor.name,
        "actor_role": actor.role_label,
        "staff": str(actor.staff_id or ""),
        "person": str(person or ""),
        "address": actor.origin.address,
        "request": actor.origin.request_id,
    }
