"""The data that ships: readable, consistent, and with one English word for each Chinese term."""

import csv
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from vetgrid.registry.catalogue import FIELDS, proofs

ROOT = Path(__file__).parents[1]
TABLES = sorted((ROOT / "data" / "codes").glob("*.csv"))


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_every_code_table_has_unique_codes_and_labels(path):
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    assert rows
    assert max(Counter(row["code"] for row in rows).values()) == 1
    assert all(row["label"] and len(row["code"]) <= 20 for row in rows)


def test_every_field_that_reads_a_code_table_finds_it():
    names = {path.stem for path in TABLES}
    assert {field.table for field in FIELDS.values() if field.kind == "code"} <= names


def test_every_proof_rule_names_a_field_and_a_kind_of_paper():
    kinds = {row["code"] for row in csv.DictReader((ROOT / "data/codes/proof_kind.csv").open(encoding="utf-8"))}
    for key, papers in proofs().items():
        assert key in FIELDS or key == "person.death", key
        assert set(papers) <= kinds


def test_the_divisions_are_one_city_nine_towns_and_128_villages():
    rows = list(csv.DictReader((ROOT / "data/divisions-350581.csv").open(encoding="utf-8")))
    assert Counter(row["level"] for row in rows) == {"county": 1, "town": 9, "village": 128}


def test_the_report_has_89_figures():
    assert len(list(csv.DictReader((ROOT / "data/report-figures.csv").open(encoding="utf-8")))) == 89


def test_the_glossary_has_one_english_word_for_each_chinese_term():
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.M)[2:]
    for column in (0, 1):
        counted = Counter(row[column].strip() for row in rows)
        assert max(counted.values()) == 1, [word for word, number in counted.items() if number > 1]


def test_every_toml_file_parses_and_says_where_it_comes_from():
    for path in (ROOT / "data").rglob("*.toml"):
        text = path.read_text(encoding="utf-8")
        tomllib.loads(text)
        assert text.startswith("#"), path


def test_both_readmes_have_the_same_shape():
    one, other = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md"))
    for pattern in (r"^## ", r"^```", r"!\[", r"^\| `"):
        assert len(re.findall(pattern, one, re.M)) == len(re.findall(pattern, other, re.M)), pattern
