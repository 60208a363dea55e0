"""The chain over the trail: seals cover finished transactions in order, each digest holds the one before.

Entries of a transaction become sealable when no older transaction can still commit, so nothing can slip in later. Between
an act and its seal lies the tamper window: at most the sealing interval (one minute) plus the longest running transaction.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from django.db import connection, transaction
from django.utils import timezone

from vetgrid.audit.models import Seal

GENESIS = "0" * 64
_LINES = """
    SELECT to_jsonb(e)::text FROM audit_entry e
     WHERE e.era = %s AND e.xid >= %s AND e.xid < %s ORDER BY e.xid, e.id
"""


@dataclass(frozen=True)
class Verdict:
    """What a check found: `problems` are Chinese sentences; none means the chain is whole."""

    seals: int
    entries: int
    unsealed: int
    head: str
    problems: tuple[str, ...]


@transaction.atomic
def seal_finished() -> Seal | None:
    """Seals what has finished since the last seal; None when there is nothing. Only one runs at a time."""
    _utc()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7021)")
        cursor.execute("SELECT audit_era_now(), pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        era, to_xid = cursor.fetchone()
    last = Seal.objects.order_by("-number").first()
    from_xid = last.to_xid if last is not None and last.era == era else 0
    previous = last.digest if last is not None else GENESIS
    digest, entries = digest_of(previous, _entries(era, from_xid, to_xid))
    if entries == 0:
        return None
    seal = Seal(
        number=last.number + 1 if last is not None else 1,
        era=era,
        from_xid=from_xid,
        to_xid=to_xid,
        entries=entries,
        sealed_at=timezone.now(),
        previous=previous,
        digest=digest,
    )
    seal.save(force_insert=True)
    return seal


def digest_of(previous: str, lines: Iterable[str]) -> tuple[str, int]:
    """SM3 over the previous digest and all lines; with the number of lines."""
    digest, count = hashes.Hash(hashes.SM3()), 0
    digest.update(previous.encode())
    for line in lines:
        digest.update(b"\n" + line.encode())
        count += 1
    return digest.finalize().hex(), count


def _entries(era: int, from_xid: int, to_xid: int) -> Iterator[str]:
    connection.ensure_connection()
    assert connection.connection is not None
    with connection.connection.cursor(name="audit_entries") as cursor:
        cursor.itersize = 5000
        cursor.execute(_LINES, [era, from_xid, to_xid])
        for (line,) in cursor:
            yield line


@transaction.atomic
def verify(*, against: str = "") -> Verdict:
    """Recomputes the chain from the database; `against` is a digest printed earlier that must be one of its links."""
    _utc()
    problems: list[str] = []
    previous, entries, covered, era = GENESIS, 0, 0, 0
    seals = list(Seal.objects.order_by("number"))
    for at, seal in enumerate(seals, start=1):
        if seal.number != at or seal.previous != previous or (seal.era == era and seal.from_xid != covered):
            problems.append(f"第{seal.number}号封条与前一号不衔接:中间的封条可能被删除或调换。")
        digest, count = digest_of(seal.previous, _entries(seal.era, seal.from_xid, seal.to_xid))
        if count != seal.entries:
            problems.append(f"第{seal.number}号封条应有{seal.entries}条记录,现有{count}条:记录被增加或删除。")
        elif digest != seal.digest:
            problems.append(f"第{seal.number}号封条的校验值不符:其中的记录被修改或调换。")
        previous, entries, covered, era = seal.digest, entries + count, seal.to_xid, seal.era
    if against and against not in {seal.digest for seal in seals}:
        problems.append("纸质校验值不在链上:封条被整体重做,或校验值抄写有误。")
    unsealed = _count() - entries
    if unsealed < 0:
        problems.append("封条之间有重叠。")
    return Verdict(len(seals), entries, max(0, unsealed), previous, tuple(problems))


def _utc() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'UTC'")


def _count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_entry")
        return int(cursor.fetchone()[0])


@transaction.atomic
def export(path: Path) -> int:
    """Writes seals and entries as JSON lines, so that the chain can be verified without the database."""
    _utc()
    written = 0
    with path.open("w", encoding="utf-8") as file:
        for seal in Seal.objects.order_by("number"):
            head = {"seal": seal.number, "previous": seal.previous, "digest": seal.digest, "entries": seal.entries}
            file.write(json.dumps(head) + "\n")
            for line in _entries(seal.era, seal.from_xid, seal.to_xid):
                file.write("\t" + line + "\n")
                written += 1
    return written


def verify_file(path: Path, *, against: str = "") -> Verdict:
    """Checks an exported trail, offline."""
    problems: list[str] = []
    previous, entries, seals = GENESIS, 0, 0
    digests: set[str] = set()
    for head, lines in _blocks(path):
        seals += 1
        digest, count = digest_of(previous, lines)
        if head["seal"] != seals or head["previous"] != previous:
            problems.append(f"第{head['seal']}号封条与前一号不衔接。")
        if digest != head["digest"] or count != head["entries"]:
            problems.append(f"第{head['seal']}号封条的校验值不符:其中的记录被修改、删除或调换。")
        previous, entries = head["digest"], entries + count
        digests.add(head["digest"])
    if against and against not in digests:
        problems.append("纸质校验值不在链上:文件被整体重做、截断,或校验值抄写有误。")
    return Verdict(seals, entries, 0, previous, tuple(problems))


def _blocks(path: Path) -> Iterator[tuple[dict[str, Any], list[str]]]:
    head: dict[str, Any] | None = None
    lines: list[str] = []
    with path.open(encoding="utf-8") as file:
        for text in file:
            if text.startswith("\t"):
                lines.append(text[1:].rstrip("\n"))
            else:
                if head is not None:
                    yield head, lines
                head, lines = json.loads(text), []
    if head is not None:
        yield head, lines
