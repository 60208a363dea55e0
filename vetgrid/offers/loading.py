"""The preference list that ships with the county's data (`data/offers/catalogue.csv`), brought into an installation."""

import csv
from datetime import date

from django.conf import settings

from vetgrid.core.bulk import insert
from vetgrid.offers.models import Preference


def load_catalogue(*, division: int) -> int:
    """Fills an empty list; returns how many items. Later changes are made on the pages."""
    with (settings.DATA / "offers" / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        rows = [_item(line, division) for line in csv.DictReader(file)]
    return insert(rows)


def _item(line: dict[str, str], division: int) -> Preference:
    return Preference(
        division=division,
        number=int(line["number"]),
        title=line["title"],
        provider=line["provider"],
        category=line["category"],
        classes=line["classes"].split(),
        document=line["document"],
        place=line["place"],
        kind=line["kind"],
        percent=int(line["percent"]) if line["percent"] else None,
        what=line["what"],
        level=line["level"],
        paper=line["paper"],
        is_unconfirmed=line["is_unconfirmed"] == "1",
        phone=line["phone"],
        from_on=date.fromisoformat(line["from_on"]),
        to_on=date.fromisoformat(line["to_on"]) if line["to_on"] else None,
    )
