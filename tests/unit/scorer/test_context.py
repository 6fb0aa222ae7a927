"""Rules across forms: each fires where it must and stays silent where it must; the order of arrival is no matter."""

import json
import random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jixiao.findings import Finding, RuleId, Severity, Stage
from jixiao_scorer.context import UNIT_RULES, Facts, Member, facts_of, judge_projects, judge_unit, merged
from jixiao_scorer.profiles import PROFILES, profile_for
from tests.unit.scorer.forms import CASES
from tests.unit.scorer.members import member, members

FILE: list[dict[str, Any]] = json.loads((CASES / "context" / "cases.json").read_text(encoding="utf-8"))


def judged(forms: list[Member]) -> dict[UUID, tuple[Finding, ...]]:
    """The findings across all forms, by form."""
    projects, unit = judge_projects(forms), judge_unit([facts_of(each) for each in forms], profile_for)
    return {each.form_id: (*projects[each.form_id], *unit.get(each.form_id, ())) for each in forms}


@pytest.mark.parametrize("case", FILE, ids=lambda case: case["name"])
def test_forms_have_exactly_the_findings_of_their_case(case: dict[str, Any]) -> None:
    """``expect`` lists the form, the rule and a part of the sentence."""
    forms = members(case["forms"])
    found = [(place, each) for place, form in enumerate(forms) for each in judged(forms)[form.form_id]]
    assert [(place, each.rule.value) for place, each in found] == [(place, rule) for place, rule, _ in case["expect"]]
    for (_, finding), (_, _, told) in zip(found, case["expect"], strict=True):
        assert told in finding.sentence


def test_every_rule_across_forms_has_a_case() -> None:
    """One that fires."""
    fires = {rule for case in FILE for _, rule, _ in case["expect"]}
    across = {RuleId.VERSION, RuleId.CODE_FORMAT, RuleId.CARRYOVER, RuleId.TARGET_LOWERED, *UNIT_RULES}
    assert fires == {rule.value for rule in across}


@pytest.mark.parametrize("case", FILE, ids=lambda case: case["name"])
def test_any_order_of_the_forms_gives_the_same(case: dict[str, Any]) -> None:
    """They are sorted by version, never by place."""
    forms = members(case["forms"])
    shuffled = random.Random(1).sample(forms, len(forms))
    assert judged(shuffled) == judged(forms)


_CHANGES = st.fixed_dictionaries(
    {
        "unit": st.sampled_from(["湖滨街道", "绿化所", ""]),
        "year": st.sampled_from(["2021", "2022", "2023"]),
        "code": st.sampled_from(["990101230019900000001", "990101230019900000002", "99010123001990000001", "无"]),
        "name": st.sampled_from(["湖滨步道日常维护", "湖滨步道 日常维护", "绿地养护"]),
        "indicators[1].target": st.sampled_from(["≥300米", "≥200米", "≥400米"]),
        "indicators[1].actual": st.sampled_from(["310米", "410米"]),
        "funds.fiscal.executed": st.sampled_from(["771200.00", "650000.00"]),
    }
)


@given(st.lists(_CHANGES, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_arriving_one_by_one_in_any_order_ends_where_judging_all_does(
    changes: list[dict[str, str]], chance: random.Random
) -> None:
    """Each arrival judges its family, and in other units the families of its code; what was said of others is kept."""
    forms = [member(place, each) for place, each in enumerate(changes)]
    arrived: list[Member] = []
    kept: dict[UUID, tuple[Finding, ...]] = {}
    for form in chance.sample(forms, len(forms)):
        arrived.append(form)
        for other in [each for each in arrived if each is form or each.identity.project == form.identity.project]:
            unit = [each for each in arrived if each.identity.unit == other.identity.unit]
            own = family(other, unit)
            codes = {each.identity.project for each in unit if each.form_id in own}
            near = [each for each in arrived if each.form_id in own or each.identity.project in codes]
            kept |= {form_id: found for form_id, found in judge_projects(near).items() if form_id in own}
    assert kept == judge_projects(forms)


def family(form: Member, unit: list[Member]) -> set[UUID]:
    """The forms of a unit bound to one by project or name, however far."""
    found, grown = [form], True
    while grown:
        projects, names = {each.identity.project for each in found}, {each.name for each in found} - {""}
        near = [each for each in unit if each.identity.project in projects or each.name in names]
        grown, found = len(near) > len(found), near
    return {each.form_id for each in found}


@given(st.lists(_CHANGES, min_size=2, max_size=6))
def test_no_unit_is_told_what_another_one_reported(changes: list[dict[str, str]]) -> None:
    """What may leave the bureau of a form is what its own unit's forms come to."""
    forms = [member(place, each) for place, each in enumerate(changes)]
    found = judge_projects(forms)
    for unit in {each.identity.unit for each in forms}:
        own = judge_projects([each for each in forms if each.identity.unit == unit])
        assert {form: told(found[form]) for form in own} == {form: told(findings) for form, findings in own.items()}


def told(findings: tuple[Finding, ...]) -> list[Finding]:
    return [each for each in findings if not each.is_doubt]


def test_facts_survive_their_way_through_the_store() -> None:
    """They are read again with every form of the unit."""
    facts = facts_of(member(0, {"indicators[1].actual": "317米"}))
    assert facts.claims and Facts.model_validate_json(facts.model_dump_json()) == facts


def test_a_rule_that_is_switched_off_says_nothing() -> None:
    """Of a project and of a unit alike."""
    profile = PROFILES["shenzhen"]
    silent = {rule: setting.model_copy(update={"on": False}) for rule, setting in profile.rules.items()}
    off = profile.model_copy(update={"rules": silent})
    forms = [Member(each.identity, each.version, each.form, off) for each in members(FILE[0]["forms"])]
    assert set(judge_projects(forms).values()) == {()}
    assert judge_unit([facts_of(each) for each in forms], lambda layout: off) == {}


def test_merged_findings_are_worst_first_and_groups_stay_together() -> None:
    """What follows from another stays right under it."""
    version = judged(members(FILE[0]["forms"]))[member(1).form_id][0]
    grave = version.model_copy(update={"severity": Severity.ERROR, "rule": RuleId.EXEC_ZERO})
    under = grave.model_copy(update={"follows": RuleId.EXEC_ZERO, "severity": Severity.NOTICE})
    light = version.model_copy(update={"amount": None, "stage": Stage.BETA})
    assert merged((grave, under, light), (version,)) == (grave, under, version, light)
