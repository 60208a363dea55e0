"""API of files: a citizen's or a clerk's upload from the phone, and fetching one's own again."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from ninja import File, UploadedFile

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, Citizen
from vetgrid.core.api import AsCitizen, Doors, InField
from vetgrid.core.clock import today
from vetgrid.core.errors import Invalid
from vetgrid.core.permission import every_permission
from vetgrid.core.places import full_code
from vetgrid.core.rate import policy
from vetgrid.core.schema import Schema
from vetgrid.files import store, uploading

citizen = Doors(tags=["citizen"])
field = Doors(tags=["field"])


class UploadOut(Schema):
    upload_id: UUID


def _taken(file: UploadedFile, actor: Actor) -> dict[str, UUID]:
    if (file.size or 0) > int(policy()["uploads"]["max_bytes"]):
        raise Invalid(fields={"file": "文件太大。请重新拍照或压缩后上传。"})
    division = actor.division if isinstance(actor, Citizen) else full_code(settings.INSTANCE.county)
    stored = uploading.upload(body=file.read(), division=division, by=actor, today=today())
    return {"upload_id": stored.id}


@citizen.post("/citizen/uploads", response={201: UploadOut}, auth=AsCitizen(), operation_id="citizenUpload")
def upload(request: Any, file: File[UploadedFile]) -> tuple[int, dict[str, UUID]]:
    return 201, _taken(file, request.actor)


@field.post(
    "/field/uploads", response={201: UploadOut}, auth=InField(*every_permission().values()), operation_id="fieldUpload"
)
def field_upload(request: Any, file: File[UploadedFile]) -> tuple[int, dict[str, UUID]]:
    return 201, _taken(file, request.actor)


@citizen.get("/citizen/uploads/{uuid:file_id}", auth=AsCitizen(), operation_id="citizenFetchUpload")
def fetch(request: Any, file_id: UUID) -> HttpResponse:
    row, body = store.content(file_id)
    record(request.actor, "files.fetch", division=row.division, table="files_storedfile", row=row.id)
    return HttpResponse(
        body,
        content_type=row.media_type,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name)}"},
    )
