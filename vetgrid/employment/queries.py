"""Which vacancies and fairs; they are public, so nothing here is scoped by place."""

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from vetgrid.core.actor import Actor
from vetgrid.core.asking import Question
from vetgrid.core.errors import NotFound
from vetgrid.employment.models import Fair, Vacancy

OPEN_VACANCIES = Question[Vacancy](
    lambda on: Vacancy.objects.filter(published_on__lte=on, closes_on__gte=on).order_by("-published_on", "-id")
)
"""What everybody asks: everything open on the day."""


def vacancies(*, text: str = "", on: date | None = None, seen_by: Actor) -> QuerySet[Vacancy]:
    """By title, employer or place; with `on` only those open on the day."""
    rows = Vacancy.objects.all()
    if on is not None:
        rows = rows.filter(published_on__lte=on, closes_on__gte=on)
    if text.strip():
        asked = text.strip()
        rows = rows.filter(Q(title__contains=asked) | Q(employer__contains=asked) | Q(place__contains=asked))
    return rows.order_by("-published_on", "-id")


def vacancy(vacancy_id: UUID, *, seen_by: Actor) -> Vacancy:
    found = Vacancy.objects.filter(pk=vacancy_id).first()
    if found is None:
        raise NotFound("没有找到这个岗位。它可能已经下架。")
    return found


def fairs(*, on: date | None = None, seen_by: Actor) -> QuerySet[Fair]:
    """With `on` those of the day and later, the next first; else all, the latest first."""
    rows = Fair.objects.all()
    return rows.filter(on__gte=on).order_by("on", "id") if on is not None else rows.order_by("-on", "-id")


def fair(fair_id: UUID, *, seen_by: Actor) -> Fair:
    found = Fair.objects.filter(pk=fair_id).first()
    if found is None:
        raise NotFound("没有找到这场招聘会。")
    return found
