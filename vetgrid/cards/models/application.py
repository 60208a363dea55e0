"""We store: an application as it stands, every step it went, its papers and its letters; all follow the person to another village.

`division` is the person's village, so that village, town and county see it; `station` is where it is handled and the card picked up.
"""

from django.db import models
from django.db.models import Q

from vetgrid.cards.states import OPEN
from vetgrid.core.crypto import BlindIndexField, SealedField
from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection
from vetgrid.orgs.models import Station
from vetgrid.registry.models import Person

APPENDED = ("SELECT", "INSERT")
_FOLLOWS = ("application", "cards_application")
_THROUGH = "EXISTS (SELECT 1 FROM cards_application a WHERE a.id = application_id)"


class Series(Scoped):
    """编号: the last number used of a series, counted over the whole county."""

    key = models.CharField(max_length=30)
    last = models.IntegerField()
    protection = Protection(domain="cards", is_audited=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["division", "key"], name="card_series_once")]


class Application(Scoped):
    """申领: a first card or a replacement, on its way through county, city, province, bank and maker."""

    class Purpose(models.TextChoices):
        FIRST = "first", "首次申领"
        REPLACEMENT = "replacement", "补换"

    class Channel(models.TextChoices):
        COUNTER = "counter", "窗口"
        HOME_VISIT = "home_visit", "上门办理"
        MINI_PROGRAM = "mini_program", "小程序"

    class Basis(models.TextChoices):
        REGISTER = "register", "户籍地"
        RESIDENCE = "residence", "居住地"

    class Speaker(models.TextChoices):
        SELF = "self", "本人"
        GUARDIAN = "guardian", "监护人"
        PROXY = "proxy", "委托代办人"

    number = models.CharField(max_length=30, unique=True)
    purpose = models.CharField(max_length=12, choices=Purpose.choices, default=Purpose.FIRST)
    person = models.ForeignKey(Person, models.PROTECT, related_name="card_applications")
    id_index = BlindIndexField()
    """Of the ID number: two files of one person cannot both apply."""
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10)
    """veteran or survivor (data/cards/identities.toml)."""
    identities = models.CharField(max_length=60)
    """Every identity of the person, with commas: all go onto the one card."""
    channel = models.CharField(max_length=12, choices=Channel.choices)
    basis = models.CharField(max_length=10, choices=Basis.choices, default=Basis.REGISTER)
    register_province = models.CharField(max_length=2, blank=True)
    province = models.CharField(max_length=2)
    """The province that issues."""
    bank = models.CharField(max_length=10)
    speaker = models.CharField(max_length=10, choices=Speaker.choices, default=Speaker.SELF)
    speaker_name = models.CharField(max_length=40, blank=True)
    speaker_id = SealedField(purpose="id_number")
    visit_reason = models.CharField(max_length=20, blank=True)
    visit_address = models.CharField(max_length=200, blank=True)
    materials = models.JSONField(default=list)
    grounds = models.JSONField(default=list)
    is_discretionary = models.BooleanField(default=False)
    """A ground of the province's discretion: the filing step is the province's decision."""
    replace_reason = models.CharField(max_length=10, blank=True)
    old_card = models.ForeignKey("cards.Card", models.PROTECT, null=True, related_name="replacements")
    station = models.ForeignKey(Station, models.PROTECT, related_name="card_applications")
    state = models.CharField(max_length=12, default="submitted")
    stage_on = models.DateField()
    """Since when it stands in this state: what the board's ageing counts from."""
    submitted_on = models.DateField()
    accepted_on = models.DateField(null=True)
    verified_by = models.UUIDField(null=True)
    reviewed_on = models.DateField(null=True)
    filed_on = models.DateField(null=True)
    made_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    reason = models.CharField(max_length=20, blank=True)
    """Of the last return or refusal (data/codes/card_return.csv, card_refusal.csv)."""
    note = models.CharField(max_length=300, blank=True)
    photo = models.UUIDField(null=True)
    photo_findings = models.JSONField(default=list)
    """[check, sentence, whether it passed] of file and picture."""
    photo_clerk = models.JSONField(default=list)
    """What the clerk ticked (data/cards/photo.toml)."""
    is_photo_good = models.BooleanField(default=False)
    registered_at = models.DateTimeField()
    registered_by_name = models.CharField(max_length=80)
    version = models.IntegerField(default=1)

    protection = Protection(domain="cards", follows=("person", "registry_person"), person_column="person_id")

    class Meta:
        indexes = [
            models.Index(fields=["division", "state", "stage_on"], name="card_app_open", condition=Q(closed_on=None)),
            models.Index(fields=["division", "-submitted_on", "-id"], name="card_app_by_division"),
            models.Index(fields=["person"], name="card_app_by_person"),
            models.Index(fields=["id_index"], name="card_app_by_id"),
            models.Index(fields=["station", "state"], name="card_app_by_station", condition=Q(closed_on=None)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["id", "division"], name="card_app_id_and_division"),
            models.UniqueConstraint(fields=["id_index"], condition=Q(state__in=OPEN), name="card_one_open_application"),
            models.CheckConstraint(
                condition=Q(closed_on=None, state__in=OPEN) | (Q(closed_on__isnull=False) & ~Q(state__in=OPEN)),
                name="card_app_closed_when_final",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Step(Scoped):
    """办理过程: one move of an application, by whom, when, with its note; only added. A log itself, so not in the trail twice."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="steps", db_constraint=False)
    move = models.CharField(max_length=20)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    on = models.DateField()
    at = models.DateTimeField()
    by_name = models.CharField(max_length=80)
    note = models.CharField(max_length=500, blank=True)
    protection = Protection(
        domain="cards",
        app=APPENDED,
        job=APPENDED,
        follows=_FOLLOWS,
        through=_THROUGH,
        is_for_citizens=True,
        is_audited=False,
    )

    class Meta:
        indexes = [models.Index(fields=["application", "at"], name="card_step_by_application")]


class Attachment(Scoped):
    """材料: a paper or photograph that came with the application; the bytes lie sealed in the store."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="attachments", db_constraint=False)
    material = models.CharField(max_length=20)
    """photo, or a key of the materials in data/cards/pipeline.toml."""
    file = models.UUIDField()
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    added_by_name = models.CharField(max_length=80)
    added_at = models.DateTimeField()
    protection = Protection(domain="cards", follows=_FOLLOWS, through=_THROUGH)

    class Meta:
        indexes = [models.Index(fields=["application"], name="card_paper_by_application")]


class Letter(Scoped):
    """文书: refusal or supplement letter; number, date and frozen content, so that its PDF is the same to the byte for ever."""

    class Kind(models.TextChoices):
        REFUSAL = "refusal", "不予通过告知书"
        SUPPLEMENT = "supplement", "补正告知书"

    application = models.ForeignKey(Application, models.PROTECT, related_name="letters", db_constraint=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    number = models.CharField(max_length=40, unique=True)
    dated_on = models.DateField()
    template = models.PositiveSmallIntegerField()
    content = SealedField(purpose="card_letter")
    digest = models.CharField(max_length=64)
    made_by_name = models.CharField(max_length=80)
    protection = Protection(domain="cards", app=APPENDED, job=APPENDED, follows=_FOLLOWS, through=_THROUGH)

    class Meta:
        indexes = [models.Index(fields=["application"], name="card_letter_by_application")]
