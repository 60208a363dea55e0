"""A county's tree of divisions from a CSV file: checked as a whole, then written as a whole; repeatable."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction

from vetgrid.audit.trail import record
from vetgrid.core.actor import Actor, require
from vetgrid.core.errors import Invalid
from vetgrid.core.places import Level, full_code, interval, level_of, parent_of
from vetgrid.orgs.models import Division, Station
from vetgrid.orgs.permissions import OrgsPermission

_LEVELS = {"county": Level.COUNTY, "town": Level.TOWN, "village": Level.VILLAGE}
_MOST = 50_000


@dataclass(frozen=True)
class Row:
    """One line of the file."""

    code: int
    name: str
    level: Level


def read(path: Path, *, county: str) -> list[Row]:
    """The rows, parents first; raises Invalid with the line numbers of everything that is wrong."""
    top = full_code(county)
    problems: list[str] = []
    rows: dict[int, Row] = {}
    for number, line in enumerate(csv.DictReader(io.StringIO(_text(path))), start=2):
        row, problem = _row(line, top)
        if row is None or row.code in rows:
            problems.append(f"第{number}行:{problem or '代码重复'}")
        else:
            rows[row.code] = row
    problems += [
        f"{row.name}({row.code})的上级区划不在文件里"
        for row in rows.values()
        if row.code != top and parent_of(row.code) not in rows
    ]
    if top not in rows:
        problems.append(f"文件里没有{county}这一行")
    if problems:
        more = f"等{len(problems)}处" if len(problems) > 8 else ""
        raise Invalid("区划文件有误,没有导入:" + "；".join(problems[:8]) + more)
    return sorted(rows.values(), key=lambda row: (row.level, row.code))


def _text(path: Path) -> str:
    body = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "code" in text.split("\n", 1)[0] and text.count("\n") <= _MOST and "\0" not in text:
            return text
    raise Invalid("区划文件应为CSV,第一行是 code,name,level,parent,编码为UTF-8或GB18030。请另存后重试。")


def _row(line: dict[str, str | None], top: int) -> tuple[Row | None, str]:
    code_text, name, level_text = ((line.get(key) or "").strip() for key in ("code", "name", "level"))
    try:
        code = full_code(code_text)
    except ValueError:
        return None, f"代码“{code_text[:20]}”应为6、9或12位数字"
    level = _LEVELS.get(level_text)
    if level is None or level_of(code) != level:
        return None, f"级别“{level_text[:20]}”与代码{code_text}不符"
    if not name or len(name) > 80:
        return None, "名称为空或超过80个字"
    if not interval(top)[0] <= code <= interval(top)[1]:
        return None, f"代码{code_text}不在本县(市、区)之内"
    return Row(code, name, level), ""


@transaction.atomic
def import_divisions(path: Path, *, county: str, open_stations: bool, opened_on: date, by: Actor) -> int:
    """导入区划: writes what is missing, renames nothing; returns how many were added. With stations of three levels if asked."""
    require(by, OrgsPermission.RESTRUCTURE, at=full_code(county))
    rows = [*_upper(full_code(county)), *read(path, county=county)]
    known = set(Division.objects.values_list("code", flat=True))
    Division.objects.bulk_create(
        [
            Division(
                code=row.code,
                name=row.name,
                level=row.level,
                parent_id=None if row.level == Level.NATION else parent_of(row.code),
                opened_on=opened_on,
            )
            for row in rows
            if row.code not in known
        ]
    )
    if open_stations:
        _open_stations([row for row in rows if row.level >= Level.COUNTY], opened_on)
    added = sum(row.code not in known for row in rows)
    record(by, OrgsPermission.RESTRUCTURE, division=full_code(county), table="orgs_division", detail={"added": added})
    return added


def _upper(county: int) -> list[Row]:
    """The divisions above the county, by name where we know it."""
    with (settings.DATA / "divisions-upper.csv").open(encoding="utf-8", newline="") as file:
        names = {full_code(line["code"]): line["name"] for line in csv.DictReader(file)}
    above = [0, parent_of(parent_of(county)), parent_of(county)]
    return [Row(code, names.get(code, f"{code:012d}"), level_of(code)) for code in above]


def _open_stations(rows: list[Row], opened_on: date) -> None:
    have = set(Station.objects.filter(closed_on=None).values_list("division", "kind"))
    kinds = {Level.COUNTY: "city", Level.TOWN: "town", Level.VILLAGE: "village"}
    Station.objects.bulk_create(
        [
            Station(
                division=row.code,
                kind=kinds[row.level],
                name=station_name(row.name, row.level),
                opened_on=opened_on,
                hours="周一至周五 8:00-12:00 14:30-17:30",
            )
            for row in rows
            if (row.code, kinds[row.level]) not in have
        ]
    )


def station_name(name: str, level: Level) -> str:
    """石狮市 → 石狮市退役军人服务中心; 仕林村委会 → 仕林村退役军人服务站."""
    short = name.removesuffix("居委会").removesuffix("委会")
    return f"{short}退役军人服务{'中心' if level == Level.COUNTY else '站'}"
