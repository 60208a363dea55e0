"""The guide to the file of facts names every group, column and code that the rules read."""

import json

from vetgrid.benefits.facts import read_facts
from vetgrid.config.instance import CHECKOUT, DATA
from vetgrid.core.ruling.vocabulary import Vocabulary

GUIDE = (CHECKOUT / "docs" / "guides" / "benefit-facts.md").read_text(encoding="utf-8")
VOCABULARY = Vocabulary.read(DATA / "benefits" / "facts.toml")


def test_every_column_stands_in_its_group_with_its_codes():
    lines = [line for line in GUIDE.splitlines() if line.startswith("| `")]
    for key, fact in VOCABULARY.items():
        (line,) = [line for line in lines if f"| `{key}` |" in line]
        assert line.startswith(f"| `{fact.group}` ") and fact.label in line
        assert all(f"`{code}`" in line for code in fact.codes)


def test_the_example_of_the_guide_can_be_read():
    example = GUIDE.split("```json\n", 1)[1].split("```", 1)[0]
    assert len(read_facts(json.dumps(json.loads(example)), VOCABULARY).facts) == 2
