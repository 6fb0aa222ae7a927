"""Every sample, read and judged, has exactly the findings that it was written for."""

import json
from pathlib import Path

import pytest

from jixiao_parser import read
from jixiao_scorer import assess
from jixiao_scorer.profiles import profile_for
from tests.unit.scorer.forms import CASES

SAMPLES = Path(__file__).parents[3] / "samples"
EXPECTED = json.loads((CASES / "samples.json").read_text(encoding="utf-8"))


def test_every_sample_is_expected_and_described() -> None:
    """In the case file and in the README."""
    files = {path.name for path in SAMPLES.iterdir() if path.suffix != ".md"}
    assert files == set(EXPECTED)
    told = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert [name for name in files if f"`{name}`" not in told] == []


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_has_its_findings_worst_first(name: str) -> None:
    """As (ordinal, rule, row)."""
    forms = read((SAMPLES / name).read_bytes(), name).forms
    assert forms
    found = [
        [form.ordinal, finding.rule.value, finding.indicator]
        for form in forms
        for finding in assess(form, profile_for(form.layout)).findings
    ]
    assert found == EXPECTED[name]
