"""A receipt as text: programme, clause, facts with their source, parameter rows, the arithmetic, the sum, what would change it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vetgrid.benefits.facts import FIRST, LAST, DatedFact, Facts, Spell
from vetgrid.core.ruling.months import label
from vetgrid.core.ruling.parameters import Value
from vetgrid.core.ruling.rulebook import Pair, Rulebook
from vetgrid.core.ruling.scalar import Decision, Looked, Step
from vetgrid.core.ruling.vocabulary import yuan

TAX = "tax"
"""The funding of what is deducted and not paid."""
MODES = {"set": "标准", "add": "增加", "permille": "上调(千分之)"}
UNITS = {"yuan/month": "元/月", "yuan/year": "元/年", "yuan": "元", "permille": "‰", "count": "", "months": "个月"}


@dataclass(frozen=True)
class Begin:
    """Since when without a break a programme gives something, and since when it gives this amount."""

    any_amount: int
    this_amount: int


def explained(
    book: Rulebook,
    facts: Facts,
    spell: Spell,
    decisions: Mapping[str, Decision],
    month: int,
    begins: Mapping[str, Begin],
) -> str:
    """All programmes that give something or would without an exclusion, in full; of the others why not, in a line each."""
    lines = [f"人员 {facts.person}  {label(month)}  区划 {str(facts.place).rstrip('0') or '0'}", ""]
    given = [one for one in decisions.values() if one.before_exclusion_fen > 0]
    for decision in given:
        lines += [*_programme(book, spell, decision, begins[decision.programme.key]), ""]
    lines.append(f"合计:{yuan(total(decisions))}")
    lines += ["", "没有金额的项目:"]
    lines += [_why_not(one) for one in decisions.values() if one.before_exclusion_fen <= 0]
    return "\n".join(lines)


def total(decisions: Mapping[str, Decision]) -> int:
    """What is paid: limits that the tax office deducts are no money of the bureau."""
    return sum(decision.amount_fen for decision in decisions.values() if decision.programme.funding != TAX)


def _programme(book: Rulebook, spell: Spell, decision: Decision, begin: Begin) -> Iterator[str]:
    programme = decision.programme
    yield f"== {programme.label}({programme.key})"
    yield f"  依据:{programme.article}"
    if decision.since is not None:
        yield f"  规则:自{label(decision.since)}起的规定"
    yield "  计算:"
    for number, step in enumerate(decision.steps, start=1):
        yield from _step(number, step)
    used = {given.group for step in decision.steps for given in step.inputs if given.group}
    yield "  用到的事实:"
    for group in (group for group in book.vocabulary.groups if group in used):
        yield f"    {book.vocabulary.groups[group]}:{_source(spell.sources.get(group))}"
    if decision.excluded_by is not None:
        yield f"  {_exclusion(book, decision.excluded_by, programme.key)}"
    yield f"  金额:{yuan(decision.amount_fen)}"
    if programme.frequency == "monthly":
        yield f"  开始月份:{label(begin.any_amount)}起享受,{label(begin.this_amount)}起按这一金额"
    yield f"  领取人:{programme.payee}"
    yield f"  什么会改变这个决定:{'、'.join(programme.changes)}"


def _step(number: int, step: Step) -> Iterator[str]:
    yield f"    {number}. {step.label}:{step.text}" + (f"  [{step.clause}]" if step.clause else "")
    yield f"       {step.expression}"
    if step.inputs:
        yield "       其中 " + "，".join(f"{given.label}={given.text}" for given in step.inputs)
    for looked in step.looked:
        yield from _looked(looked)


def _looked(looked: Looked) -> Iterator[str]:
    cell = f"({looked.cell})" if looked.cell else ""
    yield f"       查表 {looked.label}{cell}:{looked.text}"
    for row in looked.rows:
        yield f"         {_row(row)}"


def _row(row: Value) -> str:
    written = f"{MODES[row.mode]}{row.written}{'' if row.mode == 'permille' else UNITS.get(row.unit, row.unit)}"
    trust = "未经确认" if row.trust == "unconfirmed" else f"可信度{row.trust}"
    return f"{written},自{row.effective_on}起,{row.known_since}公布,{row.document}({trust},{row.key})"


def _source(fact: DatedFact | None) -> str:
    if fact is None:
        return "没有记载"
    start = "" if fact.from_month == FIRST else f"自{label(fact.from_month)}起"
    end = "" if fact.to_month == LAST else f"至{label(fact.to_month - 1)}止"
    known = f"{fact.known_since}得知" if fact.known_since else ""
    return (
        "，".join(part for part in (start + end, f"来源{fact.source}" if fact.source else "", known) if part)
        or "已记载"
    )


def _exclusion(book: Rulebook, pair: Pair, key: str) -> str:
    other = pair.first if pair.second == key else pair.second
    word = "按较高的一项享受" if pair.kind == "higher_of" else "只享受一项"
    return f"不与“{book.programmes[other].label}”同时发放,{word}。依据:{pair.article}"


def _why_not(decision: Decision) -> str:
    reason = decision.unmet[0] if decision.unmet else "本月没有应发金额。"
    return f"  {decision.programme.label}:{reason}"
