"""The assessment as a whole: figures side by side, order, what silences and what follows."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from jixiao.findings import RuleId
from jixiao.forms import Doubt, DoubtKind
from jixiao_scorer import assess
from jixiao_scorer.profiles import profile_named
from jixiao_scorer.rules import RULES_VERSION
from tests.unit.scorer.forms import form

SHENZHEN = profile_named("shenzhen")
LOW = {
    "funds.total.budget": "4029477.14",
    "funds.total.initial": "4029477.14",
    "funds.total.executed": "1863.00",
    "funds.fiscal.budget": "4029477.14",
    "funds.fiscal.initial": "4029477.14",
    "funds.fiscal.executed": "1863.00",
    **{
        f"funds.{row}.{column}": "0.00"
        for row in ("carryover", "other")
        for column in ("initial", "budget", "executed")
    },
    "funds.total.rate": "0.05",
    "funds.total.score": "0.01",
    "total_score": "89.51",
}


def test_every_stated_figure_stands_beside_its_recomputation() -> None:
    """In the order of the form; a level has no stated figure, a figure that cannot be recomputed says so."""
    figures = {each.path: each for each in assess(form({"indicators[0].score": None}), SHENZHEN).figures}
    assert list(figures) == [
        *(f"funds.total.{name}" for name in ("initial", "budget", "executed", "rate", "score")),
        *(f"levels.{level}" for level in ("产出", "效益", "满意度")),
        "total_weight",
        "total_score",
    ]
    rate, total = figures["funds.total.rate"], figures["total_score"]
    assert (rate.stated, rate.computed, rate.agrees) == ("95.31", "95.31", True)
    assert (total.stated, total.computed, total.agrees) == ("98.03", None, None)
    assert (figures["levels.产出"].stated, figures["levels.产出"].computed) == (None, "50")


def test_the_worst_comes_first_and_what_follows_stands_under_it() -> None:
    """Low execution leads; the gap is shown under it, before a graver-looking sum of less money."""
    found = assess(form(LOW), SHENZHEN).findings
    assert [(each.rule.value, each.follows) for each in found] == [
        ("EXEC-LOW", None),
        ("SCORE-EXEC-GAP", "EXEC-LOW"),
        ("TOTAL-SUM", None),
    ]


def test_a_finding_carries_addends_evidence_basis_and_version() -> None:
    """Each addend with its label, its printed text and its cell."""
    found = assess(form({"total_score": "99.03"}), SHENZHEN).findings[0]
    assert [(each.label, each.text) for each in found.addends][:2] == [("预算执行得分", "9.53"), ("维护里程", "8")]
    assert found.evidence[0].cell == "total_score"
    assert "indicators[0].score" in [each.cell for each in found.evidence]
    assert (found.basis, found.rule_version) == ("算术关系", RULES_VERSION)


def test_a_displaced_cell_is_no_doubt_once_the_sums_close() -> None:
    """The gap stays an accusation where the total confirms every score; where it does not, it asks for a look."""
    for total, severity in (("88.51", "error"), ("89.51", "notice")):
        sound = form({**LOW, "total_score": total})
        moved = Doubt(kind=DoubtKind.DISPLACED, note="本行错位，已归位。")
        row = replace(sound.indicators[3], score=replace(sound.indicators[3].score, doubt=moved))
        displaced = sound.model_copy(update={"indicators": (*sound.indicators[:3], row, *sound.indicators[4:])})
        found = {each.rule.value: each for each in assess(displaced, SHENZHEN).findings}
        assert found["SCORE-EXEC-GAP"].severity == severity


PATHS = [
    *(f"funds.{row}.{column}" for row in ("total", "fiscal", "other") for column in ("initial", "budget", "executed")),
    *(f"funds.total.{name}" for name in ("weight", "rate", "score")),
    *(f"indicators[{place}].{name}" for place in (0, 2, 5) for name in ("weight", "score", "actual", "level1", "name")),
    *("total_weight", "total_score"),
]
TEXTS = [
    None,
    "",
    "—",
    "####",
    "无",
    "0",
    "0.00",
    "-1",
    "98%",
    "62万",
    "5分",
    "9" * 20,
    f"0.{'0' * 17}1",
    "100.005",
    "1,0",
]


@given(
    st.dictionaries(st.sampled_from(PATHS), st.sampled_from(TEXTS) | st.text(max_size=6)),
    st.sampled_from(("元", "万元")),
)
def test_no_form_is_beyond_judging(changes: dict[str, str | None], unit: str) -> None:
    """Whatever stands in its cells: figures and findings come back, and every finding has its sentence."""
    assessment = assess(form(changes, unit=unit), SHENZHEN)
    assert len(assessment.figures) >= 7
    assert all(each.sentence.endswith("。") for each in assessment.findings)


@given(st.dictionaries(st.sampled_from(PATHS), st.sampled_from(TEXTS), max_size=8))
def test_what_follows_is_shown_under_a_finding_that_stands(changes: dict[str, str | None]) -> None:
    """No finding gets lost on its way under another one."""
    findings = assess(form(changes), SHENZHEN).findings
    shown: set[RuleId] = set()
    for each in findings:
        assert each.follows is None or each.follows in shown
        shown.add(each.rule)
    assert len({(each.rule, each.subject.key, each.sentence) for each in findings}) == len(findings)


@given(
    st.decimals(min_value=10**4, max_value=10**8, places=2),
    st.decimals(min_value=0, max_value=100, places=2),
)
def test_a_form_computed_as_the_rules_say_is_sound(budget: Decimal, percent: Decimal) -> None:
    """Whatever the money: rate, score and total computed from it never give an arithmetic finding."""
    executed = (budget * percent / 100).quantize(Decimal("0.01"))
    rate = (executed / budget * 100).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    score = min((rate / 10).quantize(Decimal("0.01"), "ROUND_HALF_UP"), Decimal(10))
    changes = {
        **LOW,
        **{f"funds.{row}.{column}": f"{budget}" for row in ("total", "fiscal") for column in ("initial", "budget")},
        **{f"funds.{row}.executed": f"{executed}" for row in ("total", "fiscal")},
        "funds.total.rate": f"{rate}",
        "funds.total.score": f"{score}",
        "total_score": f"{Decimal('88.5') + score}",
    }
    rules = {each.rule.value for each in assess(form(changes), SHENZHEN).findings}
    assert rules <= {"EXEC-LOW", "EXEC-ZERO", "SCORE-EXEC-GAP"}
