"""The privacy notices that ship (`data/notices.toml`): new versions are added with each migration, old ones never change."""

import tomllib

from django.conf import settings

from vetgrid.registry.models import PrivacyNotice


def load_notices() -> None:
    """Runs as the owner of the tables; the other roles may only read."""
    body = tomllib.loads((settings.DATA / "notices.toml").read_text(encoding="utf-8"))
    for entry in body["notice"]:
        known = {key: entry[key] for key in ("title", "body", "valid_from")}
        PrivacyNotice.objects.get_or_create(number=entry["number"], defaults=known)
