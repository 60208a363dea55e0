"""Names as pinyin: full spelling and initials, with the readings that surnames have; cached for each character."""

import csv
import os
from functools import cache

from django.conf import settings

# Only single characters are asked for; the library's phrases cost a fifth of a second at every start.
os.environ["PYPINYIN_NO_PHRASES"] = "1"
from pypinyin import Style, lazy_pinyin


@cache
def _surnames() -> dict[str, list[str]]:
    with (settings.DATA / "pinyin" / "surnames.csv").open(encoding="utf-8", newline="") as file:
        return {row["surname"]: row["reading"].split() for row in csv.DictReader(file)}


@cache
def _syllable(character: str) -> str:
    found = lazy_pinyin(character, style=Style.NORMAL, errors="default")
    return "".join(part for part in found[0].lower() if part.isascii() and part.isalnum()) if found else ""


def spell(name: str) -> tuple[str, str]:
    """('caijianguo', 'cjg') for 蔡建国. Characters without a reading are left out; at most 200 and 40 characters."""
    special = _surnames()
    head = name[:2] if name[:2] in special else name[:1]
    syllables = list(special.get(head, [_syllable(part) for part in head]))
    syllables += [_syllable(part) for part in name[len(head) :]]
    spoken = [part for part in syllables if part]
    return "".join(spoken)[:200], "".join(part[0] for part in spoken)[:40]
