"""By regulation: what a registration must hold, when an objection or a review is still possible, which matters are alike."""

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

MAX_REPRESENTATIVES = 5
"""信访工作条例 第二十条."""
MAX_TEXT = 5000
BANDS, ROWS = 12, 2
"""A fingerprint has 12 bands of 2 minima: texts that share half of their word pairs meet in 97 of 100 cases, in a third, in 76."""
_MIX = tuple((0x9E3779B1 * (2 * at + 1) & 0xFFFFFFFF, 0x85EBCA77 * (at + 3) & 0xFFFFFFFF) for at in range(BANDS * ROWS))


def shingles(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters of a text, without punctuation and spaces."""
    plain = re.sub(r"[\W_]+", "", text)
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1))


def bands(text: str) -> list[int]:
    """The fingerprint: signed 32-bit numbers, one for each band; nothing for a text without words."""
    hashes = [zlib.crc32(pair.encode()) for pair in shingles(text)]
    if not hashes:
        return []
    minima = [min((value * a + b) & 0xFFFFFFFF for value in hashes) for a, b in _MIX]
    found = []
    for at in range(BANDS):
        part = minima[at * ROWS : (at + 1) * ROWS]
        value = zlib.crc32(f"{at}:{part}".encode())
        found.append(value - (1 << 32) if value >= 1 << 31 else value)
    return found


def likeness(one: str, other: str) -> float:
    """The share of common word pairs, 0 to 1."""
    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b) if a and b else 0.0


@dataclass(frozen=True)
class Registration:
    """What was written down; names as in `Appeal`. `received_on` may lie before today, never after."""

    kind: str
    channel: str
    category: str
    title: str
    text: str
    received_on: date
    wish: str = ""
    applicant: str = ""
    phone: str = ""
    address: str = ""
    is_anonymous: bool = False
    speaker: str = ""
    relation: str = ""
    people: int = 1
    representatives: tuple[tuple[str, str], ...] = ()
    """Name and phone of each."""
    source_number: str = ""


def problems(asked: Registration, *, has_person: bool, today: date) -> Mapping[str, str]:
    """Sentences by field; empty when the registration can be taken."""
    found: dict[str, str] = {}
    if not asked.title.strip():
        found["title"] = "请用一句话概括事项,例如“补发2022年立功奖励金”。"
    if not asked.text.strip():
        found["text"] = "请写明诉求的经过和理由。"
    elif len(asked.text) > MAX_TEXT:
        found["text"] = f"内容太长({len(asked.text)}字),最多{MAX_TEXT}字。请摘要填写,原文作为附件上传。"
    if asked.received_on > today:
        found["received_on"] = "收到日期不能晚于今天,请核对。"
    elif asked.received_on < today - timedelta(days=3660):
        found["received_on"] = "收到日期太早,请核对年份。"
    if asked.is_anonymous and (has_person or asked.applicant.strip()):
        found["is_anonymous"] = "匿名反映不能填写姓名或关联档案,请二选一。"
    if not asked.is_anonymous and not has_person and not asked.applicant.strip():
        found["applicant"] = "请填写反映人姓名,或选择档案,或勾选匿名。"
    if asked.speaker.strip() and not asked.relation:
        found["relation"] = "代为反映的,请选择与本人的关系。"
    if asked.relation and not asked.speaker.strip():
        found["speaker"] = "请填写代为反映人的姓名。"
    if asked.channel == "hotline" and not asked.source_number.strip():
        found["source_number"] = "请填写热线工单编号,以便回复。"
    if asked.people < 1 or asked.people > 9999:
        found["people"] = "人数请填1至9999。"
    if len(asked.representatives) > MAX_REPRESENTATIVES:
        found["representatives"] = "多人反映同一事项的,应当推选代表,代表不超过5人(信访工作条例第二十条)。"
    elif asked.people > MAX_REPRESENTATIVES and not asked.representatives and asked.channel in ("counter", "reception"):
        found["representatives"] = "5人以上走访的,请登记推选的代表,不超过5人(信访工作条例第二十条)。"
    if any(not name.strip() for name, _ in asked.representatives):
        found["representatives"] = "请填写每位代表的姓名。"
    return found


def may_still_ask(answered_on: date | None, *, days: int, today: date) -> bool:
    """Whether a review may still be asked for: within so many days of the written answer (第三十五条、第三十六条)."""
    return answered_on is not None and today <= answered_on + timedelta(days=days)


def soonest(days: Iterable[date | None], *, otherwise: date) -> date:
    """The nearest of the dates that are known."""
    known = [day for day in days if day is not None]
    return min(known) if known else otherwise


def exemption_for(classes: Iterable[str], *, exempt: Mapping[str, str]) -> str:
    """Why no means test is made for somebody of these classes ('' when one is); `exempt` maps class to ground (第四十二条)."""
    return next((exempt[code] for code in classes if code in exempt), "")


def court_window(agreed_on: date, *, days: int) -> date:
    """Until when the parties may together ask the court to confirm: within so many days of the agreement (第三十三条)."""
    return agreed_on + timedelta(days=days)
