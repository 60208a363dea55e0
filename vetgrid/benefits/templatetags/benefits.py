"""How months and programmes are shown on pages."""

from django import template

from vetgrid.benefits.models import OPEN
from vetgrid.benefits.sources import book
from vetgrid.core.ruling.months import label

register = template.Library()


@register.filter
def month(value: int | None) -> str:
    """A month's number as 2023年8月; nothing for an open end."""
    return label(value) if value and value < OPEN else ""


@register.filter
def programme(key: str) -> str:
    """A programme's name; an old key stays readable."""
    found = book().programmes.get(key)
    return found.label if found else key
