"""Many persons where they lie: the rules as one SQL statement for some months, inside the transaction that uses the result."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from psycopg import sql

from vetgrid.core.ruling.parameters import Parameters
from vetgrid.core.ruling.rulebook import AMOUNT, Programme, Rule, Rulebook
from vetgrid.core.ruling.sql_terms import Compiler, Shared, Term, flag, joined, quoted


def determination(
    book: Rulebook,
    parameters: Parameters,
    *,
    source: sql.Composable,
    months: Sequence[int],
    places: Sequence[int],
    kept: Sequence[str] = ("person_id",),
    programmes: Sequence[str] | None = None,
) -> sql.Composed:
    """A SELECT of (kept columns, programme, month, amount_fen) with amounts above zero, for the spells of `source` in the months.

    `source` is a table or a sub-select with the encoded facts, `from_month`, `to_month`, and `place`: an index into `places`
    counted from 0, needed only where there are several.
    """
    chosen = [book.programmes[key] for key in (programmes or book.programmes)]
    plan = _Plan(book, parameters, months, places, kept, {programme.key: programme for programme in chosen})
    groups = [_Group(plan, key) for key in plan.chosen]
    results = [result for group in groups for result in group.results]
    if not results:
        nobody = "SELECT {}, ''::text AS programme, 0 AS month, 0::bigint AS amount_fen FROM {} f WHERE false"
        return sql.SQL(nobody).format(sql.SQL(_list(f"f.{quoted(name)}" for name in kept)), source)
    # Kept by the database step by step: who can be entitled to anything at all, whatever the month; for each programme those
    # who can be entitled to it, with what is the same in several months worked out; then its amounts, a month at a time.
    steps: list[sql.Composable] = [sql.SQL("steady AS MATERIALIZED ({})").format(plan.steady(groups, source))]
    steps += [sql.SQL(f"{group.name} AS MATERIALIZED ({group.step})") for group in groups if group.results]
    return sql.SQL("WITH {} {}").format(sql.SQL(", ").join(steps), sql.SQL(" UNION ALL ".join(results)))


def _list(parts: Iterable[str]) -> str:
    return ", ".join(parts)


def _flag(key: str, rule: Rule) -> str:
    return f"{key} since {rule.since}"


@dataclass(frozen=True)
class _Given:
    """What one programme gives in one month, before exclusions: who is entitled, and to how much."""

    conditions: tuple[Term, ...]
    amount: Term


@dataclass
class _Plan:
    """What one statement is made of."""

    book: Rulebook
    parameters: Parameters
    months: Sequence[int]
    places: Sequence[int]
    kept: Sequence[str]
    chosen: Mapping[str, Programme]

    def __post_init__(self) -> None:
        self.compilers = {month: Compiler(self.parameters, month, self.places) for month in self.months}
        self._given: dict[tuple[str, int], _Given] = {}

    def rule(self, key: str, month: int) -> Rule | None:
        return self.chosen[key].rule_in(month)

    @cached_property
    def rules(self) -> dict[str, tuple[str, Rule]]:
        """The rules in force in any of the months, by the name of their flag."""
        found = [(key, self.rule(key, month)) for key in self.chosen for month in self.months]
        return {_flag(key, rule): (key, rule) for key, rule in found if rule}

    @property
    def bounds(self) -> list[str]:
        return ["from_month", "to_month", *(("place",) if len(self.places) > 1 else ())]

    def flags(self, key: str) -> list[str]:
        return [name for name, (owner, _) in self.rules.items() if owner == key]

    def given(self, key: str, month: int) -> _Given:
        """Who is entitled in the month, and to how much, before exclusions."""
        if (key, month) not in self._given:
            rule, compiler = self.rule(key, month), self.compilers[month]
            assert rule is not None
            lines = compiler.lines(rule)
            own = flag(_flag(key, rule))
            text = "greatest(({})::bigint, 0)" if rule.may_be_negative else "({})::bigint"
            conditions = (own, *(compiler.term(node, lines) for node in rule.split[1]))
            self._given[key, month] = _Given(conditions, Term(text, (lines[AMOUNT],)))
        return self._given[key, month]

    def losses(self, key: str, month: int) -> list[Term]:
        """When another programme takes the place of this one, for those who meet this one's conditions."""
        return [
            _loses(pair.kind, wins_ties, self.given(other, month), self.given(key, month))
            for pair, other, wins_ties in self.book.losing_conditions(key, month)
            if other in self.chosen and self.rule(other, month)
        ]

    def steady(self, groups: Sequence["_Group"], source: sql.Composable) -> sql.Composed:
        """The spells that meet, for some programme, every condition that is the same in each month; flags say for which."""
        wanted = sorted({name for group in groups for name in group.facts} - set(self.rules))
        shown = dict.fromkeys([*self.rules, *self.kept, *self.bounds, *wanted])
        flags = []
        for name, (_, rule) in self.rules.items():
            compiler = self.compilers[self.months[0]]
            lines = compiler.lines(rule)
            met = [compiler.term(node, lines).plain for node in rule.split[0]] or ["true"]
            flags.append(f"({' AND '.join(met)}) AS {quoted(name)}")
        # OFFSET 0 keeps the planner from pulling the flags up and working each of them out again wherever it is asked.
        inner = f"SELECT f.*, {_list(flags)} FROM {{}} f WHERE from_month <= {max(self.months)} AND to_month > {min(self.months)} OFFSET 0"
        some = " OR ".join(map(quoted, self.rules))
        return sql.SQL(f"SELECT {_list(map(quoted, shown))} FROM ({inner}) r WHERE {some}").format(source)


class _Group:
    """One programme in all its months, for those who can be entitled to it."""

    def __init__(self, plan: _Plan, key: str) -> None:
        self.plan, self.key, self.name = plan, key, quoted(f"of {key}")
        self.months = [month for month in plan.months if plan.rule(key, month)]
        self.shared, self.used = Shared(), set[str]()
        self.asked = {month: self._asked(month) for month in self.months}
        for conditions, amount, losses in self.asked.values():
            self.shared.count([*conditions, amount, *losses])
        self.always = self._always()
        self.results = [self._result(month) for month in self.months]

    def _asked(self, month: int) -> tuple[tuple[Term, ...], Term, list[Term]]:
        given = self.plan.given(self.key, month)
        # Whoever is in the group has the flag already, unless the rule changes among the months.
        conditions = given.conditions if len(self.plan.flags(self.key)) > 1 else given.conditions[1:]
        return conditions, given.amount, self.plan.losses(self.key, month)

    def _always(self) -> dict[str, Term]:
        """Conditions asked in the same words in every month: whoever fails one is left out at once."""
        first = {term.plain: term for term in self.asked[self.months[0]][0]} if self.months else {}
        texts = [{term.plain for term in conditions} for conditions, _, _ in self.asked.values()]
        return {text: term for text, term in first.items() if all(text in found for found in texts)}

    @property
    def facts(self) -> set[str]:
        """The facts and flags that it reads from the step before."""
        terms = [term for conditions, amount, losses in self.asked.values() for term in [*conditions, amount, *losses]]
        return set().union(*(term.columns for term in terms))

    @property
    def step(self) -> str:
        """Those who can be entitled, with what the months need and no more."""
        shown = [
            f"f.{quoted(name)}"
            for name in dict.fromkeys([*self.plan.kept, "from_month", "to_month", *sorted(self.used)])
        ]
        shown += [f"{text} AS {quoted(name)}" for text, name in self.shared.columns.items()]
        some = " OR ".join(map(quoted, self.plan.flags(self.key)))
        return f"SELECT {_list(shown)} FROM steady f WHERE {' AND '.join([f'({some})', *self.always])}"

    def _result(self, month: int) -> str:
        """The rows of one month."""
        conditions, amount, losses = self.asked[month]
        left = [term for term in conditions if term.plain not in self.always]
        tests = [f"from_month <= {month}", f"to_month > {month}", *(self._text(term) for term in left)]
        if losses:
            tests.append(f"{self._text(joined('OR', losses))} IS NOT TRUE")
        shown = _list(f"f.{quoted(name)}" for name in self.plan.kept)
        worth, label = self._text(amount), sql.Literal(self.key).as_string(None)
        head = f"{label}::text AS programme, {month} AS month"
        where = " AND ".join(tests)
        if self.shared.is_column(amount):
            return f"SELECT {shown}, {head}, {worth} AS amount_fen FROM {self.name} f WHERE {where} AND {worth} > 0"
        # OFFSET 0 keeps the amount from being worked out twice, for the condition and for the result.
        inner = f"SELECT {shown}, {worth} AS amount_fen FROM {self.name} f WHERE {where} OFFSET 0"
        return f"SELECT {shown}, {head}, amount_fen FROM ({inner}) f WHERE amount_fen > 0"

    def _text(self, term: Term) -> str:
        return self.shared.render(term, self.used)


def _loses(kind: str, wins_ties: bool, rival: _Given, mine: _Given) -> Term:
    met = {term.plain for term in mine.conditions}
    tests = [*(term for term in rival.conditions if term.plain not in met), Term("({} > 0)", (rival.amount,))]
    if kind != "either_or":
        tests.append(Term("({} " + (">=" if wins_ties else ">") + " {})", (rival.amount, mine.amount)))
    return joined("AND", tests)
