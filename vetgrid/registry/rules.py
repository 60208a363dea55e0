"""By regulation and by custom: what a right name, ID number, phone is; who is a living veteran; what looks alike."""

import re
from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from vetgrid.core.dates import PartialDate

_NAME = re.compile(r"^[\u3400-\u9fff\U00020000-\U0003ffff]{1,20}(?:·[\u3400-\u9fff\U00020000-\U0003ffff]{1,20})*$")
_MOBILE = re.compile(r"^1[3-9]\d{9}$")
_LANDLINE = re.compile(r"^0\d{2,3}-?\d{7,8}$")


@dataclass(frozen=True)
class IdNumber:
    """What an ID number says about its holder (GB 11643-1999)."""

    text: str
    born_on: date
    sex: str
    """'1' male, '2' female."""


def id_number(text: str, *, today: date) -> IdNumber:
    """Reads an 18-character ID number; raises ValueError with a Chinese sentence when it cannot be one."""
    text = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"\d{17}[\dX]", text):
        raise ValueError(f"身份证号应为18位,现在是{len(text)}位或含有其他字符,请核对证件。")
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError as error:
        raise ValueError("身份证号第7至14位不是有效的出生日期,请核对证件。") from error
    if not date(1900, 1, 1) <= born <= today:
        raise ValueError("身份证号里的出生日期不合常理,请核对证件。")
    try:
        right = ric.calc_check_digit(text)
    except ValidationError as error:
        raise ValueError("身份证号不符合编码规则,请核对证件。") from error
    if right != text[17]:
        raise ValueError("身份证号最后一位校验不符,很可能有一位抄错了,请对照证件逐位核对。")
    return IdNumber(text, born, "1" if int(text[16]) % 2 else "2")


def name(text: str) -> str:
    """A Chinese personal name; raises ValueError with a sentence."""
    text = re.sub(r"\s", "", text).replace("•", "·").replace("・", "·")
    if not _NAME.match(text):
        raise ValueError("姓名只能用汉字(可含间隔号“·”),请核对后填写。")
    return text


def phone(text: str) -> str:
    """A mobile or land-line number, digits only (land lines keep no dash); raises ValueError with a sentence."""
    text = re.sub(r"[\s-]", "", text).removeprefix("+86")
    if not (_MOBILE.match(text) or _LANDLINE.match(text)):
        raise ValueError("电话应为11位手机号,或带区号的固定电话,请核对。")
    return text


def is_living_veteran(*, is_veteran: bool, died_on: str | None, left_on: date | None, is_merged: bool) -> bool:
    """Who must have a contact: a veteran of the county, alive and present. The database holds the same rule."""
    return is_veteran and died_on is None and left_on is None and not is_merged


def contradiction(*, id_text: str, born_on: str | None, sex: str, today: date) -> str:
    """A sentence when birth date or sex contradict the ID number; '' when they agree or are unknown."""
    found = id_number(id_text, today=today)
    if born_on and not (PartialDate(born_on).earliest <= found.born_on <= PartialDate(born_on).latest):
        return f"出生日期与身份证号不一致(身份证号为{found.born_on.isoformat()}),请核对。"
    if sex in ("1", "2") and sex != found.sex:
        return "性别与身份证号不一致,请核对。"
    return ""


def is_id_one_digit_off(one: str, other: str) -> bool:
    """One character differs, or two neighbours are swapped: the usual slips of copying."""
    if len(one) != len(other) or one == other:
        return False
    wrong = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(wrong) == 1:
        return True
    return (
        len(wrong) == 2
        and wrong[1] == wrong[0] + 1
        and one[wrong[0]] == other[wrong[1]]
        and one[wrong[1]] == other[wrong[0]]
    )


def age_on(born_on: str | None, *, today: date) -> int | None:
    """Full years, from the earliest day that the birth date allows; None when unknown."""
    if not born_on:
        return None
    born = PartialDate(born_on).earliest
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


REQUIRED_FOR_COMPLETE = ("id_number", "phone", "born_on", "residence", "service", "person_class")
COMPLETENESS_LABELS = {
    "id_number": "身份证号",
    "phone": "电话",
    "born_on": "出生日期",
    "residence": "住址与户籍",
    "service": "服役经历",
    "person_class": "人员类别",
}


def missing_facts(present: set[str], *, is_veteran: bool) -> list[str]:
    """Labels of what a complete file still lacks; a relative needs no service history."""
    wanted = [key for key in REQUIRED_FOR_COMPLETE if is_veteran or key != "service"]
    return [COMPLETENESS_LABELS[key] for key in wanted if key not in present]
