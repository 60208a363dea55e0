"""The report on the command line: as key,value lines, or beside what the bureau reported."""

import csv
import sys
from datetime import date

from django.conf import settings

from vetgrid.core.actor import Actor
from vetgrid.core.figures import Period
from vetgrid.core.places import full_code
from vetgrid.core.scope import acting, system_actor
from vetgrid.reports import queries


def _viewer() -> Actor:
    return system_actor("命令行报告", division=full_code(settings.INSTANCE.county))


def print_report(from_on: date, to_on: date) -> None:
    """Prints key,value for every figure that the platform keeps; the others as 'not yet kept'."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["key", "value"])
    with acting(_viewer()) as viewer:
        for entry in queries.five_year(Period(from_on, to_on), seen_by=viewer):
            writer.writerow([entry.line.key, queries.text_of(entry.value) if entry.state == "kept" else "not yet kept"])


def compare() -> int:
    """Prints each figure beside the reported value; 1 when a kept figure disagrees or opens to other rows than it counts."""
    wrong = kept = 0
    with acting(_viewer()) as viewer:
        asked = Period(date(2018, 12, 28), date(2023, 12, 28))
        for entry in queries.five_year(asked, seen_by=viewer):
            line = entry.line
            if entry.state != "kept":
                print(f"  尚未纳入  {line.key:<32}{'':>10} {line.reported:>12} {line.unit}  {line.label}")
                continue
            kept += 1
            _, figure, rows = queries.rows_behind(line.key, asked, seen_by=viewer)
            listed = len(list(queries.as_texts(figure, rows)))
            fits = line.agrees(entry.value) and listed == rows.count()
            wrong += not fits
            mark = "一致    " if fits else "不一致  "
            beside = f"{queries.text_of(entry.value):>10} {line.reported:>12} {line.unit}"
            print(f"  {mark}  {line.key:<32}{beside}  {line.label}(明细{listed}条)")
    print(f"{kept}项由本平台的记录计算,{kept - wrong}项一致,{wrong}项不一致;其余尚未纳入。")
    return 1 if wrong or not kept else 0
