"""A write that is repeated gets its first answer again: by the caller's key, in the transaction of the write itself."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpResponse
from django.utils import timezone

from vetgrid.core.actor import NOBODY_ID, Actor, Citizen
from vetgrid.core.clock import today
from vetgrid.core.errors import Conflict, Invalid
from vetgrid.core.models import Answer
from vetgrid.core.retention import kept_for

HEADER = "Idempotency-Key"
Run = Callable[..., Any]


def once(run: Run) -> Run:
    """Wraps an operation of the API. Asks for the key, runs one call of a key at a time, keeps the answer when it is good.

    A refusal undoes everything and is not kept, so the same key may be tried again after mending the input.
    """

    @wraps(run)
    def inner(request: Any, **values: Any) -> Any:
        actor: Actor = request.actor
        if actor.id == NOBODY_ID:
            return run(request, **values)  # the door itself refuses, or it is a sign-in, whose code serves once
        key, digest = _key(request), _digest(request)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{actor.id}{key}"])
        kept = Answer.objects.filter(owner=actor.id, key=key, expires_at__gt=timezone.now()).first()
        if kept is not None:
            return _again(kept, digest)
        response = run(request, **values)
        if response.status_code < 400:
            _keep(actor, key, digest, response)
        return response

    return inner


def _key(request: Any) -> str:
    text = str(request.headers.get(HEADER, ""))
    try:
        return str(UUID(text))
    except ValueError as error:
        raise Invalid("请求缺少防重复编号,请更新小程序后重试。", fields={HEADER: "应为一个UUID。"}) from error


def _digest(request: Any) -> str:
    """What the call asks: method, address, for whom, and the body; of an upload the bytes of its files."""
    found = hashlib.sha256()
    for part in (request.method, request.get_full_path(), request.headers.get("X-Acting-For", "")):
        found.update(f"{part}\0".encode())
    if str(request.content_type).startswith("multipart/"):
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                found.update(f"{name}\0{file.name}\0{file.size}\0".encode())
                for chunk in file.chunks():
                    found.update(chunk)
                file.seek(0)
    else:
        found.update(request.body)
    return found.hexdigest()


def _again(kept: Answer, digest: str) -> HttpResponse:
    if kept.request_digest != digest:
        raise Conflict("同一个防重复编号用在了两个不同的请求上,没有办理。请重新提交。", code="idempotency_mismatch")
    return HttpResponse(
        kept.content.reveal() if kept.content else "", status=kept.http_code, content_type="application/json"
    )


def _keep(actor: Actor, key: str, digest: str, response: Any) -> None:
    moment = timezone.now()
    Answer(
        division=actor.division if isinstance(actor, Citizen) else 0,
        owner=actor.id,
        key=key,
        request_digest=digest,
        http_code=response.status_code,
        content=response.content.decode() or None,
        made_at=moment,
        expires_at=moment + kept_for("answer", on=today()),
    ).save(force_insert=True)
