"""A sheet of values from outside becomes typed cells: read in the safe child process, every wrong row named with its number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from vetgrid.benefits.proposing import MODE_LABELS, UNITS
from vetgrid.core.ruling.errors import RuleError
from vetgrid.core.ruling.language import Table
from vetgrid.core.ruling.parameters import read_cell, write_cell
from vetgrid.core.sheets import SheetError, SheetLimits, clean, read

COLUMNS = {
    "table": ("表名", "table"),
    "cell": ("档次", "cell"),
    "value": ("数值", "value", "标准"),
    "unit": ("单位", "unit"),
    "mode": ("方式", "mode"),
}
_LIMITS = SheetLimits(file_bytes=5 * 1024 * 1024, unpacked_bytes=50 * 1024 * 1024, rows=5000, columns=40, seconds=30)
_MOST_PROBLEMS = 20


@dataclass
class Uploaded:
    """What a sheet says: tables in its order, typed values by field, the unit of each table, and what could not be taken."""

    tables: list[str] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_sheet(body: bytes, *, mode: str, tables: Mapping[str, Table]) -> Uploaded:
    """Never raises for what a person sent: a sheet that cannot be read is one problem."""
    found = Uploaded()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sheet"
        path.write_bytes(body)
        try:
            sheet = read(path, known_headers=[name for names in COLUMNS.values() for name in names], limits=_LIMITS)
        except SheetError as error:
            found.problems.append(error.sentence.replace("并至少有“姓名”一列", "并有“表名、档次、数值”各列"))
            return found
    headers = {clean(header): at for at, header in enumerate(sheet.headers)}
    at = {key: next((headers[name] for name in names if name in headers), None) for key, names in COLUMNS.items()}
    missing = [COLUMNS[key][0] for key in ("table", "cell", "value") if at[key] is None]
    if missing:
        found.problems.append(f"表头缺少“{'”“'.join(missing)}”。请先下载模板,在模板里修改后再上传。")
        return found
    for row in sheet.rows:
        cells = {key: clean(row.cells[place]) if place is not None else "" for key, place in at.items()}
        if any(cells.values()):
            _take(found, cells, row.row_no, mode, tables)
    if not found.typed and not found.problems:
        found.problems.append("表头下面没有数据行。请在模板里填写后再上传。")
    if len(found.problems) > _MOST_PROBLEMS:
        rest = len(found.problems) - _MOST_PROBLEMS
        found.problems = [*found.problems[:_MOST_PROBLEMS], f"另有{rest}行有同样的问题。"]
    return found


def _take(found: Uploaded, cells: Mapping[str, str], row_no: int, mode: str, tables: Mapping[str, Table]) -> None:
    table = tables.get(cells["table"]) or next((one for one in tables.values() if one.label == cells["table"]), None)
    if table is None:
        found.problems.append(f"第{row_no}行:没有“{cells['table'][:40]}”这张表。请从模板复制表名。")
        return
    given = next((key for key, label in MODE_LABELS.items() if cells["mode"] in (key, label)), "")
    if cells["mode"] and given != mode:
        found.problems.append(f"第{row_no}行:方式是“{cells['mode'][:20]}”,同页面上选的不一致。请分开上传。")
        return
    try:
        places = read_cell(table, cells["cell"])
    except RuleError:
        found.problems.append(f"第{row_no}行:{table.label}没有“{cells['cell'][:40]}”这一档。请从模板复制。")
        return
    if None in places:
        found.problems.append(f"第{row_no}行:请逐档填写,不能用“*”代表每一档。")
        return
    unit = next((key for key, label in UNITS.items() if cells["unit"] in (key, label)), "")
    if cells["unit"] and not unit:
        found.problems.append(f"第{row_no}行:不认识单位“{cells['unit'][:20]}”。可以用:{'、'.join(UNITS.values())}。")
        return
    if unit and found.units.setdefault(table.key, unit) != unit:
        found.problems.append(
            f"第{row_no}行:{table.label}前面用的单位是{UNITS[found.units[table.key]]}。同一张表请用同一个单位。"
        )
        return
    name = f"{table.key}:{write_cell(table, places)}"
    if name in found.typed:
        found.problems.append(f"第{row_no}行:{table.label}的这一档前面已经有了。请只留一行。")
        return
    if table.key not in found.tables:
        found.tables.append(table.key)
    found.typed[name] = cells["value"]
