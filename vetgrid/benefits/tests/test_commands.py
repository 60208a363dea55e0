"""`vetgrid benefits` on files: every line is answered, wrong ones with field and reason, and a receipt tells the whole way."""

import json
import shutil

import pytest

from vetgrid.benefits import commands
from vetgrid.config.instance import DATA
from vetgrid.core.errors import Invalid, NotFound

RULES = DATA / "benefits"
WAR_3 = {"group": "disability", "from": "2001-07", "source": "残疾军人证", "values": {"disability_grade": 3, "disability_cause": "war"}}  # fmt: skip
NO_SUCH = {"group": "disability", "values": {"disability_grade": 8, "disability_cause": "illness"}}


@pytest.fixture
def facts(tmp_path):
    def write(*lines: object):
        path = tmp_path / "facts.jsonl"
        path.write_text(
            "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8"
        )
        return path

    return write


def person(name: str, *given: dict) -> dict:
    return {"person": name, "place": "350581", "facts": list(given)}


def determined(file, capsys, month: str = "2022-08", **more: str) -> list[dict]:
    assert commands.determine(commands.asked(RULES, month=month, **more), file) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_wrong_line_names_field_and_reason_and_the_others_are_still_decided(facts, capsys):
    good, wrong, broken, last = determined(facts(person("P1", WAR_3), person("P2", NO_SUCH), "{", person("P3")), capsys)
    assert good["amounts"]["disability_pension"] == good["total_fen"] == 769333
    assert (wrong["person"], wrong["line"], wrong["field"]) == ("P2", 2, "disability_grade")
    assert "一级至六级" in wrong["reason"]
    assert broken["line"] == 3 and broken["error"]
    assert last["total_fen"] == 0 and set(last["amounts"]) == set(good["amounts"])


def test_a_person_on_two_lines_is_decided_once(facts, capsys):
    first, second = determined(facts(person("P1", WAR_3), person("P1")), capsys)
    assert first["total_fen"] == 769333
    assert second["field"] == "person" and "第1行" in second["reason"]


def test_what_is_excluded_is_told_with_its_article(facts, capsys):
    combat = {"group": "combat", "values": {"combat": "combat"}}
    (line,) = determined(facts(person("P1", WAR_3, combat)), capsys)
    assert line["excluded"][0] | {"article": ""} == {
        "programme": "combat_test",
        "before_exclusion_fen": 89500,
        "by": "disability_pension",
        "kind": "either_or",
        "article": "",
    }


def test_a_limit_of_the_tax_office_is_no_money_of_the_bureau(facts, capsys):
    served = {"group": "service", "values": {"enlisted": "2013-09", "discharged": "2018-09", "discharge_kind": "self_employed"}}  # fmt: skip
    business = {"group": "tax", "values": {"tax_kind": "own_business", "tax_since": "2023-05"}}
    (line,) = determined(facts(person("P1", served, business)), capsys, "2023-06")
    assert line["amounts"]["tax_relief"] == 200000 and line["total_fen"] == 0


def test_the_result_goes_to_a_file_and_other_parameters_may_be_used(facts, tmp_path):
    folder = tmp_path / "parameters"
    shutil.copytree(RULES / "parameters", folder)
    table = folder / "disability.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",92320,", ",92332,"), encoding="utf-8")
    out = tmp_path / "result.jsonl"
    question = commands.asked(RULES, month="2022-08", parameters=folder)
    assert commands.determine(question, facts(person("P1", WAR_3)), out) == 0
    assert json.loads(out.read_text(encoding="utf-8"))["total_fen"] == 769433


def test_a_rate_is_used_only_from_the_day_on_which_it_was_known(facts, capsys):
    file = facts(person("P1", {"group": "combat", "values": {"combat": "combat"}}))
    assert determined(file, capsys, known_on="2022-09-28")[0]["total_fen"] == 84500
    assert determined(file, capsys, known_on="2022-09-29")[0]["total_fen"] == 89500


@pytest.mark.parametrize("month", ["2022-13", "2022", "八月"])
def test_a_month_that_does_not_exist_is_a_sentence(month):
    with pytest.raises(Invalid, match="请写成 2023-08"):
        commands.asked(RULES, month=month)


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path):
    question = commands.asked(RULES, month="2022-08")
    with pytest.raises(Invalid, match="打不开"):
        commands.determine(question, tmp_path / "absent.jsonl")
    binary = tmp_path / "facts.xlsx"
    binary.write_bytes(b"PK\x03\x04\xff\xfe\x00")
    with pytest.raises(Invalid, match="UTF-8"):
        commands.determine(question, binary)
    with pytest.raises(Invalid, match="--parameters"):
        commands.asked(RULES, month="2022-08", parameters=tmp_path / "absent")


def test_a_receipt_names_clause_source_row_arithmetic_sum_and_what_would_change_it(facts, capsys):
    question = commands.asked(RULES, month="2022-10")
    assert commands.explain(question, facts(person("P0"), person("P1", WAR_3)), "P1") == 0
    text = capsys.readouterr().out
    for part in (
        "残疾抚恤金(disability_pension)",
        "第二十三条",
        "rate('disability_pension', disability_cause, disability_grade)",
        "标准92320元/年,自2022-08-01起",
        "disability.csv:",
        "自2001年7月起，来源残疾军人证",
        "2017年10月起享受,2022年8月起按这一金额",
        "合计:7,693.33元",
        "什么会改变这个决定:伤残等级或性质调整",
        "定期抚恤金:没有确认遗属身份",
    ):
        assert part in text


def test_a_receipt_of_a_wrong_line_or_an_absent_person_is_a_sentence(facts):
    question = commands.asked(RULES, month="2022-10")
    file = facts(person("P1", NO_SUCH))
    with pytest.raises(Invalid, match="一级至六级"):
        commands.explain(question, file, "P1")
    with pytest.raises(NotFound, match="--person"):
        commands.explain(question, file, "P9")


def test_the_check_of_a_folder_says_what_is_wrong_and_where(tmp_path, capsys):
    assert commands.check(RULES) == 0
    assert "没有发现问题" in capsys.readouterr().out
    folder = tmp_path / "parameters"
    shutil.copytree(RULES / "parameters", folder)
    table = folder / "disability.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",92320,", ",75670,"), encoding="utf-8")
    assert commands.check(RULES, folder) == 1
    assert "disability.csv:" in capsys.readouterr().out


def test_a_cell_that_the_table_does_not_have_stops_the_reading_with_its_line(tmp_path):
    folder = tmp_path / "parameters"
    shutil.copytree(RULES / "parameters", folder)
    table = folder / "disability.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("war/10,", "war/11,", 1), encoding="utf-8")
    with pytest.raises(Invalid, match=r"disability\.csv:\d+"):
        commands.load(RULES, folder)
