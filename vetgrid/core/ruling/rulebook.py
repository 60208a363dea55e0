"""The rulebook: programmes with their dated rules, read from files, every expression parsed and typed before anybody is decided."""

import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from vetgrid.core.ruling.errors import RuleError
from vetgrid.core.ruling.language import (
    Name,
    Node,
    Rate,
    Table,
    Type,
    conditions,
    is_fixed,
    is_never_negative,
    parse,
    walk,
)
from vetgrid.core.ruling.months import read_month
from vetgrid.core.ruling.parameters import Parameters, read_values
from vetgrid.core.ruling.vocabulary import Kind, Vocabulary

ENTITLED, AMOUNT = "entitled", "amount"
FREQUENCIES = ("monthly", "yearly", "once")
PAIRS = ("either_or", "higher_of", "stack")
_TYPES = {Kind.INT: Type.INT, Kind.MONTH: Type.INT, Kind.FLAG: Type.FLAG, Kind.CODE: Type.CODE}


@dataclass(frozen=True)
class Line:
    """One step of a rule: what it is called, which clause says so, and the expression. `unmet` explains a condition that fails."""

    name: str
    label: str
    clause: str
    expression: str
    node: Node
    unmet: str = ""
    unit: str = "count"


@dataclass(frozen=True)
class Rule:
    """The lines that hold from a month on; the last ones are `entitled` and `amount`."""

    since: int
    lines: tuple[Line, ...]

    @cached_property
    def nodes(self) -> dict[str, Node]:
        return {line.name: line.node for line in self.lines}

    @cached_property
    def split(self) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
        """What `entitled` demands: the conditions that are the same in every month, worked out once, and those that are not."""
        found = conditions(self.nodes[ENTITLED], self.nodes)
        fixed = tuple(node for node in found if is_fixed(node, self.nodes))
        return fixed, tuple(node for node in found if node not in fixed)

    @cached_property
    def may_be_negative(self) -> bool:
        """Whether the amount has to be kept from falling below zero."""
        return not is_never_negative(self.nodes[AMOUNT], self.nodes)


@dataclass(frozen=True)
class Programme:
    """A benefit: its dated rules and what people are told about it."""

    key: str
    label: str
    order: int
    frequency: str
    article: str
    payee: str
    papers: tuple[str, ...]
    changes: tuple[str, ...]
    funding: str
    summary: str
    trust: str
    rules: tuple[Rule, ...]

    def rule_in(self, month: int) -> Rule | None:
        """The rule that holds in a month; None before the first."""
        at = bisect_right([rule.since for rule in self.rules], month)
        return self.rules[at - 1] if at else None


@dataclass(frozen=True)
class Pair:
    """How two programmes stand to each other from a month on."""

    first: str
    second: str
    kind: str
    since: int
    article: str
    trust: str


@dataclass(frozen=True)
class Rulebook:
    """Everything that decides, without the parameters' values."""

    vocabulary: Vocabulary
    tables: Mapping[str, Table]
    programmes: Mapping[str, Programme]
    pairs: tuple[Pair, ...]

    @classmethod
    def read(cls, folder: Path) -> "Rulebook":
        """From `facts.toml`, `tables.toml`, `lines.toml`, `programmes/*.toml`, `exclusions.toml`; raises RuleError naming file and line."""
        vocabulary = Vocabulary.read(folder / "facts.toml")
        tables = read_tables(folder / "tables.toml", vocabulary)
        shared = _read(folder / "lines.toml") if (folder / "lines.toml").exists() else {}
        found = [
            _programme(path, vocabulary, tables, shared) for path in sorted((folder / "programmes").glob("*.toml"))
        ]
        found.sort(key=lambda programme: (programme.order, programme.key))
        programmes = {programme.key: programme for programme in found}
        return cls(vocabulary, tables, programmes, _pairs(folder / "exclusions.toml", programmes))

    def losing_conditions(self, key: str, month: int) -> list[tuple[Pair, str, bool]]:
        """For one programme: (pair, the other programme, whether an equal amount of the other wins too).

        An either-or pair always keeps its first; the larger of two stays in a higher-of pair, ties to the earlier order.
        """
        found = []
        for pair in self.pairs:
            if pair.since > month or pair.kind == "stack" or key not in (pair.first, pair.second):
                continue
            other = pair.first if key == pair.second else pair.second
            if pair.kind == "either_or":
                if key == pair.second:
                    found.append((pair, other, True))
            else:
                place = list(self.programmes).index
                found.append((pair, other, place(other) < place(key)))
        return found

    def tables_of(self, rule: Rule) -> set[tuple[str, int]]:
        """Which tables a rule asks, with the months back."""
        return {(node.table, node.offset) for line in rule.lines for node in walk(line.node) if isinstance(node, Rate)}


def read_parameters(folder: Path, tables: Mapping[str, Table]) -> Parameters:
    """All rows of all files of the folder whose header is that of parameters."""
    rows = [row for path in sorted(folder.glob("*.csv")) for row in read_values(path, tables)]
    return Parameters(tables, tuple(rows))


def read_tables(path: Path, vocabulary: Vocabulary) -> dict[str, Table]:
    """The declared tables; raises RuleError for a dimension that is no bounded fact."""
    tables = {}
    for key, entry in _read(path).items():
        dims = []
        for name in entry.get("dims", ()):
            if name not in vocabulary or vocabulary[name].size is None:
                raise RuleError(f"{path.name}: {key}: {name} is no bounded fact")
            dims.append(vocabulary[name])
        tables[key] = Table(
            key, str(entry["label"]), tuple(dims), str(entry["unit"]), entry.get("combine", "replace") == "top_up"
        )
    return tables


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _programme(path: Path, vocabulary: Vocabulary, tables: Mapping[str, Table], shared: Mapping[str, Any]) -> Programme:
    entry = _read(path)
    try:
        rules = [_rule(since, lines, vocabulary, tables) for since, lines in _written_out(entry["rule"], shared)]
        programme = Programme(
            key=str(entry["key"]),
            label=str(entry["label"]),
            order=int(entry["order"]),
            frequency=str(entry["frequency"]),
            article=str(entry["article"]),
            payee=str(entry.get("payee", "本人")),
            papers=tuple(entry.get("papers", ())),
            changes=tuple(entry.get("changes", ())),
            funding=str(entry.get("funding", "")),
            summary=str(entry.get("summary", "")),
            trust=str(entry.get("trust", "")),
            rules=tuple(rules),
        )
    except (RuleError, KeyError, ValueError) as error:
        raise RuleError(f"{path.name}: {error}") from error
    if programme.frequency not in FREQUENCIES or programme.key != path.stem:
        raise RuleError(f"{path.name}: frequency or key does not fit")
    return programme


def _written_out(entries: list[dict[str, Any]], shared: Mapping[str, Any]) -> list[tuple[int, list[dict[str, Any]]]]:
    """Each rule with all its lines. A line may `use` one that programmes share; a rule that `inherits` says only what it changes.

    An inherited line of the same name keeps what is not said anew; a new line goes before `entitled`, or before the line named.
    """
    found: list[tuple[int, list[dict[str, Any]]]] = []
    for entry in sorted(entries, key=lambda entry: read_month(str(entry["from"]))):
        inherits = bool(entry.get("inherits") and found)
        lines = [dict(line) for line in found[-1][1]] if inherits else []
        for part in entry["line"]:
            _put(lines, shared.get(part.get("use"), {}) | {"name": part.get("use")} | part, inherits)
        found.append((read_month(str(entry["from"])), lines))
    return found


def _put(lines: list[dict[str, Any]], part: dict[str, Any], inherits: bool) -> None:
    names = [line["name"] for line in lines]
    if part["name"] in names:
        lines[names.index(part["name"])] |= part
    elif inherits and part.get("before", ENTITLED) in names:
        lines.insert(names.index(part.get("before", ENTITLED)), part)
    else:
        lines.append(part)


def _rule(since: int, parts: list[dict[str, Any]], vocabulary: Vocabulary, tables: Mapping[str, Table]) -> Rule:
    names = {key: Name(key, _TYPES[fact.kind], fact) for key, fact in vocabulary.items()}
    lines: list[Line] = []
    for part in parts:
        name = str(part["name"])
        if not name.isidentifier() or name in names:
            raise RuleError(f"line {name}: the name is taken or no name")
        try:
            node = parse(str(part["expression"]), names=names, tables=tables)
        except (RuleError, ValueError) as error:
            raise RuleError(f"line {name}: {error}") from error
        if node.type is Type.CODE:
            raise RuleError(f"line {name}: a line gives a number or a condition")
        unit = str(part.get("unit", "fen" if name == AMOUNT or name.endswith("_fen") else "count"))
        lines.append(
            Line(
                name,
                str(part["label"]),
                str(part.get("clause", "")),
                str(part["expression"]).strip(),
                node,
                str(part.get("unmet", "")),
                unit,
            )
        )
        names[name] = Name(name, node.type)
    last = {line.name: line.node.type for line in lines}
    if last.get(ENTITLED) is not Type.FLAG or last.get(AMOUNT) is not Type.INT:
        raise RuleError("a rule needs a condition `entitled` and a number `amount`")
    return Rule(since, tuple(lines))


def _pairs(path: Path, programmes: Mapping[str, Programme]) -> tuple[Pair, ...]:
    if not path.exists():
        return ()
    found = []
    for entry in _read(path).get("pair", ()):
        pair = Pair(
            str(entry["first"]),
            str(entry["second"]),
            str(entry["kind"]),
            read_month(str(entry["from"])),
            str(entry["article"]),
            str(entry.get("trust", "")),
        )
        if pair.kind not in PAIRS or pair.first == pair.second or {pair.first, pair.second} - set(programmes):
            raise RuleError(f"{path.name}: {pair.first} and {pair.second}: no such programmes or kind")
        found.append(pair)
    return tuple(found)
