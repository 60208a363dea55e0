"""The texts of messages: `data/notices/templates.toml`, each with versions and the day from which it is used."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from string import Template

from django.conf import settings


@dataclass(frozen=True)
class Text:
    """One version of one message; `$name` in title and body stands for a parameter."""

    key: str
    version: int
    from_on: date
    title: str
    body: str

    def filled(self, values: dict[str, str]) -> tuple[str, str]:
        """Title and body; raises KeyError for a parameter that was not given."""
        return Template(self.title).substitute(values)[:120], Template(self.body).substitute(values)


@cache
def texts() -> tuple[Text, ...]:
    with (settings.DATA / "notices" / "templates.toml").open("rb") as file:
        found = tomllib.load(file)
    return tuple(
        Text(key, entry["version"], entry["from_on"], entry["title"], entry["body"])
        for key, versions in found.items()
        for entry in versions
    )


def text_for(key: str, *, on: date) -> Text:
    """The version in use on the day; raises LookupError when there is none."""
    found = [text for text in texts() if text.key == key and text.from_on <= on]
    if not found:
        raise LookupError(f"no message {key!r} on {on}")
    return max(found, key=lambda text: text.version)
