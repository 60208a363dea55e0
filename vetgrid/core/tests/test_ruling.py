"""The rule language: what it takes, what it refuses, and that its three targets agree to the last fen."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import sql

from vetgrid.core.places import full_code
from vetgrid.core.ruling import columnar, in_sql, scalar
from vetgrid.core.ruling.errors import RuleError
from vetgrid.core.ruling.months import month_of
from vetgrid.core.ruling.parameters import Parameters, read_value
from vetgrid.core.ruling.rulebook import Rulebook

FACTS = """
[grade]
label = "等级"
group = "wound"
kind = "int"
max = 10
[cause]
label = "性质"
group = "wound"
kind = "code"
codes = ["none", "war", "duty"]
labels = ["无", "因战", "因公"]
[born]
label = "出生"
group = "identity"
kind = "month"
[is_rural]
label = "农村籍"
group = "identity"
kind = "flag"
[pay]
label = "工资"
group = "identity"
kind = "int"
unit = "fen"
"""
TABLES = """
[pension]
label = "标准"
dims = ["cause", "grade"]
unit = "fen"
[base]
label = "基数"
unit = "fen"
"""
SHISHI, FUJIAN, ELSEWHERE = full_code("350581"), full_code("35"), full_code("350582")
MONTH = month_of(2023, 8)


def rulebook(folder: Path, **programmes: str) -> Rulebook:
    """Programmes by name, each given as its lines in TOML; `exclusions` is the file of that name."""
    (folder / "programmes").mkdir(exist_ok=True)
    (folder / "facts.toml").write_text(FACTS, encoding="utf-8")
    (folder / "tables.toml").write_text(TABLES, encoding="utf-8")
    (folder / "exclusions.toml").write_text(programmes.pop("exclusions", ""), encoding="utf-8")
    for order, (key, lines) in enumerate(programmes.items()):
        head = f'key = "{key}"\nlabel = "{key}"\norder = {order}\nfrequency = "monthly"\narticle = "第一条"\n'
        (folder / "programmes" / f"{key}.toml").write_text(head + lines, encoding="utf-8")
    return Rulebook.read(folder)


def rule(entitled: str, amount: str, since: str = "2018-08") -> str:
    def line(name: str, expression: str) -> str:
        return f"[[rule.line]]\nname = '{name}'\nlabel = '{name}'\nunmet = '不符合'\nexpression = '''{expression}'''\n"

    return f'[[rule]]\nfrom = "{since}"\n' + line("entitled", entitled) + line("amount", amount)


def value(
    book: Rulebook, table: str, cell: str, written: str, *, on: str = "2022-08-01", place: str = "0", **more: str
):
    row = {"table": table, "cell": cell, "place": place, "effective_on": on, "known_since": more.get("known", on)}
    row |= {"mode": more.get("mode", "set"), "value": written, "unit": more.get("unit", "yuan/month")}
    return read_value(row | {"document": "通知", "trust": "A", "note": ""}, book.tables, key="test")


def decided(book: Rulebook, parameters: Parameters, *, month: int = MONTH, place: int = SHISHI, **facts: int):
    return scalar.decide(book, parameters, book.vocabulary.blank() | facts, month=month, place=place)


@pytest.mark.parametrize(
    "expression",
    [
        "grade + 1.5",
        "grade + cause",
        "is_rural + 1",
        "cause == 'peace'",
        "cause < 'war'",
        "unknown > 1",
        "rate('nothing')",
        "rate('pension', cause)",
        "rate('pension', grade, cause)",
        "__import__('os')",
        "born.real",
        "grade if 1 else 2",
        "[1][0]",
        "lambda: 1",
        "rate_at('base', 1)",
        "half_up(1)",
    ],
)
def test_what_is_not_the_language_is_refused_when_the_rule_is_read(tmp_path, expression):
    with pytest.raises(RuleError):
        rulebook(tmp_path, wrong=rule("True", expression))


def test_a_rule_without_a_condition_or_an_amount_is_refused(tmp_path):
    with pytest.raises(RuleError):
        rulebook(tmp_path, wrong=rule("grade", "1"))


def test_a_yearly_amount_becomes_fen_a_month_half_up(tmp_path):
    book = rulebook(tmp_path, p=rule("grade >= 1", "rate('pension', cause, grade)"))
    parameters = Parameters(book.tables, (value(book, "pension", "war/3", "96530", unit="yuan/year"),))
    assert decided(book, parameters, grade=3, cause=1)["p"].amount_fen == 804_417


def test_a_county_growth_of_january_and_a_province_change_of_august_stack(tmp_path):
    book = rulebook(tmp_path, p=rule("True", "rate('base')"))
    rows = (
        value(book, "base", "", "50", on="2021-08-01", place="35"),
        value(book, "base", "", "6", on="2023-01-01", place="350581", mode="add"),
        value(book, "base", "", "54", on="2023-08-01", place="35"),
        value(book, "base", "", "40", on="2018-08-01"),
    )
    parameters = Parameters(book.tables, rows)
    amounts = {
        at: decided(book, parameters, month=month_of(*at))["p"].amount_fen
        for at in [(2020, 1), (2022, 12), (2023, 1), (2023, 7), (2023, 8)]
    }
    assert list(amounts.values()) == [4000, 5000, 5600, 5600, 6000]
    assert decided(book, parameters, place=ELSEWHERE)["p"].amount_fen == 5400


def test_a_raise_in_permille_rounds_half_up_and_names_both_rows(tmp_path):
    book = rulebook(tmp_path, p=rule("True", "rate('base')"))
    rows = (
        value(book, "base", "", "0.05"),
        value(book, "base", "", "100", place="350581", mode="permille", on="2023-01-01"),
    )
    found = decided(book, Parameters(book.tables, rows))["p"]
    assert found.amount_fen == 6  # 5 * 1.1 = 5.5
    assert [row.mode for row in found.steps[-1].looked[0].rows] == ["set", "permille"]


def test_what_was_not_known_yet_does_not_count(tmp_path):
    book = rulebook(tmp_path, p=rule("True", "rate('base')"))
    rows = (
        value(book, "base", "", "50"),
        value(book, "base", "", "54", on="2023-08-01", known="2023-10-20"),
    )
    parameters = Parameters(book.tables, rows)
    assert decided(book, parameters.known_on(date(2023, 9, 30)))["p"].amount_fen == 5000
    assert decided(book, parameters.known_on(date(2023, 10, 20)))["p"].amount_fen == 5400


def test_a_cell_that_does_not_exist_pays_nothing_and_says_so(tmp_path):
    book = rulebook(tmp_path, p=rule("has('pension', cause, grade)", "rate('pension', cause, grade)"))
    parameters = Parameters(book.tables, (value(book, "pension", "war/3", "100"),))
    found = decided(book, parameters, grade=4, cause=1)["p"]
    assert (found.is_entitled, found.amount_fen, found.unmet) == (False, 0, ("不符合",))
    assert found.steps[0].looked[0].text == "没有这一档"


def test_the_rule_of_the_month_applies(tmp_path):
    book = rulebook(tmp_path, p=rule("True", "1", "2019-01") + rule("True", "2", "2023-08"))
    assert [
        decided(book, Parameters(book.tables, ()), month=month)["p"].amount_fen for month in (MONTH - 1, MONTH)
    ] == [1, 2]
    assert decided(book, Parameters(book.tables, ()), month=month_of(2018, 12))["p"].since is None


SHARED = """
[is_here]
label = "在本地"
clause = "第一条"
unmet = "不在本地"
expression = "is_rural"
"""
INHERITING = """
[[rule]]
from = "2020-01"
[[rule.line]]
use = "is_here"
[[rule.line]]
name = "entitled"
label = "符合"
expression = "is_here"
[[rule.line]]
name = "amount"
label = "标准"
expression = "100"
[[rule]]
from = "2023-08"
inherits = true
[[rule.line]]
name = "is_here"
clause = "第九条"
[[rule.line]]
name = "double"
label = "加倍"
expression = "200"
[[rule.line]]
name = "amount"
expression = "double"
"""


def test_a_rule_that_inherits_says_only_what_it_changes(tmp_path):
    (tmp_path / "lines.toml").write_text(SHARED, encoding="utf-8")
    book = rulebook(tmp_path, p=INHERITING)
    old, new = book.programmes["p"].rules
    assert [line.name for line in new.lines] == ["is_here", "double", "entitled", "amount"]
    assert [rule.lines[0].clause for rule in (old, new)] == ["第一条", "第九条"]
    assert new.lines[0].unmet == "不在本地"
    parameters = Parameters(book.tables, ())
    assert [decided(book, parameters, month=month, is_rural=1)["p"].amount_fen for month in (MONTH - 1, MONTH)] == [
        100,
        200,
    ]


PAIRS = """
[[pair]]
first = "a"
second = "b"
kind = "{kind}"
from = "2020-01"
article = "第二条"
"""


@pytest.mark.parametrize(
    ("kind", "a", "b", "kept"),
    [
        ("either_or", 10, 20, (10, 0)),
        ("either_or", 0, 20, (0, 20)),
        ("higher_of", 10, 20, (0, 20)),
        ("higher_of", 20, 10, (20, 0)),
        ("higher_of", 15, 15, (15, 0)),
        ("stack", 10, 20, (10, 20)),
    ],
)
def test_of_two_that_exclude_each_other_one_is_kept(tmp_path, kind, a, b, kept):
    book = rulebook(tmp_path, a=rule("True", "grade"), b=rule("True", "pay"), exclusions=PAIRS.format(kind=kind))
    found = decided(book, Parameters(book.tables, ()), grade=a, pay=b)
    assert (found["a"].amount_fen, found["b"].amount_fen) == kept
    before = decided(book, Parameters(book.tables, ()), grade=a, pay=b, month=month_of(2019, 12))
    assert (before["a"].amount_fen, before["b"].amount_fen) == (a, b)


def conditions():
    simple = st.sampled_from(
        [
            "is_rural",
            "cause == 'war'",
            "cause in ('war', 'duty')",
            "not is_rural",
            "has('pension', cause, grade)",
            "True",
        ]
    )
    compared = st.tuples(
        st.sampled_from(["grade", "born", "pay", "month", "100"]),
        st.sampled_from(["<", "<=", "==", "!=", ">", ">="]),
        st.sampled_from(["grade", "5", "pay", "24270"]),
    ).map(" ".join)
    return st.one_of(simple, compared, st.tuples(compared, st.sampled_from(["and", "or"]), simple).map(" ".join))


# Any expression at all: integers and conditions nested at random over every fact, table and function of the language.
numbers = st.recursive(
    st.sampled_from(["grade", "born", "pay", "month", "year", "calendar_month", "0", "1", "7", "100"])
    | st.sampled_from(["rate('base')", "rate_before('base')", "rate('pension', cause, grade)"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda x: f"({x[0]} {x[1]} {x[2]})"),
        st.tuples(st.sampled_from(["half_up", "floor", "ceil", "min", "max"]), inner, inner).map(
            lambda x: f"{x[0]}({x[1]}, {x[2]})"
        ),
        st.tuples(inner, conditions(), inner).map(lambda x: f"({x[0]} if {x[1]} else {x[2]})"),
        inner.map(lambda x: f"rate('pension', cause, {x})"),
    ),
    max_leaves=5,
)


people = st.lists(
    st.fixed_dictionaries(
        {
            "grade": st.integers(0, 10),
            "cause": st.integers(0, 2),
            "born": st.integers(0, 24300),
            "is_rural": st.integers(0, 1),
            "pay": st.integers(0, 999),
            "place": st.integers(0, 1),
        }
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=150, deadline=None)
@given(
    first=numbers, second=numbers, condition=conditions(), rows=people, kind=st.sampled_from(["either_or", "higher_of"])
)
def test_scalar_columnar_and_sql_agree_on_any_rule(tmp_path_factory, first, second, condition, rows, kind):
    folder = tmp_path_factory.mktemp("rules")
    book = rulebook(folder, a=rule(condition, first), b=rule("True", second), exclusions=PAIRS.format(kind=kind))
    parameters = Parameters(
        book.tables,
        (
            value(book, "pension", "war/*", "9.01"),
            value(book, "pension", "duty/*", "5.50"),
            value(book, "base", "", "1.01"),
            value(book, "base", "", "0.33", mode="add", place="350581", on="2023-08-01"),
        ),
    )
    places = [SHISHI, ELSEWHERE]
    # One month alone, and a year in one statement with a change of the values in it, where much is worked out once.
    months = range(MONTH - 3, MONTH + 9)
    expected = {}
    for month in months:
        for at, row in enumerate(rows):
            facts = book.vocabulary.blank() | {key: number for key, number in row.items() if key != "place"}
            found = scalar.decide(book, parameters, facts, month=month, place=places[row["place"]])
            expected |= {(at, key, month): found[key].amount_fen for key in ("a", "b")}
    bounds = {"from_month": 0, "to_month": 99999}
    plain = [{**row, **bounds} for row in rows]
    frame = pl.DataFrame(plain).cast(columnar.schema(book.vocabulary))
    for month, amounts in columnar.determine(book, parameters, frame, months=[*months], places=places):
        for at, row in enumerate(amounts.select("a", "b").iter_rows(named=True)):
            assert row == {key: expected[at, key, month] for key in ("a", "b")}
    paid = {key: amount for key, amount in expected.items() if amount > 0}
    assert _in_database(book, parameters, plain, places, months) == paid
    alone = {key: amount for key, amount in paid.items() if key[2] == MONTH}
    assert _in_database(book, parameters, plain, places, [MONTH]) == alone


def _in_database(book, parameters, rows, places, months):
    names = list(rows[0])
    lines = sql.SQL(", ").join(
        sql.SQL("({})").format(sql.SQL(", ").join([sql.Literal(at), *(sql.Literal(row[name]) for name in names)]))
        for at, row in enumerate(rows)
    )
    columns = sql.SQL(", ").join(map(sql.Identifier, ["person_id", *names]))
    source = sql.SQL("(SELECT * FROM (VALUES {}) v({}))").format(lines, columns)
    statement = in_sql.determination(book, parameters, source=source, months=months, places=places)
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(connection.connection))
        return {(person, key, month): amount for person, key, month, amount in cursor.fetchall()}
