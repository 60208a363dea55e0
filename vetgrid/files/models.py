"""We store: what each stored file is, whose it is, and until when it is kept; the bytes lie sealed in the home folder."""

from django.db import models

from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection, within

_KNOWN = "nullif(current_setting('vetgrid.file', true), '')::uuid"
_SELF = "nullif(current_setting('vetgrid.actor', true), '')::uuid"


class StoredFile(Scoped):
    """文件: an upload or a made document. Seen by its owner; a proof also by those who may read the
    person's file, an attachment by those who may read what it is attached to (their
    door opens that one file with `knowing("file", id)`)."""

    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    """SM3 of the plain bytes, in hex."""
    kind = models.CharField(max_length=20)
    """import, rejected, export, proof, report, appeal, payment, card."""
    owner = models.UUIDField()
    made_at = models.DateTimeField()
    keep_until = models.DateField(null=True)
    removed_at = models.DateTimeField(null=True)

    protection = Protection(
        domain="system",
        also_readable=f"(owner = {_SELF} OR id = {_KNOWN} OR (kind = 'proof' AND {within('registry', 'read', 'division')}))",
        also_writable=f"owner = {_SELF}",
    )

    class Meta:
        indexes = [models.Index(fields=["owner", "-made_at"], name="file_by_owner")]
