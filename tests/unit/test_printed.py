"""``Printed``: what a cell says, what it stands for, and that arithmetic loses neither interval nor doubt."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jixiao.forms import Doubt, DoubtKind, Evidence, Value
from jixiao.forms.printed import PERCENT, WAN, YUAN, Printed

READ = [
    ("470000.00", "470000.00", 2, YUAN),
    ("4,029,477.14", "4029477.14", 2, YUAN),
    ("１，８６３．００", "1863.00", 2, YUAN),
    ("¥1,863.00元", "1863.00", 2, YUAN),
    ("62万", "62", 0, WAN),
    ("0.1863 万元", "0.1863", 4, WAN),
    ("1.2亿元", "1.2", 1, "亿元"),
    ("-12.5", "-12.5", 1, YUAN),
    ("−12.5", "-12.5", 1, YUAN),
    ("0", "0", 0, YUAN),
]
NOT_NUMBERS = ["", " ", "—", "-", "####", "无", "不适用", "10.", "1,23", "5分钟", "12公里", "1e5", "NaN", "9" * 21]

amounts = st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False, allow_infinity=False)
numbers = st.builds(lambda amount, places: f"{amount:.{places}f}", amounts, st.integers(0, 2))


def printed(text: str, unit: str = YUAN) -> Printed:
    """The number in a text. It must be one."""
    number = Printed.parse(Value(text=text, evidence=Evidence(cell="A1", raw=text)), unit)
    assert number is not None
    return number


@pytest.mark.parametrize(("text", "value", "decimals", "unit"), READ)
def test_a_number_is_read_exactly(text: str, value: str, decimals: int, unit: str) -> None:
    """Value digit for digit, decimals as printed, and the cell's own unit before the column's."""
    number = printed(text)
    assert (str(number.value), number.decimals, number.unit, number.text) == (value, decimals, unit, text)


@pytest.mark.parametrize("text", [None, *NOT_NUMBERS])
def test_what_is_no_number_is_none_and_never_zero(text: str | None) -> None:
    """Blanks, dashes, hash marks, words, quantities of other things, and numbers too long to be amounts."""
    assert Printed.parse(Value(text=text)) is None


def test_a_unit_of_another_kind_is_no_number_of_the_cell() -> None:
    """Per cent where points stand, points where money stands; 分 are points."""
    assert [Printed.parse(Value(text=text)) for text in ("98%", "5万元")] == [None, None]
    assert Printed.parse(Value(text="98%"), YUAN) is Printed.parse(Value(text="5分"), YUAN) is None
    assert (printed("5分", "").value, printed("99.69％", PERCENT).value) == (5, Decimal("99.69"))


def test_a_number_stands_for_half_a_unit_of_its_last_digit() -> None:
    """Either way, ends included."""
    assert (printed("9.97").low, printed("9.97").high) == (Decimal("9.965"), Decimal("9.975"))
    assert printed("10").meets(printed("9.5"))
    assert not printed("9.97").meets(printed("9.990"))


def test_more_decimals_than_allowed_are_padding() -> None:
    """A rate printed 99.6900 stands for 99.69."""
    rate = Printed.parse(Value(text="99.6900"), PERCENT, at_most=2)
    assert rate is not None
    assert (rate.low, rate.high) == (Decimal("99.685"), Decimal("99.695"))


def test_a_column_has_one_precision() -> None:
    """Where decimals differ, trailing zeros were dropped; to the fen amounts are exact; whole points are given."""
    amounts = Printed.column(["总额", "财政"], [Value(text="100"), Value(text="99.5")], WAN, finest=6)
    assert [each.tolerance for each in amounts if each is not None] == [Decimal("0.05")] * 2
    fen = Printed.column(["总额", "财政", ""], [Value(text="100"), Value(text="99.50"), Value()], YUAN, finest=2)
    assert [None if each is None else each.tolerance for each in fen] == [0, 0, None]
    points = Printed.column(["", "", ""], [Value(text=each) for each in ("5", "9.8", "9.97")], whole_exact=True)
    assert [each.tolerance for each in points if each is not None] == [0, Decimal("0.005"), Decimal("0.005")]


def test_points_and_money_are_not_added() -> None:
    """That is a slip of a rule, not of a form."""
    with pytest.raises(ValueError, match="points"):
        printed("1") + printed("1", "")


def test_doubts_and_evidence_of_every_addend_pass_through() -> None:
    """+ - × and division, rounding and change of unit included."""
    doubt = Doubt(kind=DoubtKind.OCR, note="识别不清")
    cell = Value(text="100", evidence=Evidence(cell="B2"), doubt=doubt)
    doubtful, sure = Printed.parse(cell, WAN, "财政"), printed("2000000.00")
    assert doubtful is not None
    weight = printed("10", "")
    share = doubtful.share_of(sure)
    assert share is not None
    results = [doubtful + sure, sure - doubtful, Printed.sum([sure, doubtful, sure]), share, share.rounded() * weight]
    results += [(share * weight).up_to(weight), doubtful.in_yuan(), sure.or_else(doubtful.in_yuan()) + doubtful]
    for result in results:
        assert doubt in result.doubts
        assert "B2" in [each.cell for each in result.evidences]
        assert "财政" in [each.label for each in result.addends]


@given(st.lists(numbers, min_size=1, max_size=8))
def test_a_sum_holds_the_sum_of_any_numbers_that_its_addends_stand_for(texts: list[str]) -> None:
    """The ends of the addends add up to the ends of the sum, in whatever order they are added."""
    addends = [printed(text) for text in texts]
    total = Printed.sum(addends)
    assert total.value == sum(each.value for each in addends)
    assert (total.low, total.high) == (sum(each.low for each in addends), sum(each.high for each in addends))
    turned = Printed.sum(addends[::-1])
    assert (turned.value, turned.low, turned.high) == (total.value, total.low, total.high)


@given(numbers, numbers)
def test_meeting_is_mutual(a: str, b: str) -> None:
    """And a number meets itself."""
    assert printed(a).meets(printed(b)) == printed(b).meets(printed(a))
    assert printed(a).meets(printed(a))


@given(amounts)
def test_an_amount_is_the_same_in_yuan_and_in_ten_thousands(amount: Decimal) -> None:
    """Digit for digit, and the two meet."""
    in_wan = printed(f"{amount.scaleb(-4):.6f}", WAN)
    assert in_wan.in_yuan().value == amount
    assert in_wan.meets(printed(f"{amount:.2f}"))
    assert in_wan.of_yuan(amount) == in_wan.value


@given(amounts.filter(lambda amount: amount > 0), amounts)
def test_a_share_lies_within_its_interval_and_times_the_whole_gives_the_part(whole: Decimal, part: Decimal) -> None:
    """Division and product undo each other within their intervals."""
    total, executed = printed(f"{whole:.2f}"), printed(f"{part:.2f}")
    share = executed.share_of(total)
    assert share is not None
    assert share.low <= share.value <= share.high
    assert (share * total).meets(executed)


@given(numbers, st.integers(0, 2))
def test_printing_with_fewer_decimals_still_agrees(text: str, places: int) -> None:
    """A number rounded at printing meets the number it was."""
    exact = printed(text).exact()
    assert printed(f"{exact.value:.{places}f}").meets(exact)
