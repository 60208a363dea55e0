"""It is so that ...: money as integers of fen, shares that add up, pairs of acts that exclude each other."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase

ACT_OF_MOVE = {
    "draft": "prepare",
    "gate": "prepare",
    "cancel": "prepare",
    "review": "review",
    "sign_off": "review",
    "approve": "approve",
    "release": "release",
    "take_return": "reconcile",
    "close": "reconcile",
}
"""Which act a move is, for the forbidden pairs; a move that is not named here (sending back) excludes nothing."""


def yuan(fen: int) -> str:
    """123456 is '1234.56'; no separators, as files want it."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def money(fen: int) -> str:
    """123456 is '1,234.56', as screens want it."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def fen(text: str, style: str) -> int:
    """The reverse: '1234.56' (style yuan) or '123456' (style fen) is 123456; raises ValueError for anything else."""
    text = text.strip().replace(",", "")
    if style == "fen":
        if not (text.isascii() and text.isdigit()):
            raise ValueError(f"not an amount in fen: {text!r}")
        return int(text)
    whole, point, rest = text.partition(".")
    if not (whole.isascii() and whole.isdigit()) or len(rest) > 2 or (point and not rest.isdigit()):
        raise ValueError(f"not an amount in yuan: {text!r}")
    return int(whole) * 100 + int(rest.ljust(2, "0") or "0")


def split(amount_fen: int, shares: Sequence[tuple[str, int]]) -> dict[str, int]:
    """The amount by shares in hundredths of a percent: each rounded towards zero, the last takes the rest, so nothing is lost."""
    if sum(share for _, share in shares) != 10_000:
        raise ValueError("shares do not add up to 10000")
    sign = -1 if amount_fen < 0 else 1
    parts = {key: sign * (abs(amount_fen) * share // 10_000) for key, share in shares[:-1]}
    return parts | {shares[-1][0]: amount_fen - sum(parts.values())}


def funding_of(purpose: str, patterns: Iterable[tuple[str, Sequence[str]]]) -> str:
    """The key of the first funding whose pattern fits the purpose; raises LookupError when none does."""
    for key, wanted in patterns:
        if any(fnmatchcase(purpose, pattern) for pattern in wanted):
            return key
    raise LookupError(f"no funding for {purpose!r}")


def forbidden_with(move: str, done: Iterable[str], pairs: Iterable[frozenset[str]]) -> str | None:
    """The act, among the moves that the same person has done on the run, which excludes this move."""
    act = ACT_OF_MOVE.get(move)
    acts = {ACT_OF_MOVE[entry] for entry in done if entry in ACT_OF_MOVE}
    for pair in pairs:
        if act in pair:
            for other in pair - {act}:
                if other in acts:
                    return other
    return None


def in_force(entries: Sequence[Mapping[str, object]], on: date) -> Mapping[str, object]:
    """Of dated entries the latest that holds on the day; raises LookupError when none does."""
    found = [entry for entry in entries if isinstance(entry["from_on"], date) and entry["from_on"] <= on]
    if not found:
        raise LookupError(f"nothing in force on {on}")
    return max(found, key=lambda entry: str(entry["from_on"]))


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def month_before(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def reference(run_number: str, line_number: int) -> str:
    """What names a line in the bank's files and comes back with it."""
    return f"{run_number}-{line_number:06d}"


def line_number_of(text: str, run_number: str) -> int | None:
    """The line number that a reference names; None when it is not a reference of this run."""
    head, _, tail = text.strip().rpartition("-")
    return int(tail) if head == run_number and tail.isascii() and tail.isdigit() and len(tail) <= 9 else None
