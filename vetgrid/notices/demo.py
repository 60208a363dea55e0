"""The demo county's articles: explanations of policy and invented stories."""

import csv
from datetime import date, timedelta

from django.conf import settings

from vetgrid.core.bulk import insert
from vetgrid.core.places import full_code
from vetgrid.notices.models import Story


def load(*, county: str, today: date) -> None:
    with (settings.DATA / "demo" / "stories.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    insert(
        Story(division=full_code(county), published_on=today - timedelta(days=12 * at + 3), by_name="市服务中心", **row)
        for at, row in enumerate(rows)
    )
