"""Writes the API's contract to tests/contracts/openapi.json: run it after a deliberate change (`make openapi`)."""

import json
import os
from pathlib import Path
from typing import Any

SNAPSHOT = Path(__file__).with_name("openapi.json")


def schema() -> dict[str, Any]:
    """The generated contract as plain JSON data."""
    from vetgrid.config.api import api

    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(), ensure_ascii=False, default=str))
    return found


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vetgrid.config.settings")
    django.setup()
    SNAPSHOT.write_text(json.dumps(schema(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
