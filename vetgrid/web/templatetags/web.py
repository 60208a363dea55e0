"""The components that templates use: icons, fields, pages, badges; parameters only, no business word."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput
from django.utils.html import format_html
from django.utils.safestring import SafeString

from vetgrid.core.crypto import Sealed
from vetgrid.core.dates import PartialDate

register = template.Library()

_ICONS = {
    "home": "M3 11 12 4l9 7M5 10v10h14V10M10 20v-6h4v6",
    "people": "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M2 21c0-4 3-6 7-6s7 2 7 6M16 3.5a4 4 0 0 1 0 7M18 15c3 .6 4 3 4 6",
    "person-add": "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M2 21c0-4 3-6 7-6s7 2 7 6M19 8v6M16 11h6",
    "user": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4 21c0-4 4-6 8-6s8 2 8 6",
    "check": "M4 12l5 5L20 6",
    "copy": "M8 8h12v12H8zM16 8V4H4v12h4",
    "upload": "M12 16V4M7 9l5-5 5 5M4 20h16",
    "download": "M12 4v12M7 11l5 5 5-5M4 20h16",
    "grid": "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
    "cells": "M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12L4 7.5",
    "swap": "M4 8h14M14 4l4 4-4 4M20 16H6M10 12l-4 4 4 4",
    "building": "M4 21V5l8-2v18M12 9h8v12M8 8v0M8 12v0M8 16v0M16 13v0M16 17v0M2 21h20",
    "badge": "M7 3h10v18H7zM12 11a2 2 0 1 0 0-4 2 2 0 0 0 0 4M9.5 16c.5-2 4.500-2 5 0",
    "calendar": "M4 6h16v15H4zM4 10h16M8 3v4M16 3v4",
    "map": "M9 4 3 6v14l6-2 6 2 6-2V4l-6 2zM9 4v14M15 6v14",
    "chart": "M4 20V4M4 20h16M8 16v-5M12 16V8M16 16v-8",
    "lock": "M6 11h12v10H6zM8 11V7a4 4 0 0 1 8 0v4",
    "key": "M8 14a4 4 0 1 1 3.500-2L20 12v3h-3v3h-3v-3l-2.500-1.500",
    "list": "M8 6h12M8 12h12M8 18h12M4 6v0M4 12v0M4 18v0",
    "eye": "M2 12c3-5 7-7 10-7s7 2 10 7c-3 5-7 7-10 7s-7-2-10-7M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6",
    "gear": "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6M12 3v3M12 18v3M3 12h3M18 12h3M5.600 5.600l2 2M16.400 16.400l2 2M18.400 5.600l-2 2M7.600 16.400l-2 2",
    "search": "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14M16 16l5 5",
    "menu": "M4 6h16M4 12h16M4 18h16",
    "print": "M7 8V3h10v5M6 17H4v-8h16v8h-2M7 14h10v7H7z",
    "phone": "M6 3h4l2 5-3 2c1 2 3 4 5 5l2-3 5 2v4c0 2-2 3-4 3C10 20 4 13 3 6c0-2 1-3 3-3",
    "edit": "M4 20h4L20 8l-4-4L4 16zM14 6l4 4",
    "plus": "M12 5v14M5 12h14",
    "clock": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5l3 3",
    "alert": "M12 3 2 20h20zM12 10v4M12 17v0",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A small drawing beside a word; hidden from screen readers because the word says it."""
    shape = _ICONS.get(name, _ICONS["list"])
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{}"/></svg>', shape
    )


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The current address's query with some keys changed; None or '' drops a key."""
    found = context["request"].GET.copy()
    for key, value in changes.items():
        if value in (None, ""):
            found.pop(key, None)
        else:
            found[key] = str(value)
    return f"?{found.urlencode()}"


@register.inclusion_tag("web/field.html")
def field(bound: BoundField, extra: str = "") -> dict[str, Any]:
    """A form field with label, help and error, tied together for screen readers."""
    described = [f"{bound.id_for_label}-help"] if bound.help_text else []
    described += [f"{bound.id_for_label}-error"] if bound.errors else []
    attributes: dict[str, str | bool] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return {
        "bound": bound,
        "widget": bound.as_widget(attrs=attributes),
        "is_check": isinstance(bound.field.widget, CheckboxInput),
        "extra": extra,
    }


@register.inclusion_tag("web/pages.html", takes_context=True)
def pages(context: dict[str, Any], page: Any) -> dict[str, Any]:
    """The line below a table: total, page numbers."""
    return {"page": page, "request": context["request"]}


@register.simple_tag
def badge(text: str, tone: str = "") -> SafeString:
    """A state as a word on a tinted ground; tone is good, warn, bad, info or nothing."""
    return format_html('<span class="badge {}">{}</span>', tone, text)


@register.inclusion_tag("web/empty.html")
def empty(title: str, what_next: str = "", url: str = "", action: str = "") -> dict[str, str]:
    """What stands where a table would be empty: says so and what to do next."""
    return {"title": title, "what_next": what_next, "url": url, "action": action}


@register.filter
def partial(value: str | None) -> str:
    """1979年2月, as far as known; a dash when unknown."""
    return str.__new__(PartialDate, value).label if value else "—"


@register.filter
def dash(value: object) -> object:
    """A dash where there is nothing."""
    return value if value not in (None, "") else "—"


@register.filter
def keep(value: Sealed | None, rule: str) -> str:
    """A sealed value masked by a rule such as '6,4'; a dash when there is none."""
    if value is None:
        return "—"
    head, tail = (int(part) for part in rule.split(","))
    return value.masked((head, tail))


@register.filter
def joined(values: Iterable[object]) -> str:
    return "、".join(str(value) for value in values)


@register.filter
def item(values: dict[Any, object], key: object) -> object:
    """values[key] or nothing."""
    return values.get(key, "")
