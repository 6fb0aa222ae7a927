"""The comparison engine: a table of pairs, and what holds for all numbers."""

import unicodedata
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jixiao_scorer.compare import Comparison, compare, normal
from tests.unit.scorer.forms import CASES

LINES = (CASES / "compare" / "pairs.txt").read_text(encoding="utf-8").splitlines()
PAIRS = [tuple(line.split("|")) for line in LINES if not line.startswith("#")]

amounts = st.integers(min_value=1, max_value=10**6)


def _verdict(found: Comparison) -> str:
    return {True: "met", False: "missed", None: f"none:{found.why}"}[found.met]


@pytest.mark.parametrize("pair", PAIRS, ids=["→".join(pair[:2]) for pair in PAIRS])
def test_a_pair_is_judged_as_the_table_says(pair: Any) -> None:
    """Verdict, and the ratio to four decimals where the table names one."""
    target, actual, verdict, ratio, name, level2 = pair
    found = compare(target, actual, name, level2, 2023)
    assert _verdict(found) == verdict
    if ratio:
        assert found.ratio is not None
        assert found.ratio.quantize(Decimal("0.0001")) == Decimal(ratio).quantize(Decimal("0.0001"))


def test_the_table_is_large_and_says_nothing_twice() -> None:
    """At least 400 different pairs."""
    assert len({(*pair[:2], *pair[4:]) for pair in PAIRS}) == len(PAIRS) >= 400


@given(amounts, amounts)
def test_the_unit_makes_no_difference(target: int, actual: int) -> None:
    """Yuan and ten thousand yuan, minutes and hours, per cent and per mille: one verdict and one ratio."""
    for small, large, factor in (("元", "万元", 10**4), ("分钟", "小时", 60), ("‰", "%", 10), ("米", "公里", 1000)):
        plain = compare(f"≥{target * factor}{small}", f"{actual * factor}{small}")
        mixed = compare(f"≥{target}{large}", f"{actual * factor}{small}")
        assert (plain.met, plain.met) == (mixed.met, actual >= target)
        assert plain.ratio == pytest.approx(mixed.ratio)


@given(amounts, amounts, amounts)
def test_a_range_has_no_order(a: int, b: int, actual: int) -> None:
    """3-4 is 4-3, for floors and ceilings."""
    for name in ("期数", "故障响应时间"):
        one = compare(f"{a}-{b}小时", f"{actual}小时", name, "时效")
        other = compare(f"{b}-{a}小时", f"{actual}小时", name, "时效")
        assert (one.met, one.ratio) == (other.met, other.ratio)
        assert one.met or not min(a, b) <= actual <= max(a, b)


@given(amounts, amounts, amounts)
def test_more_never_misses_a_floor_that_less_reaches(target: int, actual: int, more: int) -> None:
    """And the other way round for a ceiling; the ratio grows with the actual."""
    for op, better in (
        ("≥", actual + more),
        (">", actual + more),
        ("≤", max(actual - more, 0)),
        ("<", max(actual - more, 0)),
    ):
        now, then = compare(f"{op}{target}个", f"{actual}个"), compare(f"{op}{target}个", f"{better}个")
        assert then.met or not now.met
        assert now.ratio is not None and then.ratio is not None
        assert (then.ratio >= now.ratio) is (better >= actual)


@given(
    amounts,
    st.sampled_from(("≥", ">", "不少于", "≤", "<", "不超过", "不突破")),
    st.sampled_from(("个", "人次", "%", "万元", "㎡", "篇", "户", "小时", "公里")),
    st.sampled_from(("{}", "已完成{}", "实际{}", "共{}", "达到{}", "全年{}", "{}(已完成)", "{}。", "约{}")),
)
def test_words_round_a_good_answer_make_no_miss(target: int, op: str, unit: str, words: str) -> None:
    """Whatever stands beside the number: half as much more above a floor, or half of a ceiling, is met."""
    good = target * 3 if op in ("≥", ">", "不少于") else target
    assert compare(f"{op}{target * 2}{unit}", words.format(f"{good}{unit}")).met


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=8))
def test_no_pair_of_cells_is_beyond_comparing(target: str, actual: str, name: str) -> None:
    """Whatever was typed: an answer with its reason, and a cell that repeats the target never misses it."""
    assert compare(target, actual, name).why
    assert compare(target, target, name).met is not False


@given(st.text(max_size=40) | st.text("０９，。；：（）％≧×～〉 \u3000大于等小或a1.=<>、", max_size=40))
def test_cells_are_compared_in_nfkc(text: str) -> None:
    """Whichever way a text comes there."""
    assert normal(text) == normal(unicodedata.normalize("NFKC", text))
