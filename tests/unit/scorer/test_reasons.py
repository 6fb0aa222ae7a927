"""Reasons: nothing, a mere phrase, or a reason."""

import pytest

from jixiao_scorer.reasons import Reason, reason
from tests.unit.scorer.forms import CASES

LINES = (CASES / "compare" / "reasons.txt").read_text(encoding="utf-8").splitlines()
TABLE = [tuple(line.split("|")) for line in LINES if not line.startswith("#")]


@pytest.mark.parametrize(("text", "wanted"), TABLE)
def test_a_cell_says_as_much_as_the_table_tells(text: str, wanted: str) -> None:
    """An empty cell is empty; 无偏差 says nothing; 根据实际情况填写 is a phrase."""
    assert reason(text) == wanted


def test_a_cell_that_the_document_does_not_have_is_unknown() -> None:
    """A column that was cut off is no empty reason."""
    assert reason(None) is Reason.UNKNOWN
