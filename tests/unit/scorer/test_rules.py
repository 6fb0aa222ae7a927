"""Each rule fires where it must and stays silent where it must: cases/rules/, one file a rule, over one sound form."""

import json
from typing import Any

import pytest

from jixiao.findings import Finding, RuleId, Stage
from jixiao_scorer import assess
from jixiao_scorer.profiles import profile_named
from jixiao_scorer.rules import ACCOUNTS_RULES, CONTEXT_RULES, RULES, RULES_BY_ID
from tests.unit.scorer.forms import CASES, form, form_of

FILES = sorted(path for path in (CASES / "rules").glob("*.json") if path.name != "base.json")


def _cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}-{case['name']}")
        for path in FILES
        for case in json.loads(path.read_text(encoding="utf-8"))
    ]


def _told(finding: Finding) -> str:
    place = "" if finding.indicator is None else f" [{finding.indicator}]"
    stage = " beta" if finding.stage is Stage.BETA else ""
    return f"{finding.rule} {finding.severity}{stage}{place}"


@pytest.mark.parametrize("case", _cases())
def test_a_form_has_exactly_the_findings_of_its_case(case: dict[str, Any]) -> None:
    """``expect`` lists rule, severity, beta, and row; ``with`` names fields of the findings of a rule."""
    found = assess(form_of(case), profile_named("shenzhen")).findings
    assert sorted(_told(each) for each in found) == sorted(case["expect"])
    for rule, wanted in case.get("with", {}).items():
        told = next(each for each in found if each.rule == rule).model_dump(mode="json")
        for key, value in wanted.items():
            if key == "sentence":
                assert value in told["sentence"]
            else:
                assert told[key] == value, key


def test_the_base_form_is_sound() -> None:
    """No finding, and no figure that differs from its recomputation."""
    assessment = assess(form(), profile_named("shenzhen"))
    assert assessment.findings == ()
    assert [each.path for each in assessment.figures if not each.agrees] == []


def test_every_rule_id_has_one_function_and_one_case_file() -> None:
    """The tuple, the ids and the case files name the same rules."""
    assert len(RULES) == len(RULES_BY_ID)
    assert set(RULES_BY_ID) == set(RuleId) - CONTEXT_RULES - {*ACCOUNTS_RULES}
    assert {path.stem.upper() for path in FILES} == {rule.value for rule in RULES_BY_ID}


@pytest.mark.parametrize("rule", RULES_BY_ID)
def test_every_rule_has_a_case_that_fires_and_one_that_does_not(rule: RuleId) -> None:
    """Of the cases in its own file."""
    cases = json.loads((CASES / "rules" / f"{rule.lower()}.json").read_text(encoding="utf-8"))
    fires = {any(line.split()[0] == rule for line in case["expect"]) for case in cases}
    assert fires == {True, False}
