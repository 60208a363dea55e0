"""Wrong parameter tables are caught before anybody is paid by them, and the tables that ship are clean."""

from datetime import date

import pytest

from vetgrid.benefits.checks import Range, check_parameters, read_ranges
from vetgrid.benefits.commands import load
from vetgrid.config.instance import DATA
from vetgrid.core.places import full_code
from vetgrid.core.ruling.parameters import Value, read_value

BOOK, SHIPPED = load(DATA / "benefits")
RANGES = read_ranges(DATA / "benefits" / "ranges.csv")


def row(table: str, cell: str, value: str, *, on: str = "2022-08-01", key: str = "new", **more: str) -> Value:
    written = {
        "table": table,
        "cell": cell,
        "place": "0",
        "effective_on": on,
        "known_since": on,
        "mode": "set",
        "value": value,
        "unit": "yuan/year",
        "document": "notice",
        "trust": "C",
        "note": "",
    }
    return read_value({**written, **more}, BOOK.tables, key=key)


def rules_broken(*rows: Value, ranges: tuple[Range, ...] = ()) -> list[tuple[str, str]]:
    return [(finding.rule, finding.key) for finding in check_parameters(rows, BOOK.tables, ranges)]


def test_the_tables_that_ship_are_clean():
    assert check_parameters(SHIPPED.rows, BOOK.tables, RANGES) == []


def test_all_rows_of_the_published_rates_are_loaded():
    lines = (DATA / "benefit-rates.csv").read_text(encoding="utf-8").splitlines()[1:]
    ranges = [line for line in lines if line.split(",")[6] != line.split(",")[7]]
    assert len(RANGES) == len(ranges) == 10
    published = [line.split(",") for line in lines if line not in ranges]
    known = {(one.table, one.effective_on.isoformat(), one.amount) for one in SHIPPED.rows if one.mode == "set"}
    for programme, _, effective, *_, low, _, unit, _ in published:
        fen = int(low) * 100
        if programme == "rural_over60":
            fen *= 12 if unit == "yuan/month" else 1
        elif unit == "yuan/year":
            fen = (2 * fen + 12) // 24
        assert (programme, effective, fen) in known


def test_an_amount_that_does_not_fall_with_the_grade_is_caught():
    heavy, light = row("disability_pension", "war/3", "92320", key="a"), row("disability_pension", "war/4", "92320")
    assert rules_broken(heavy, light) == [("grade", "new")]


def test_a_lighter_cause_may_be_paid_the_same_but_never_more():
    war = row("disability_pension", "war/3", "92320", key="a")
    assert rules_broken(war, row("disability_pension", "duty/3", "92320")) == []
    assert rules_broken(war, row("disability_pension", "illness/3", "92321.2")) == [("cause", "new")]


def test_survivors_by_illness_are_never_paid_more_than_those_of_martyrs():
    martyr = row("survivors_pension", "martyr/rural", "36910", key="a")
    assert rules_broken(martyr, row("survivors_pension", "illness/rural", "36922")) == [("cause", "new")]


@pytest.mark.parametrize("cell", ["illness/7", "illness/10", "war/0", "none/3", "war/*"])
def test_cells_that_must_not_exist_are_caught(cell):
    assert ("cell", "new") in rules_broken(row("disability_pension", cell, "1200"))


def test_a_growth_for_every_kind_of_survivor_would_make_cells_that_do_not_exist():
    growth = row("survivors_pension", "*/*", "20", mode="add", unit="yuan/month", place="350581")
    assert rules_broken(growth) == [("cell", "new")]
    raised = row("survivors_pension", "*/*", "20", mode="permille", unit="permille", place="350581")
    assert rules_broken(raised) == []


def test_a_table_that_repeats_another_year_is_caught():
    values = [("war/1", "116270"), ("war/2", "105220"), ("war/3", "92320")]
    before = [row("disability_pension", cell, value, key=cell) for cell, value in values]
    after = [row("disability_pension", cell, value, on="2023-08-01", key="new") for cell, value in values]
    assert rules_broken(*before, *after) == [("label", "new")]


def test_a_table_whose_values_fall_below_the_year_before_is_caught():
    before = row("disability_pension", "war/1", "116270", key="a")
    assert rules_broken(before, row("disability_pension", "war/1", "106670", on="2023-08-01")) == [("label", "new")]


def test_a_document_of_another_year_is_caught():
    late = row("disability_pension", "war/1", "116270", document="2021年调整标准的通知")
    assert rules_broken(late) == [("label", "new")]
    assert rules_broken(row("disability_pension", "war/1", "116270", document="2022年调整标准的通知")) == []


def test_from_2024_a_yearly_amount_divides_by_twelve():
    assert rules_broken(row("ill_returned", "", "9690", on="2024-08-01")) == [("twelve", "new")]
    assert rules_broken(row("ill_returned", "", "9696", on="2024-08-01")) == []
    assert rules_broken(row("ill_returned", "", "9695", on="2023-08-01")) == []


def test_a_value_outside_of_the_published_range_is_caught():
    published = Range("demobilised", full_code("35"), date(2022, 8, 1), 190000, 199000, "1900至1990元/月")
    inside = row("demobilised", "founding", "1900", unit="yuan/month", place="35")
    outside = row("demobilised", "founding", "1899", unit="yuan/month", place="35")
    assert rules_broken(inside, ranges=(published,)) == []
    assert rules_broken(outside, ranges=(published,)) == [("range", "new")]
    national = row("demobilised", "founding", "1899", unit="yuan/month")
    assert rules_broken(national, ranges=(published,)) == [("range", "new")]


def test_a_finding_says_what_is_wrong_and_what_to_do():
    (finding,) = check_parameters([row("ill_returned", "", "9690", on="2024-08-01")], BOOK.tables)
    assert "9690元/年不能被12整除" in finding.sentence and finding.sentence.endswith("请核对。")


def test_an_import_answers_for_a_finding_on_either_side_of_it():
    known = row("disability_pension", "war/1", "116270", on="2023-08-01", key="known")
    mislabelled = row("disability_pension", "war/1", "124410", on="2022-08-01", key="import")
    (finding,) = check_parameters([known, mislabelled], BOOK.tables)
    assert finding.key == "known" and finding.touches({"import"}) and not finding.touches({"else"})
