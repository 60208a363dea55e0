"""What a typed text means for a field of the catalogue, and how its value reads on screen and in a file."""

from collections.abc import Callable
from datetime import date
from typing import Any

from vetgrid.core.codes import codes
from vetgrid.core.crypto import Sealed
from vetgrid.core.dates import PartialDate
from vetgrid.core.errors import Invalid
from vetgrid.core.places import Level, full_code, level_of
from vetgrid.registry import rules
from vetgrid.registry.catalogue import Field, masks, section


def parse(entry: Field, text: str, *, today: date) -> Any:
    """The value that a typed text means; raises Invalid with a sentence. An empty text is None (or '' for texts)."""
    text = text.strip()
    if not text:
        if entry.is_required:
            raise Invalid(fields={entry.key: f"请填写{entry.label}。"})
        return False if entry.kind == "bool" else None if entry.kind not in ("text", "code") else ""
    try:
        return _PARSERS[entry.kind](entry, text, today)
    except ValueError as error:
        raise Invalid(fields={entry.key: str(error)}) from error


def show(entry: Field, value: Any, *, clear: bool = False) -> str:
    """How a value reads on screen; sealed values masked unless `clear`."""
    if value in (None, ""):
        return ""
    if isinstance(value, Sealed):
        return value.reveal() if clear else value.masked(masks()[entry.mask])
    if entry.kind == "code":
        return codes(entry.table).label(str(value))
    if entry.kind == "bool":
        return "是" if value else "否"
    if entry.kind == "money":
        return f"{value / 100:,.2f}"
    if entry.kind == "partial_date":
        return str.__new__(PartialDate, value).label
    return str(value)


def as_text(entry: Field, value: Any) -> str:
    """The value as `parse` reads it again: what stands in a form or an export for correction."""
    if value in (None, ""):
        return ""
    if isinstance(value, Sealed):
        return value.reveal()
    if entry.kind == "bool":
        return "是" if value else ""
    if entry.kind == "money":
        return f"{value / 100:.2f}"
    return str(value)


def _code(entry: Field, text: str, today: date) -> str:
    found = codes(entry.table).code_of(text)
    if found is None:
        raise ValueError(f"{entry.label}“{text[:20]}”不在代码表里,请从列表中选择。")
    return found


def _partial(entry: Field, text: str, today: date) -> PartialDate:
    try:
        found = PartialDate.parse(text)
    except ValueError as error:
        raise ValueError(f"{entry.label}请写成 1979、1979-02 或 1979-02-17。") from error
    if found.earliest > today:
        raise ValueError(f"{entry.label}不能晚于今天,请核对。")
    if found.earliest.year < 1890:
        raise ValueError(f"{entry.label}的年份不合常理,请核对。")
    return found


def _text(entry: Field, text: str, today: date) -> str:
    limit = _limit(entry)
    if len(text) > limit:
        raise ValueError(f"{entry.label}最多{limit}个字,现在有{len(text)}个,请删减。")
    return text


def _limit(entry: Field) -> int:
    column = section(entry.section).model._meta.get_field(entry.attribute)
    return getattr(column, "max_length", None) or 60


def _int(entry: Field, text: str, today: date) -> int:
    grades = (
        {label.label: label.code for label in codes("disability_grade").codes} if entry.attribute == "grade" else {}
    )
    text = grades.get(text, text)
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise ValueError(f"{entry.label}请填写整数。")
    if entry.attribute == "grade" and not 1 <= int(text) <= 10:
        raise ValueError("伤残等级只有1至10级,请核对伤残证。")
    return int(text)


def _money(entry: Field, text: str, today: date) -> int:
    plain = text.replace(",", "").replace("元", "")
    whole, _, part = plain.partition(".")
    if not whole.isascii() or not whole.isdigit() or len(whole) > 12 or len(part) > 2 or (part and not part.isdigit()):
        raise ValueError(f"{entry.label}请填写金额,最多两位小数。")
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


def _bool(entry: Field, text: str, today: date) -> bool:
    if text in ("是", "有", "1", "on", "true", "True", "√"):
        return True
    if text in ("否", "无", "0", "false", "False"):
        return False
    raise ValueError(f"{entry.label}请填写“是”或“否”。")


def _division(entry: Field, text: str, today: date) -> int:
    try:
        code = full_code(text)
    except ValueError as error:
        raise ValueError(f"{entry.label}应为12位区划代码。") from error
    if level_of(code) != Level.VILLAGE:
        raise ValueError(f"{entry.label}应为村(社区)的12位区划代码。")
    return code


_PARSERS: dict[str, Callable[[Field, str, date], Any]] = {
    "text": _text,
    "sealed": _text,
    "name": lambda entry, text, today: rules.name(text),
    "id_number": lambda entry, text, today: rules.id_number(text, today=today).text,
    "phone": lambda entry, text, today: rules.phone(text),
    "code": _code,
    "partial_date": _partial,
    "int": _int,
    "money": _money,
    "bool": _bool,
    "division": _division,
}
