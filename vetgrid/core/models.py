"""What every protected table shares: an id that sorts by time and the division that it belongs to; and answers kept for repeated calls."""

from django.db import models

from vetgrid.core.crypto import SealedField
from vetgrid.core.ids import new_id
from vetgrid.core.protection import Protection

_SELF = "nullif(current_setting('vetgrid.actor', true), '')::uuid"


class Scoped(models.Model):
    """A row that belongs to a division (12-digit code, see `core.places`); the database scopes it by this column."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    division = models.BigIntegerField()

    class Meta:
        abstract = True


class Answer(Scoped):
    """The answer that a write got, kept for a while: the same call again gets it again and changes nothing."""

    owner = models.UUIDField()
    """The account whose call it was."""
    key = models.CharField(max_length=64)
    request_digest = models.CharField(max_length=64)
    http_code = models.PositiveSmallIntegerField()
    content = SealedField(purpose="answer")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    protection = Protection(
        domain="system",
        app=("SELECT", "INSERT"),
        job=("SELECT", "INSERT", "DELETE"),
        is_audited=False,
        also_readable=f"owner = {_SELF}",
        also_writable=f"owner = {_SELF}",
    )

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="answer_by_expiry")]
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="answer_once")]
