"""The demo county's own small list of vacancies and fairs."""

import csv
import random
from datetime import date, timedelta

from django.conf import settings

from vetgrid.core.bulk import insert
from vetgrid.core.places import full_code
from vetgrid.employment.models import Fair, Vacancy


def load(dice: random.Random, *, county: str, today: date) -> None:
    division = full_code(county)
    with (settings.DATA / "demo" / "jobs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    insert(
        Vacancy(
            division=division,
            published_on=today - timedelta(days=dice.randrange(1, 40)),
            closes_on=today + timedelta(days=dice.randrange(10, 60)),
            **(row | {"positions": int(row["positions"])}),
        )
        for row in rows
    )
    insert(
        Fair(
            division=division, title=title, on=on, hours="9:00-12:00", place=place, employers=employers, positions=jobs
        )
        for title, on, place, employers, jobs in (
            ("2024年新春退役军人专场招聘会", date(2024, 1, 20), "市人才市场一楼大厅", 36, 420),
            ("2023年秋季退役军人专场招聘会", date(2023, 10, 14), "市人才市场一楼大厅", 32, 380),
        )
    )
