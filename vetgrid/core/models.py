"""What every protected table shares: an id that sorts by time and the division that it belongs to."""

from django.db import models

from vetgrid.core.ids import new_id


class Scoped(models.Model):
    """A row that belongs to a division (12-digit code, see `core.places`); the database scopes it by this column."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    division = models.BigIntegerField()

    class Meta:
        abstract = True
