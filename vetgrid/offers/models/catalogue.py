"""We store: the preference list, each item with who, where, what, since when and by which paper. Everybody may read it."""

from django.db import models
from django.db.models import F, Q

from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection


class Kind(models.TextChoices):
    """What somebody gets."""

    FREE = "free", "免费"
    PERCENT = "percent", "折扣"
    PRIORITY = "priority", "优先"
    GIFT = "gift", "赠送"
    OTHER = "other", "其他"


class Preference(Scoped):
    """优待项目: one line of the preference list (优待目录)."""

    class Level(models.TextChoices):
        NATION = "nation", "国家"
        PROVINCE = "province", "省"
        CITY = "city", "市(县)"
        MERCHANT = "merchant", "商家"

    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=60)
    provider = models.CharField(max_length=80)
    category = models.CharField(max_length=20)
    """A code of data/codes/preference_category.csv."""
    classes = models.JSONField(default=list)
    """Codes of person classes; empty: every holder of a preferential card."""
    document = models.CharField(max_length=20)
    """A code of data/codes/preference_document.csv."""
    place = models.CharField(max_length=160)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    percent = models.PositiveSmallIntegerField(null=True)
    """What is still to be paid, in percent."""
    what = models.CharField(max_length=300)
    level = models.CharField(max_length=8, choices=Level.choices)
    paper = models.CharField(max_length=160)
    is_unconfirmed = models.BooleanField(default=False)
    """The paper was not seen, or the line is invented for the demo."""
    phone = models.CharField(max_length=40, blank=True)
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    """The first day on which it no longer holds."""
    version = models.IntegerField(default=1)
    protection = Protection(domain="offers", is_public=True)

    class Meta:
        indexes = [models.Index(fields=["division", "category", "number"], name="preference_by_category")]
        constraints = [
            models.UniqueConstraint(fields=["division", "number"], name="preference_number_once"),
            models.CheckConstraint(condition=Q(to_on=None) | Q(to_on__gt=F("from_on")), name="preference_in_order"),
            models.CheckConstraint(
                condition=Q(percent=None) | Q(percent__gte=1, percent__lte=99), name="preference_percent"
            ),
        ]

    def __str__(self) -> str:
        return self.title
