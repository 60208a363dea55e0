"""The command line as an administrator uses it: a real county, an import, the report."""

import subprocess
from pathlib import Path

import pytest

from tests import builders as make
from tests.running import ROOT, VETGRID, Running, free_port, new_home


@pytest.fixture
def empty():
    app = Running(new_home(), free_port())
    yield app
    app.remove()


@pytest.fixture(scope="module")
def still_empty():
    """For those who are refused: nothing of theirs stays behind, which each of them proves."""
    app = Running(new_home(), free_port())
    yield app
    app.remove()


def test_a_real_county_begins_empty_with_two_administrators_and_only_once(empty: Running):
    divisions = str(ROOT / "data" / "divisions-350581.csv")
    done = empty.command("init", "--county", "350581", "--divisions", divisions)
    assert "石狮市已就绪" in done.stdout
    assert done.stdout.count("_admin") == 2
    report = empty.command("report", "five-year", "--to", "2099-12-31").stdout
    assert "stations.three_level,138" in report
    assert "grid.contact_coverage,\n" in report
    again = empty.command("init", "--county", "350581", "--divisions", divisions, check=False)
    assert again.returncode == 1
    assert "不能再次初始化" in again.stderr


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "code,name,level,parent\n350581,石狮市,county,\n350581001001,某社区,village,350581001\n",
            "上级区划不在文件里",
        ),
        ("code,name,level,parent\n350582,晋江市,county,\n", "不在本县"),
        ("code,name,level,parent\n350581,石狮市,village,\n", "不符"),
        ("姓名,电话\n", "第一行是 code"),
    ],
)
def test_a_wrong_divisions_file_is_refused_with_its_lines_and_nothing_is_written(
    still_empty: Running, tmp_path: Path, text: str, sentence: str
):
    path = tmp_path / "divisions.csv"
    path.write_text(text, encoding="utf-8")
    done = still_empty.command("init", "--county", "350581", "--divisions", str(path), check=False)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "stations.three_level,0" in still_empty.command("report", "five-year").stdout


def test_the_report_prints_key_and_value_and_names_what_is_not_yet_kept(running: Running):
    lines = running.command(
        "report", "five-year", "--from", "2018-12-28", "--to", "2023-12-28", "--format", "csv"
    ).stdout.splitlines()
    assert lines[0] == "key,value"
    assert len(lines) == 90
    assert sum(line.endswith(",not yet kept") for line in lines) == 63
    assert {
        "stations.three_level,138",
        "officials.soldier_secretaries,118",
        "grid.contact_coverage,100",
        "stations.five_haves_units,5",
        "appeals.receptions,3902",
        "appeals.disputes_resolved,184",
    } <= set(lines)


def test_a_sheet_is_imported_from_the_command_line_and_bad_rows_are_named(running: Running, tmp_path: Path):
    path = tmp_path / "花名册.csv"
    good = make.id_number("35058219600101001")
    path.write_text(f"姓名,身份证号,电话\n丁一甲,{good},13800001234\n丁二乙,123,13800001235\n", encoding="gb18030")
    done = running.command(
        "registry", "import", str(path), "--division", "350581100201", "--by", "village_clerk", check=False
    )
    assert done.returncode == 1
    assert "第3行" in done.stdout
    assert "新建1" in done.stdout
    foreign = running.command(
        "registry", "import", str(path), "--division", "350581101201", "--by", "village_clerk", check=False
    )
    assert foreign.returncode == 1
    assert "没有在这里办理" in foreign.stderr


def test_help_lists_every_command():
    done = subprocess.run([*VETGRID, "--help"], cwd=ROOT, capture_output=True, text=True, check=False)
    for word in (
        "demo",
        "serve",
        "worker",
        "init",
        "registry",
        "report",
        "backup",
        "restore",
        "audit",
        "keys",
        "bench",
    ):
        assert word in done.stdout


def test_a_second_demo_on_the_same_port_is_refused_with_a_sentence(running: Running):
    done = running.command("demo", "--port", str(running.port), check=False)
    assert done.returncode == 1
    assert "已被占用" in done.stderr
