"""We store: one entry for every changed row, every act and every sight of unmasked data; and the seals over them.

Entries are written by the database's own triggers and by `audit_record()`; no role of the program may insert, change or
delete one directly.
"""

from django.db import models

from vetgrid.core.protection import Protection


class Entry(models.Model):
    """One line of the trail. `era` and `xid` say which transaction wrote it; a restore opens a new era."""

    id = models.BigAutoField(primary_key=True)
    era = models.SmallIntegerField()
    xid = models.BigIntegerField()
    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    actor = models.UUIDField()
    actor_name = models.CharField(max_length=80)
    actor_role = models.CharField(max_length=120)
    address = models.CharField(max_length=45)
    request = models.CharField(max_length=40)
    table_name = models.CharField(max_length=63)
    row_id = models.CharField(max_length=64)
    person = models.UUIDField(null=True)
    division = models.BigIntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=500)

    protection = Protection(domain="audit", app=("SELECT",), job=("SELECT",), is_audited=False)

    class Meta:
        indexes = [
            models.Index(fields=["era", "xid", "id"], name="audit_entry_by_transaction"),
            models.Index(fields=["division", "at"], name="audit_entry_by_division"),
            models.Index(fields=["person", "at"], name="audit_entry_by_person"),
            models.Index(fields=["actor", "at"], name="audit_entry_by_actor"),
        ]


class Era(models.Model):
    """The life of one database cluster: transaction numbers are only comparable inside it."""

    number = models.SmallIntegerField(primary_key=True)
    opened_at = models.DateTimeField()
    reason = models.CharField(max_length=200)

    protection = Protection(domain=None, app=("SELECT",), job=("SELECT",), is_audited=False)


class Seal(models.Model):
    """A link of the chain: the digest over all entries of finished transactions `from_xid <= xid < to_xid`, after `previous`."""

    number = models.BigIntegerField(primary_key=True)
    era = models.SmallIntegerField()
    from_xid = models.BigIntegerField()
    to_xid = models.BigIntegerField()
    entries = models.BigIntegerField()
    sealed_at = models.DateTimeField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    protection = Protection(domain=None, app=("SELECT",), job=("SELECT", "INSERT"), is_audited=False)
