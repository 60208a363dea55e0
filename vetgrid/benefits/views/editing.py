"""What somebody is typing into tables: kept from one answer to the next, whatever was wrong with it."""

from dataclasses import dataclass, field
from typing import Any

from vetgrid.benefits.grids import Grid, grid_of, raised
from vetgrid.benefits.proposing import MODE_LABELS, Asked, plain
from vetgrid.benefits.rulebook import parameters, rulebook
from vetgrid.benefits.uploading import read_sheet
from vetgrid.core.clock import today
from vetgrid.core.errors import Invalid, Refused
from vetgrid.core.ruling.months import month_on
from vetgrid.web.forms import Form

_LARGEST_FILE = 5 * 1024 * 1024
_MOST_TABLES = 60
_MOST_PERCENT = 1000


@dataclass
class Editing:
    """Tables in the making at a place: the mode, what was typed into which input, and the sentences beside it."""

    place: int
    mode: str
    tables: list[str]
    typed: dict[str, str]
    units: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    note: str = ""

    @property
    def mode_label(self) -> str:
        return MODE_LABELS[self.mode]

    @property
    def grids(self) -> list[Grid]:
        return [self.grid(key) for key in self.tables]

    def grid(self, key: str) -> Grid:
        return grid_of(
            rulebook().tables[key],
            parameters(),
            place=self.place,
            month=month_on(today()),
            mode=self.mode,
            unit=self.units.get(key, ""),
            typed=self.typed,
            errors=self.errors,
        )

    def asked(self) -> list[Asked]:
        return [one for grid in self.grids for one in grid.asked(self.mode)]

    def refuse(self, error: Refused, form: Form) -> None:
        """Sentences go to their cells; what belongs to no cell goes to the form."""
        fields = error.fields if isinstance(error, Invalid) else {}
        self.errors |= {key: sentence for key, sentence in fields.items() if ":" in key}
        others = {key: sentence for key, sentence in fields.items() if ":" not in key}
        if others:
            form.refuse(Invalid(fields=others))
        elif self.errors:
            form.add_error(None, f"有{len(self.errors)}格需要更正,见下面表格里的说明。")
        else:
            form.refuse(error)


def editing_of(request: Any, *, places: list[tuple[str, str]]) -> Editing:
    """From the address or the sent form; a sent sheet or a raise by percent is worked into what is typed."""
    given = request.POST if request.method == "POST" else request.GET
    codes = [int(code) for code, _ in places]
    asked = given.get("division", "")
    place = int(asked) if asked.isdigit() and int(asked) in codes else (codes[0] if codes else 0)
    mode = given.get("mode", "set")
    edit = Editing(
        place,
        mode if mode in MODE_LABELS else "set",
        _known(given.getlist("table")),
        {key: value for key, value in given.items() if ":" in key and not key.startswith(("unit:", "raise:", "line:"))},
        {key.partition(":")[2]: value for key, value in given.items() if key.startswith("unit:")},
    )
    if request.method == "POST" and given.get("step") == "upload":
        _take_sheet(edit, request.FILES.get("file"))
    if request.method == "POST" and given.get("step", "").startswith("raise:"):
        _raise(edit, given["step"].partition(":")[2], given)
    return edit


def _known(keys: list[str]) -> list[str]:
    return [key for key in dict.fromkeys(keys) if key in rulebook().tables][:_MOST_TABLES]


def _take_sheet(edit: Editing, file: Any) -> None:
    if file is None:
        edit.problems.append("请先选择表格文件,再读取。")
        return
    if file.size > _LARGEST_FILE:
        edit.problems.append("文件超过5MB。请只保留要改的标准后再上传。")
        return
    found = read_sheet(file.read(), mode=edit.mode, tables=rulebook().tables)
    edit.tables = _known([*edit.tables, *found.tables])
    edit.typed |= found.typed
    edit.units |= found.units
    edit.problems += found.problems
    if found.typed:
        edit.note = f"已从表格读入{len(found.typed)}格,请核对后提交。"


def _raise(edit: Editing, key: str, given: Any) -> None:
    text = plain(given.get(f"raise:{key}", "")).removesuffix("%")
    try:
        permille = round(float(text) * 10)
    except (ValueError, OverflowError):
        permille = _MOST_PERCENT * 10 + 1
    if key not in edit.tables or abs(permille) > _MOST_PERCENT * 10:
        edit.problems.append("上浮的百分数请填数字,例如5或2.5,降低填负数。")
        return
    blank = Editing(edit.place, edit.mode, [key], {}, edit.units)
    edit.typed |= raised(blank.grid(key), permille)
