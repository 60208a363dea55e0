"""Law texts become clauses: `data/laws/index.csv` says which files there are, 第…条 where a clause begins."""

import csv
import re
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from vetgrid.core.bulk import insert
from vetgrid.core.ids import new_id
from vetgrid.policies.models import Clause, Policy
from vetgrid.policies.tokens import words

_CLAUSE = re.compile(r"^(第[一二三四五六七八九十百零〇]+条)[\s　]*(.*)$")


@dataclass(frozen=True)
class Parsed:
    """One clause of a text."""

    label: str
    chapter: str
    text: str


def parse(text: str) -> list[Parsed]:
    """The clauses of a law text in order; paragraphs without a number of their own belong to the clause above them."""
    body = text.partition("<!-- INFO END -->")[2]
    found: list[tuple[str, str, list[str]]] = []
    chapter = ""
    for line in (line.strip() for line in body.splitlines()):
        start = _CLAUSE.match(line)
        if line.startswith("#"):
            chapter = re.sub(r"\s+", " ", line.lstrip("# ").strip())
        elif start:
            found.append((start[1], chapter, [start[2]]))
        elif line and found:
            found[-1][2].append(line)
    return [Parsed(label, chapter, "\n".join(lines)) for label, chapter, lines in found]


def load_library(*, division: int) -> int:
    """Adds the laws that are not in the library yet; returns how many. Called by loaders, in a scope that may write there."""
    folder = settings.DATA / "laws"
    added = 0
    with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if Policy.objects.filter(title=row["title"], issued_on=row["issued_on"]).exists():
                continue
            _add(row, parse((folder / row["file"]).read_text(encoding="utf-8")), division)
            added += 1
    return added


def _add(row: dict[str, str], clauses: list[Parsed], division: int) -> None:
    until = date.fromisoformat(row["effective_to"]) if row["effective_to"] else None
    policy = Policy(
        id=new_id(),
        division=division,
        title=row["title"],
        number=row["number"],
        issuer=row["issuer"],
        level=row["level"],
        issued_on=date.fromisoformat(row["issued_on"]),
        effective_from=date.fromisoformat(row["effective_from"]),
        effective_to=until,
    )
    policy.save(force_insert=True)
    insert(
        Clause(
            division=division,
            policy_id=policy.id,
            position=position,
            label=clause.label,
            chapter=clause.chapter[:60],
            text=clause.text,
            effective_from=policy.effective_from,
            effective_to=until,
            words=words(clause.text),
            title_words=words(policy.title),
        )
        for position, clause in enumerate(clauses, start=1)
    )
