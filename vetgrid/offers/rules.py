"""By custom: licence numbers, what a dynamic code looks like, who is entitled to an offer, distances and cells of the map."""

import base64
import math
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from stdnum.cn import uscc

STEP = 30
"""Seconds of one step of a dynamic code."""
MAC_BYTES = 10
SIGN = "VG1"
SHORT = 8
"""Digits of the number that is read out or typed instead of scanning; the last one checks the others."""
_SHAPE = re.compile(r"^VG1-(\d{6})-([0-9A-Z]{1,8})-([A-Z2-7]{13})-([A-Z2-7]{16})$")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LICENCE = re.compile(r"^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$")


def licence_problem(text: str) -> str:
    """A sentence about what is wrong with a unified social credit code (GB 32100); '' when it is right.

    The shape is checked here, because the library knows digits alone in the first two places while the standard allows letters.
    """
    number = uscc.compact(text)
    if not number:
        return "请填写统一社会信用代码(营业执照上的18位代码)。"
    if len(number) != 18:
        return f"统一社会信用代码应为18位,现在是{len(number)}位。请对照营业执照重新填写。"
    if not _LICENCE.match(number):
        return "统一社会信用代码里有不该出现的字符(没有字母 I、O、S、V、Z)。请对照营业执照重新填写。"
    if number[-1] != uscc.calc_check_digit(number[:-1]):
        return "统一社会信用代码的校验位不对,可能有一位抄错。请对照营业执照重新填写。"
    return ""


def licence_of(text: str) -> str:
    """The code without blanks, in capitals."""
    return str(uscc.compact(text))


@dataclass(frozen=True)
class CodeBody:
    """What a dynamic code says: whose installation (county), which step, and a random number that means nothing outside."""

    county: int
    step: int
    opaque: int

    @property
    def text(self) -> str:
        """What is signed, and the beginning of what is shown."""
        opaque = base64.b32encode(self.opaque.to_bytes(8, "big")).decode().rstrip("=")
        return f"{SIGN}-{self.county:06d}-{_base36(self.step)}-{opaque}"

    def shown(self, mac: bytes) -> str:
        """The whole code; only characters of the compact QR alphabet."""
        return f"{self.text}-{base64.b32encode(mac[:MAC_BYTES]).decode()}"


def read_code(text: str) -> tuple[CodeBody, bytes] | None:
    """The parts of a scanned text; None when it is no code of this kind at all."""
    match = _SHAPE.match(text.strip().upper())
    if not match:
        return None
    county, step, opaque, mac = match.groups()
    number = int.from_bytes(base64.b32decode(opaque + "==="), "big")
    body = CodeBody(int(county), int(step, 36), number)
    # One text for one code: base32 has spare bits at the end that would otherwise give several.
    return (body, base64.b32decode(mac)) if body.text == match.string[: -(len(mac) + 1)] else None


def step_at(seconds: float) -> int:
    return int(seconds // STEP)


def is_current(step: int, *, at: float, grace: int) -> bool:
    """Whether a code of this step may still be used; `grace` seconds allow for reading it out and for a hurried queue."""
    return step * STEP - grace <= at < (step + 1) * STEP + grace


def seconds_left(step: int, *, at: float) -> int:
    return max(0, math.ceil((step + 1) * STEP - at))


def short_of(number: int) -> str:
    """Seven digits and a check digit (Luhn), so that a slip of the finger is told apart from a code that does not exist."""
    digits = f"{number % 10 ** (SHORT - 1):0{SHORT - 1}d}"
    return digits + str(_luhn(digits))


def is_short(text: str) -> bool:
    """Whether the text is a typed number rather than a scanned code."""
    return bool(re.fullmatch(rf"\d{{{SHORT}}}", bare(text)))


def short_is_right(text: str) -> bool:
    digits = bare(text)
    return is_short(digits) and digits[-1] == str(_luhn(digits[:-1]))


def bare(text: str) -> str:
    return re.sub(r"[\s-]", "", text)


def _luhn(digits: str) -> int:
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if at % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def _base36(number: int) -> str:
    found = ""
    while number:
        number, rest = divmod(number, 36)
        found = _DIGITS[rest] + found
    return found or "0"


# --- the map ---------------------------------------------------------------------------------------------------------

CELL_E6 = 10_000
"""The side of a cell in millionths of a degree: about a kilometre."""
_METRES = 111_195
_ROW = 100_000
RINGS = (1, 3, 8, 20)
"""How many cells around the viewer are looked at, one ring after the other, until enough was found."""


def cell_of(lat_e6: int, lng_e6: int) -> int:
    """The cell of a point as one number, so that the search is plain equality on an index."""
    return (lat_e6 // CELL_E6 + 9_000) * _ROW + lng_e6 // CELL_E6 + 18_000


def cells_around(lat_e6: int, lng_e6: int, ring: int) -> list[int]:
    middle = cell_of(lat_e6, lng_e6)
    return [middle + up * _ROW + right for up in range(-ring, ring + 1) for right in range(-ring, ring + 1)]


def is_in_china(lat_e6: int, lng_e6: int) -> bool:
    """Roughly; its use is to find latitude and longitude that were exchanged."""
    return 3_000_000 <= lat_e6 <= 54_000_000 and 73_000_000 <= lng_e6 <= 136_000_000


def certain_metres(lat_e6: int, ring: int) -> int:
    """Whatever lies nearer than this is inside the cells that were looked at."""
    narrow = math.cos(math.radians(min(89.0, abs(lat_e6) / 1e6 + ring * CELL_E6 / 1e6)))
    return int(ring * CELL_E6 / 1e6 * _METRES * narrow)


def metres(lat_e6: int, lng_e6: int, other_lat: int, other_lng: int) -> int:
    """The distance of two points on the ground (haversine)."""
    one, other = math.radians(lat_e6 / 1e6), math.radians(other_lat / 1e6)
    up, right = other - one, math.radians((other_lng - lng_e6) / 1e6)
    part = math.sin(up / 2) ** 2 + math.cos(one) * math.cos(other) * math.sin(right / 2) ** 2
    return int(2 * 6_371_000 * math.asin(math.sqrt(min(1.0, part))))


# --- offers ----------------------------------------------------------------------------------------------------------


def entitling(held: Iterable[str], wanted: Collection[str]) -> str | None:
    """The class by which somebody is entitled: '' where the offer is for all, None where none of the classes fits."""
    if not wanted:
        return ""
    return next((code for code in held if code in wanted), None)


def share(honoured: int, refused: int) -> int | None:
    """Of a hundred asked, how many were honoured; None where nobody asked. Half goes up, but a refusal never shows as 100."""
    whole = honoured + refused
    if whole == 0:
        return None
    found = (200 * honoured + whole) // (2 * whole)
    return min(found, 99) if refused else found


def year_after(day: date) -> date:
    """The same day of the next year; 29 February becomes 28."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


_WORDS = {"free": "免费", "priority": "优先", "gift": "赠送", "other": ""}


def what_it_gives(kind: str, percent: int | None) -> str:
    """8折, 8.5折, 免费: how people say it. `percent` is what is still to be paid."""
    if kind == "percent" and percent:
        return f"{percent // 10}折" if percent % 10 == 0 else f"{percent // 10}.{percent % 10}折"
    return _WORDS.get(kind, "")
