"""We store: vacancies and job fairs as the bureau publishes them; everybody may read them."""

from django.db import models
from django.db.models import F, Q

from vetgrid.core.models import Scoped
from vetgrid.core.protection import Protection

PUBLISHED = Protection(domain="employment", is_public=True)


class Vacancy(Scoped):
    """招聘岗位."""

    title = models.CharField(max_length=60)
    employer = models.CharField(max_length=80)
    place = models.CharField(max_length=120, blank=True)
    pay = models.CharField(max_length=60, blank=True)
    """In words, as the employer gives it."""
    positions = models.PositiveSmallIntegerField(default=1)
    demands = models.CharField(max_length=500, blank=True)
    contact = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    published_on = models.DateField()
    closes_on = models.DateField()
    """The last day."""
    version = models.IntegerField(default=1)
    protection = PUBLISHED

    class Meta:
        indexes = [models.Index(fields=["closes_on", "-published_on"], name="vacancy_by_day")]
        constraints = [
            models.CheckConstraint(condition=Q(closes_on__gte=F("published_on")), name="vacancy_dates_in_order"),
            models.CheckConstraint(condition=Q(positions__gte=1), name="vacancy_for_somebody"),
        ]

    def __str__(self) -> str:
        return self.title


class Fair(Scoped):
    """招聘会."""

    title = models.CharField(max_length=80)
    on = models.DateField()
    hours = models.CharField(max_length=40, blank=True)
    place = models.CharField(max_length=120)
    employers = models.PositiveSmallIntegerField(default=0)
    positions = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=500, blank=True)
    version = models.IntegerField(default=1)
    protection = PUBLISHED

    class Meta:
        indexes = [models.Index(fields=["on"], name="fair_by_day")]

    def __str__(self) -> str:
        return self.title
