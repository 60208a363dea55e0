"""We store: users, their grants, their sessions and the passwords they may not use again."""

from django.db import models
from django.db.models import F, Q

from vetgrid.core.crypto import SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.orgs.models import Staff

_SELF = "nullif(current_setting('vetgrid.actor', true), '')::uuid"
_NAMED = "nullif(current_setting('vetgrid.username', true), '')"


class User(Scoped):
    """账号: one for each person, never shared. `division` is the home place."""

    username = models.CharField(max_length=40, unique=True)
    password = models.CharField(max_length=160)
    password_changed_at = models.DateTimeField(null=True)
    must_change_password = models.BooleanField(default=True)
    name = models.CharField(max_length=40)
    staff = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="users")
    is_active = models.BooleanField(default=True)
    failed_count = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    totp_secret = SealedField(purpose="totp")
    totp_confirmed_at = models.DateTimeField(null=True)
    totp_last_step = models.BigIntegerField(null=True)
    last_signed_in_at = models.DateTimeField(null=True)

    protection = Protection(
        domain="accounts",
        also_readable=f"(id = {_SELF} OR username = {_NAMED})",
        also_writable=f"(id = {_SELF} OR username = {_NAMED})",
    )

    def __str__(self) -> str:
        return self.name


class Grant(Scoped):
    """授权: a role at a place (`division`) for a period."""

    user = models.ForeignKey(User, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20)
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    granted_by = models.UUIDField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)

    protection = Protection(domain="accounts", also_readable=f"user_id = {_SELF}")

    class Meta:
        indexes = [models.Index(fields=["user"], name="grant_by_user")]
        constraints = [
            models.CheckConstraint(condition=Q(to_on=None) | Q(to_on__gte=F("from_on")), name="grant_dates_in_order")
        ]


class PasswordHistory(Scoped):
    """Former password hashes: a password may not come back soon."""

    user = models.ForeignKey(User, models.PROTECT, related_name="old_passwords")
    password = models.CharField(max_length=160)
    replaced_at = models.DateTimeField()

    protection = Protection(
        domain="accounts",
        is_audited=False,
        app=("SELECT", "INSERT", "DELETE"),
        also_readable=f"user_id = {_SELF}",
        also_writable=f"user_id = {_SELF}",
    )


class Session(Scoped):
    """登录会话: the token itself is only in the browser; here lies its SM3 hash."""

    user = models.ForeignKey(User, models.PROTECT, related_name="sessions")
    token_hash = models.BinaryField(unique=True)
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=45)
    agent = models.CharField(max_length=200)
    second_factor_at = models.DateTimeField(null=True)

    protection = Protection(
        domain="accounts",
        job=("SELECT", "INSERT", "UPDATE", "DELETE"),
        is_audited=False,
        also_readable=f"user_id = {_SELF}",
        also_writable=f"user_id = {_SELF}",
    )

    class Meta:
        indexes = [models.Index(fields=["user", "-last_seen_at"], name="session_by_user")]
