"""We store: merchants with their agreements, offers and accounts of their own. No money: membership costs and earns nothing."""

from django.db import models
from django.db.models import F, Q

from vetgrid.core.crypto import SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.offers.models.catalogue import Kind
from vetgrid.orgs.models import Station

MERCHANT = "nullif(current_setting('vetgrid.merchant', true), '')::uuid"
"""SQL: the merchant whose account the running transaction belongs to; NULL for everybody else."""
ACCOUNT = "nullif(current_setting('vetgrid.actor', true), '')::uuid"
_NAMED = "nullif(current_setting('vetgrid.username', true), '')"
_ANYBODY = "current_setting('vetgrid.actor') <> ''"


class AllianceSeries(Scoped):
    """The last number of a series of the county."""

    key = models.CharField(max_length=30)
    last = models.IntegerField()
    protection = Protection(domain="offers")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["division", "key"], name="alliance_series_once")]


class Merchant(Scoped):
    """商家: an enterprise or shop of the alliance (崇军联盟). What is published of it is no secret; its contact is elsewhere."""

    number = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    licence = models.CharField(max_length=18)
    trade = models.CharField(max_length=20)
    """A code of data/codes/offer_trade.csv: the eight trades."""
    address = models.CharField(max_length=160)
    phone = models.CharField(max_length=40, blank=True)
    lat_e6 = models.IntegerField(null=True)
    lng_e6 = models.IntegerField(null=True)
    station = models.ForeignKey(Station, models.PROTECT, related_name="merchants")
    state = models.CharField(max_length=10, default="applied")
    is_founded_by_veteran = models.BooleanField(default=False)
    applied_on = models.DateField()
    listed_on = models.DateField(null=True)
    sign_number = models.CharField(max_length=20, blank=True)
    renew_by = models.DateField(null=True)
    """The last day of the agreement."""
    left_on = models.DateField(null=True)
    note = models.CharField(max_length=300, blank=True)
    """Why it is paused, refused or has left."""
    version = models.IntegerField(default=1)
    protection = Protection(
        domain="offers",
        also_readable=f"(id = {MERCHANT} OR (state = 'listed' AND {_ANYBODY}))",
    )

    class Meta:
        indexes = [
            models.Index(fields=["division", "name", "id"], name="merchant_by_division"),
            models.Index(fields=["division", "state", "trade"], name="merchant_by_trade"),
            models.Index(fields=["renew_by"], name="merchant_by_renewal", condition=Q(left_on=None)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["id", "division"], name="merchant_id_and_division"),
            models.UniqueConstraint(
                fields=["licence", "address"], condition=~Q(state__in=["left", "refused"]), name="merchant_once"
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(listed_on=None) | Q(left_on__gte=F("listed_on")),
                name="merchant_dates_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(state="listed") | Q(listed_on__isnull=False, renew_by__isnull=False),
                name="merchant_listed_has_agreement",
            ),
        ]

    def __str__(self) -> str:
        return self.name


_CHILD = Protection(domain="offers", follows=("merchant", "offers_merchant"))


class MerchantContact(Scoped):
    """联系人: who speaks for the merchant; a person, therefore apart from what is published."""

    merchant = models.OneToOneField(Merchant, models.PROTECT, related_name="contact", db_constraint=False)
    name = models.CharField(max_length=40)
    phone = SealedField(purpose="phone")
    protection = _CHILD


class MerchantStep(Scoped):
    """One step in the life of a merchant; only added."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="steps", db_constraint=False)
    move = models.CharField(max_length=12)
    to_state = models.CharField(max_length=10)
    on = models.DateField()
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)
    by_name = models.CharField(max_length=80)
    protection = Protection(
        domain="offers",
        app=("SELECT", "INSERT"),
        job=("SELECT", "INSERT"),
        follows=("merchant", "offers_merchant"),
        is_audited=False,  # the act itself is in the trail, with the row of the merchant that it changed
    )


class Term(Scoped):
    """协议: one year of agreement; renewing adds the next one."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="terms", db_constraint=False)
    from_on = models.DateField()
    to_on = models.DateField()
    """The last day."""
    signer = models.CharField(max_length=40)
    signed_on = models.DateField()
    protection = _CHILD

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(to_on__gte=F("from_on")), name="term_in_order"),
            models.UniqueConstraint(fields=["merchant", "from_on"], name="term_once"),
        ]


class Offer(Scoped):
    """优惠: what a merchant gives to whom. Carries its merchant's trade and point, so that the nearest are found by one index."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="offers", db_constraint=False)
    title = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    percent = models.PositiveSmallIntegerField(null=True)
    what = models.CharField(max_length=300)
    classes = models.JSONField(default=list)
    """Codes of person classes; empty: all entitled persons."""
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    """The first day on which it no longer holds."""
    limit = models.PositiveIntegerField(null=True)
    uses_left = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=10, default="proposed")
    trade = models.CharField(max_length=20)
    lat_e6 = models.IntegerField(null=True)
    lng_e6 = models.IntegerField(null=True)
    cell = models.BigIntegerField(null=True)
    """The cell of the map (rules.cell_of); searching is equality on it."""
    is_shown = models.BooleanField(default=False)
    """Listed, and its merchant listed: kept by the actions of both."""
    confirmed_on = models.DateField(null=True)
    """When the station last made sure that it is honoured."""
    proposed_by_name = models.CharField(max_length=80)
    version = models.IntegerField(default=1)
    protection = Protection(
        domain="offers",
        follows=("merchant", "offers_merchant"),
        also_readable=f"(merchant_id = {MERCHANT} OR (is_shown AND {_ANYBODY}))",
    )

    class Meta:
        indexes = [
            models.Index(fields=["cell", "trade"], name="offer_by_cell", condition=Q(is_shown=True)),
            models.Index(fields=["division", "title", "id"], name="offer_by_division"),
            models.Index(fields=["merchant"], name="offer_by_merchant"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(to_on=None) | Q(to_on__gt=F("from_on")), name="offer_in_order"),
            models.CheckConstraint(
                condition=Q(percent=None) | Q(percent__gte=1, percent__lte=99), name="offer_percent"
            ),
            models.CheckConstraint(condition=Q(limit=None) | Q(uses_left__lte=F("limit")), name="offer_within_limit"),
        ]

    def __str__(self) -> str:
        return self.title


class ShopAccount(Scoped):
    """商家账号: signs in at the merchant's page alone; holds no role and no permission."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="accounts", db_constraint=False)
    username = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    """Which till it is, never who stands there."""
    password = models.CharField(max_length=160)
    must_change_password = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    failed_count = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    last_signed_in_at = models.DateTimeField(null=True)
    protection = Protection(
        domain="offers",
        follows=("merchant", "offers_merchant"),
        also_readable=f"(id = {ACCOUNT} OR username = {_NAMED})",
        also_writable=f"(id = {ACCOUNT} OR username = {_NAMED})",
    )


class ShopSession(Scoped):
    """A merchant's session: the token is only in the browser, here lies its hash."""

    account = models.ForeignKey(ShopAccount, models.PROTECT, related_name="sessions")
    token_hash = models.BinaryField(unique=True)
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    protection = Protection(
        domain="offers",
        is_audited=False,
        also_readable=f"account_id = {ACCOUNT}",
        also_writable=f"account_id = {ACCOUNT}",
    )
