"""The bytes of stored files: sealed in the home folder, described in the database, gone when their time is over."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from django.conf import settings
from django.db import transaction

from vetgrid.core.actor import Actor
from vetgrid.core.clock import now
from vetgrid.core.crypto import keyring
from vetgrid.core.errors import NotFound
from vetgrid.core.retention import kept_for
from vetgrid.files.models import StoredFile

_CHUNK = 1 << 20
UPLOAD = "citizen"
"""The kind of an upload of the mini-program until something refers to it."""
KEEP_DAYS: dict[str, int | None] = {
    "import": 90,
    "rejected": 90,
    "export": 7,
    "proof": None,
    "appeal": None,
    "payment": None,
    "card": None,
}
"""Those that are no uploads of the mini-program; None: as long as what they belong to."""


def keep(body: bytes, *, name: str, media_type: str, kind: str, division: int, by: Actor, today: date) -> StoredFile:
    """Stores the bytes; the file is visible to `by` alone (a proof also to those who may read the person's file)."""
    days = kept_for("upload", on=today).days if kind == UPLOAD else KEEP_DAYS[kind]
    row = StoredFile(
        division=division,
        name=name[:200],
        media_type=media_type,
        size=len(body),
        digest=digest_of(body),
        kind=kind,
        owner=by.id,
        made_at=now(),
        keep_until=today + timedelta(days=days) if days else None,
    )
    path = _path(row.id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.write_bytes(_sealed(body))
    temporary.replace(path)
    row.save(force_insert=True)
    return row


def content(file_id: UUID) -> tuple[StoredFile, bytes]:
    """The file and its plain bytes; NotFound when absent, removed or not the actor's."""
    row = StoredFile.objects.filter(pk=file_id, removed_at=None).first()
    path = _path(file_id)
    if row is None or not path.exists():
        raise NotFound("没有找到这个文件。它可能已过保存期,请重新生成。")
    return row, _opened(path.read_bytes())


def claim(upload_ids: Sequence[UUID], *, kind: str, division: int, by: Actor) -> list[UUID]:
    """Turns the caller's own fresh uploads into files of this kind and place; NotFound for any other id, used ones included."""
    wanted = list(dict.fromkeys(upload_ids))
    rows = StoredFile.objects.select_for_update().filter(pk__in=wanted, owner=by.id, kind=UPLOAD, removed_at=None)
    if len(rows) != len(wanted):
        raise NotFound("有照片已失效或已用过,请重新上传。")
    for row in rows:
        row.kind, row.division, row.keep_until = kind, division, None
        row.save(update_fields=["kind", "division", "keep_until"])
    return wanted


@transaction.atomic
def remove_over(*, today: date) -> int:
    """Removes the bytes of every file whose time is over; the row stays and says when.

    Bytes go after the commit. Those of the last week are removed again, in case the worker was killed in between.
    """
    over = list(
        StoredFile.objects.select_for_update()
        .filter(keep_until__lt=today, removed_at=None)
        .values_list("id", flat=True)
    )
    StoredFile.objects.filter(pk__in=over).update(removed_at=now())
    lately = StoredFile.objects.filter(removed_at__gt=now() - timedelta(days=7)).values_list("id", flat=True)
    gone = list(lately)
    transaction.on_commit(lambda: _delete(gone))
    return len(over)


def _delete(files: Sequence[UUID]) -> None:
    for key in files:
        _path(key).unlink(missing_ok=True)


def digest_of(body: bytes) -> str:
    digest = hashes.Hash(hashes.SM3())
    digest.update(body)
    return digest.finalize().hex()


def _path(file_id: UUID) -> Path:
    return Path(settings.FILES_DIR) / file_id.hex[-2:] / file_id.hex


def _sealed(body: bytes) -> bytes:
    """Sealed in pieces of a mebibyte, because the sealing interface takes text; latin-1 maps bytes to text one to one."""
    parts = [
        keyring().seal(body[at : at + _CHUNK].decode("latin-1"), purpose="file")
        for at in range(0, max(1, len(body)), _CHUNK)
    ]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _opened(stored: bytes) -> bytes:
    plain, at = [], 0
    while at < len(stored):
        size = int.from_bytes(stored[at : at + 4], "big")
        plain.append(keyring().open(stored[at + 4 : at + 4 + size], purpose="file").encode("latin-1"))
        at += 4 + size
    return b"".join(plain)
