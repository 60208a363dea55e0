"""`vetgrid benefits determine | explain | check`: the rules on files of facts, without a database.

A wrong line becomes an error line that names field and reason, and the others are still decided; only a file that cannot be
read at all ends the command, with a sentence.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TextIO

from vetgrid.benefits.checks import Finding, check_parameters, read_ranges
from vetgrid.benefits.contradictions import contradictions
from vetgrid.benefits.deciding import Outcome, many
from vetgrid.benefits.explaining import TAX, Begin, explained
from vetgrid.benefits.facts import Facts, Mistake, Spell, WrongFacts, read_facts, spell_in, spells
from vetgrid.core.errors import Invalid, NotFound
from vetgrid.core.ruling.errors import RuleError
from vetgrid.core.ruling.months import iso, read_month
from vetgrid.core.ruling.parameters import Parameters
from vetgrid.core.ruling.rulebook import Rulebook, read_parameters
from vetgrid.core.ruling.scalar import Decision, decide

Answer = Mapping[str, object]
BATCH = 5_000
"""Lines that are decided together."""


@dataclass(frozen=True)
class Question:
    """What is asked: rules and parameters, the month, and as known on which day (None: everything)."""

    book: Rulebook
    parameters: Parameters
    month: int
    known_on: date | None


def asked(rules: Path, *, month: str, parameters: Path | None = None, known_on: str | None = None) -> Question:
    """Reads rules and parameters; raises Invalid with a sentence for what cannot be read."""
    try:
        number = read_month(month)
    except ValueError as error:
        raise Invalid(f"月份“{month}”不对。请写成 2023-08。") from error
    try:
        day = None if known_on is None else date.fromisoformat(known_on)
    except ValueError as error:
        raise Invalid(f"日期“{known_on}”不对。请写成 2023-08-01。") from error
    book, found = load(rules, parameters)
    return Question(book, found if day is None else found.known_on(day), number, day)


def load(rules: Path, parameters: Path | None = None) -> tuple[Rulebook, Parameters]:
    """The rulebook of a folder, and its own parameters or those of another folder."""
    folder = parameters or rules / "parameters"
    if not folder.is_dir() or not any(folder.glob("*.csv")):
        raise Invalid(f"参数目录“{folder}”不存在,或里面没有 CSV 文件。请检查 --parameters。")
    try:
        book = Rulebook.read(rules)
        return book, read_parameters(folder, book.tables)
    except (RuleError, OSError, UnicodeDecodeError) as error:
        raise Invalid(f"规则或参数读不懂:{error}。请更正这一处后再试。") from error


def determine(question: Question, file: Path, out: Path | None = None) -> int:
    """One JSON line for each person: the amounts of all programmes, or what is wrong with the line."""
    source = _opened(file)
    try:
        target = sys.stdout if out is None else out.open("w", encoding="utf-8")
    except OSError as error:
        raise Invalid(f"结果文件“{out}”不能写。请检查目录是否存在、是否可写。") from error
    try:
        with source:
            for line in _determined(question, source, file):
                target.write(json.dumps(line, ensure_ascii=False) + "\n")
    finally:
        if out is not None:
            target.close()
    return 0


def explain(question: Question, file: Path, person: str) -> int:
    """The receipt of one person's decisions as text."""
    with _opened(file) as source:
        for number, text in _lines(source, file):
            if person not in text:
                continue
            try:
                facts = _read(question, text)
            except WrongFacts as wrong:
                if wrong.person == person:
                    sentences = "\n".join(f"  {mistake.field}:{mistake.reason}" for mistake in wrong.mistakes)
                    raise Invalid(f"“{person}”(第{number}行)的事实有错,不能计算:\n{sentences}") from wrong
                continue
            if facts.person == person:
                spell, decisions = _decided(question, facts)
                begins = _begins(question, facts, decisions)
                print(explained(question.book, facts, spell, decisions, question.month, begins))
                return 0
    raise NotFound(f"文件里没有编号为“{person}”的人。请检查 --person。")


def check(rules: Path, parameters: Path | None = None) -> int:
    """What looks wrong in a folder of parameters, a sentence a line; 1 when there is anything."""
    book, found = load(rules, parameters)
    ranges = rules / "ranges.csv"
    try:
        findings = check_parameters(found.rows, book.tables, read_ranges(ranges) if ranges.exists() else ())
    except (RuleError, ValueError, KeyError) as error:
        raise Invalid(f"公布幅度“{ranges}”读不懂:{error}。") from error
    for finding in findings:
        print(_written(finding))
    print(f"共{len(found.rows)}行参数," + (f"发现{len(findings)}处问题。" if findings else "没有发现问题。"))
    return 1 if findings else 0


def _written(finding: Finding) -> str:
    return f"{finding.key}  {finding.sentence}"


def _opened(file: Path) -> TextIO:
    try:
        return file.open(encoding="utf-8-sig")
    except OSError as error:
        raise Invalid(f"事实文件“{file}”打不开。请检查 --facts 的路径和权限。") from error


def _lines(source: TextIO, file: Path) -> Iterator[tuple[int, str]]:
    """Non-empty lines with their numbers; raises Invalid for a file that is no text."""
    try:
        for number, line in enumerate(source, start=1):
            if line.strip():
                yield number, line
    except UnicodeDecodeError as error:
        raise Invalid(f"事实文件“{file}”不是 UTF-8 文本。请另存为 UTF-8 后再试。") from error


def _determined(question: Question, source: TextIO, file: Path) -> Iterator[Answer]:
    """In the order of the file, a batch at a time: wrong lines at once, the others together in memory."""
    seen: dict[str, int] = {}
    waiting: list[Facts | Answer] = []
    for number, line in _lines(source, file):
        waiting.append(_read_once(question, number, line, seen))
        if len(waiting) == BATCH:
            yield from _answers(question, waiting)
            waiting = []
    yield from _answers(question, waiting)


def _read_once(question: Question, number: int, line: str, seen: dict[str, int]) -> Facts | Answer:
    try:
        facts = _read(question, line)
        if facts.person in seen:
            reason = f"编号与第{seen[facts.person]}行相同。一个人只能写一行,请合并两行的事实。"
            raise WrongFacts(facts.person, [Mistake("person", reason)])
    except WrongFacts as wrong:
        return _error_line(number, wrong)
    seen[facts.person] = number
    return facts


def _answers(question: Question, waiting: Sequence[Facts | Answer]) -> Iterator[Answer]:
    people = [one for one in waiting if isinstance(one, Facts)]
    decided = iter(many(question.book, question.parameters, people, question.month, question.known_on))
    for one in waiting:
        yield _result_line(question, one, next(decided)) if isinstance(one, Facts) else one


def _read(question: Question, line: str) -> Facts:
    vocabulary = question.book.vocabulary
    facts = read_facts(line, vocabulary)
    if wrong := contradictions(spells(facts, vocabulary, question.known_on), vocabulary):
        raise WrongFacts(facts.person, wrong)
    return facts


def _decided(question: Question, facts: Facts) -> tuple[Spell, dict[str, Decision]]:
    spell = spell_in(spells(facts, question.book.vocabulary, question.known_on), question.month)
    return spell, decide(question.book, question.parameters, spell.values, month=question.month, place=facts.place)


def _begins(question: Question, facts: Facts, decisions: Mapping[str, Decision]) -> dict[str, Begin]:
    """Month by month back, until nothing is given any more or no rule holds."""
    life = spells(facts, question.book.vocabulary, question.known_on)
    found = {key: Begin(question.month, question.month) for key in decisions}
    running = {key for key, decision in decisions.items() if decision.before_exclusion_fen > 0}
    month = question.month
    while running:
        month -= 1
        values = spell_in(life, month).values
        before = decide(question.book, question.parameters, values, month=month, place=facts.place)
        for key in list(running):
            if before[key].before_exclusion_fen <= 0:
                running.discard(key)
                continue
            is_same = before[key].amount_fen == decisions[key].amount_fen and found[key].this_amount == month + 1
            found[key] = Begin(month, month if is_same else found[key].this_amount)
    return found


def _error_line(number: int, wrong: WrongFacts) -> Answer:
    first = wrong.mistakes[0]
    return {
        "person": wrong.person,
        "line": number,
        "error": True,
        "field": first.field,
        "reason": first.reason,
        "errors": [{"field": mistake.field, "reason": mistake.reason} for mistake in wrong.mistakes],
    }


def _result_line(question: Question, facts: Facts, outcome: Outcome) -> Answer:
    programmes = question.book.programmes
    return {
        "person": facts.person,
        "month": iso(question.month),
        "total_fen": sum(fen for key, fen in outcome.amounts.items() if programmes[key].funding != TAX),
        "amounts": outcome.amounts,
        "entitled": [key for key, fen in outcome.before.items() if fen > 0],
        "excluded": [
            {
                "programme": key,
                "before_exclusion_fen": outcome.before[key],
                "by": other,
                "kind": pair.kind,
                "article": pair.article,
            }
            for key, (pair, other) in outcome.excluded.items()
        ],
    }
