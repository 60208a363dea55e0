"""Fetching one's own files."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import HttpResponse

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor
from vetgrid.core.guard import signed_in
from vetgrid.core.scope import knowing
from vetgrid.files.models import StoredFile
from vetgrid.files.store import content


def shown(row: StoredFile, body: bytes) -> HttpResponse:
    """A picture opens in the browser, anything else is saved; the caller has checked the right and noted the sight."""
    way = "inline" if row.media_type in ("image/jpeg", "image/png") else "attachment"
    disposition = f"{way}; filename*=UTF-8''{quote(row.name)}"
    return HttpResponse(body, content_type=row.media_type, headers={"Content-Disposition": disposition})


def picture_of(row: Any, key: UUID, *, number: int, event: str, table: str, by: Actor) -> HttpResponse:
    """A person's own picture beside his request; the caller has checked the right to the request, the sight is noted here."""
    with knowing("file", str(key)):
        found, body = content(key)
    detail = {"photo": number}
    record(by, event, division=row.division, table=table, row=row.pk, person=row.person_id, detail=detail)
    return shown(found, body)


@signed_in("the database shows a file to its owner alone")
def fetch(request: Any, file_id: UUID) -> HttpResponse:
    row, body = content(file_id)
    record(
        request.actor,
        "files.fetch",
        division=row.division,
        table="files_storedfile",
        row=row.id,
        detail={"name": row.name},
    )
    return HttpResponse(
        body,
        content_type=row.media_type,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name)}"},
    )
