"""Profiles: what the package ships is complete; what is wrong in a file is named with file and key."""

from dataclasses import replace
from importlib import resources

import pytest

from jixiao.findings import Severity
from jixiao.forms import Value
from jixiao_scorer import assess
from jixiao_scorer.profiles import PROFILES, ProfileError, build, profile_for, profile_named
from jixiao_scorer.written import accepted, in_use
from tests.unit.scorer.forms import form

DEFAULT = resources.files("jixiao_scorer.profiles").joinpath("default.toml").read_text(encoding="utf-8")

WRONG = [
    ('name = "default"\n', "", "x.toml: name: "),
    ("execution_weight = 10", 'execution_weight = "many"', "x.toml: execution_weight: "),
    ("[rules.EXEC-LOW]", "[rules.EXEC-SLOW]", "x.toml: rules.EXEC-SLOW"),
    ('severity = "warning"\ngrave', 'severity = "purple"\ngrave', "x.toml: rules.EXEC-LOW.severity: "),
    ("warning_below", "below", "rules.EXEC-LOW.limits: must be ['error_below', 'warning_below']"),
    ("[rules.FUND-SUM]", "[rules.FUND-SUM", "x.toml: 不是有效的 TOML 文件"),
    ('severity = "serious"', 'severity = "serious"\nloud = true', "x.toml: rules.BLANK-SCORED.loud: "),
]


def test_the_package_ships_five_profiles() -> None:
    """Each for its layouts; a layout that nobody names is judged by the default one."""
    assert set(PROFILES) == {"default", "shenzhen", "national-2020", "hubei", "sichuan"}
    assert (PROFILES["hubei"].execution_weight, PROFILES["sichuan"].execution_weight) == (20, 10)
    assert profile_for("shenzhen").name == "shenzhen"
    assert profile_for("unheard-of").name == "default"


@pytest.mark.parametrize(("old", "new", "message"), WRONG)
def test_a_wrong_file_is_refused_with_file_and_key(old: str, new: str, message: str) -> None:
    """One slip each, in the default profile."""
    assert old in DEFAULT
    with pytest.raises(ProfileError) as refused:
        build("x.toml", DEFAULT.replace(old, new, 1))
    assert message in str(refused.value)


def test_a_rule_that_is_missing_is_named() -> None:
    """A profile must say something of every rule."""
    with pytest.raises(ProfileError, match="missing SCORE-EXEC-GAP"):
        build("x.toml", DEFAULT.partition("[rules.SCORE-EXEC-GAP]")[0])


def test_an_unknown_profile_is_named_with_the_known_ones() -> None:
    """The sentence helps to choose."""
    with pytest.raises(ProfileError, match="没有名为 mars 的规则配置，现有：default"):
        profile_named("mars")


def test_the_hash_follows_the_content_and_not_its_order() -> None:
    """Another threshold is another hash; another comment is not."""
    same = build("x.toml", "# 注释\n" + DEFAULT)
    other = build("x.toml", DEFAULT.replace("error_below = 60", "error_below = 50"))
    assert same.hash == PROFILES["default"].hash != other.hash


def test_thresholds_severity_and_switch_take_effect() -> None:
    """Without a change of code."""
    low = form({"funds.total.executed": "793120.00", "funds.fiscal.executed": "611200.00", "funds.total.rate": None})
    quiet = build(
        "x.toml", DEFAULT.replace('title = "预算执行得分计算有误"', 'title = "预算执行得分计算有误"\non = false')
    )
    rules = {each.rule: each for each in assess(low, quiet).findings}
    assert "EXEC-SCORE" not in rules
    assert rules["EXEC-LOW"].severity is Severity.WARNING
    strict = build("x.toml", DEFAULT.replace("error_below = 60", "error_below = 79.5"))
    assert next(e for e in assess(low, strict).findings if e.rule == "EXEC-LOW").severity is Severity.ERROR


def test_a_province_that_leaves_the_levels_to_the_unit_accuses_nobody_of_them() -> None:
    """LEVEL-WEIGHT fires by the default profile, not by Sichuan's."""
    moved = form({"indicators[6].weight": "10", "indicators[6].score": "10", "indicators[0].weight": "18"})
    moved = moved.model_copy(
        update={"indicators": (replace(moved.indicators[0], score=Value(text="18")), *moved.indicators[1:])}
    )
    by = {name: {each.rule.value for each in assess(moved, PROFILES[name]).findings} for name in ("default", "sichuan")}
    assert by == {"default": {"LEVEL-WEIGHT"}, "sichuan": set()}


def test_cost_as_a_level_of_its_own_has_its_own_weights() -> None:
    """20 for 成本, 40 for 产出, 20 for 效益, 10 for 满意度, beside execution's 10."""
    weights = {0: "10", 1: "10", 2: "10", 3: "10", 4: "20", 6: "10", 7: "10"}
    changes = {f"indicators[{place}].{key}": text for place, text in weights.items() for key in ("weight", "score")}
    changes |= {"indicators[4].level1": "成本", "indicators[2].score": "9.5", "indicators[7].score": "9"}
    assert assess(form(changes), PROFILES["default"]).findings == ()


def test_the_newest_that_this_release_takes_is_in_use() -> None:
    """Of each name, whatever an earlier release took; the later name wins a layout that both claim."""
    head = 'extends = "shenzhen"\nname = "{}"\ntitle = "{}"\nlayouts = ["shenzhen"]\n'
    first, second, other = (head.format(*each) for each in (("甲", "先"), ("甲", "后"), ("乙", "乙")))
    foreign = first + "[rules.EXEC-LOW]\nlimits = { of_another_release = 1 }\n"
    profiles, refused = accepted([("甲", foreign), ("乙", other), ("甲", second), ("甲", first), ("丙", foreign)])
    assert [each.title for each in profiles] == ["后", "乙"]
    assert [each.partition("：")[0] for each in refused] == ["甲第6行", "丙第6行"]
    assert in_use(profiles)("shenzhen").title == "乙"
    assert in_use(accepted([])[0])("shenzhen") is profile_for("shenzhen")
