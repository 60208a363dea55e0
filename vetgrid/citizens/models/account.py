"""We store: an account of the mini-program with its sessions, codes sent by text message, and attempts that are counted."""

from django.db import models
from django.db.models import Q

from vetgrid.core.crypto import BlindIndexField, SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection

SELF = "nullif(current_setting('vetgrid.actor', true), '')::uuid"


class Account(Scoped):
    """小程序账号: a phone or a WeChat identity. `division` is the county; whose file it is says the binding."""

    phone = SealedField(purpose="phone")
    phone_index = BlindIndexField(null=True)
    openid = SealedField(purpose="openid")
    openid_index = BlindIndexField(null=True)
    large_mode = models.BooleanField(default=False)
    privacy_version = models.CharField(max_length=20, blank=True)
    privacy_agreed_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    protection = Protection(domain="citizens", also_readable=f"id = {SELF}", also_writable=f"id = {SELF}")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["phone_index"], condition=Q(closed_at=None), name="account_phone_once"),
            models.UniqueConstraint(fields=["openid_index"], condition=Q(closed_at=None), name="account_openid_once"),
        ]


class CitizenSession(Scoped):
    """小程序会话: the token itself is only on the phone; here lies its SM3 hash."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="sessions")
    token_hash = models.BinaryField(unique=True)
    way = models.CharField(max_length=8)
    """sms or wechat."""
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=45)
    agent = models.CharField(max_length=200)

    protection = Protection(
        domain="citizens",
        job=("SELECT", "INSERT", "UPDATE", "DELETE"),
        is_audited=False,
        also_readable=f"account_id = {SELF}",
        also_writable=f"account_id = {SELF}",
    )


class SmsCode(Scoped):
    """验证码: only its hash; used once, for five minutes, with few tries."""

    phone_index = BlindIndexField()
    code_hash = models.BinaryField()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    protection = Protection(domain="citizens", job=("SELECT", "INSERT", "UPDATE", "DELETE"), is_audited=False)

    class Meta:
        indexes = [models.Index(fields=["phone_index", "-sent_at"], name="sms_code_by_phone")]


class Attempt(Scoped):
    """尝试: one countable attempt of a kind by a key (blind index of phone, address, number or account)."""

    kind = models.CharField(max_length=16)
    key = models.BinaryField()
    at = models.DateTimeField()

    protection = Protection(
        domain="citizens", app=("SELECT", "INSERT"), job=("SELECT", "INSERT", "DELETE"), is_audited=False
    )

    class Meta:
        indexes = [models.Index(fields=["kind", "key", "-at"], name="attempt_by_key")]
