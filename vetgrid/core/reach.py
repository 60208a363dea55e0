"""The first line of scope: the program's own filter on the division column (the database's policy is the last)."""

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from vetgrid.core.places import Places

Row = TypeVar("Row", bound=Model)


def within(rows: QuerySet[Row], places: Places, *, column: str = "division") -> QuerySet[Row]:
    """Only rows whose division lies in the places; one interval, the usual case, stays one plain range."""
    if len(places.intervals) <= 1:
        return rows.filter(**{f"{column}__gte": places.low, f"{column}__lte": places.high})
    inside = Q()
    for low, high in places.intervals:
        inside |= Q(**{f"{column}__gte": low, f"{column}__lte": high})
    return rows.filter(inside, **{f"{column}__gte": places.low, f"{column}__lte": places.high})
