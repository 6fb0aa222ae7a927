"""Which figures carry the doubts of the reading: their own and those of their addends."""

import pytest

from jixiao_scorer import assess
from jixiao_scorer.profiles import profile_named
from tests.unit.scorer.forms import form

SHENZHEN = profile_named("shenzhen")
LEVELS = {f"levels.{level}" for level in ("产出", "效益", "满意度")}


@pytest.mark.parametrize(
    ("path", "figures"),
    [
        ("funds.fiscal.budget", {"funds.total.budget"}),
        ("funds.total.executed", {"funds.total.executed", "funds.total.rate"}),
        ("funds.total.rate", {"funds.total.rate"}),
        ("funds.total.score", {"funds.total.score", "total_score"}),
        ("indicators[1].weight", {"total_weight", *LEVELS}),
        ("indicators[1].score", {"total_score"}),
        ("total_score", {"total_score"}),
        ("indicators[1].actual", set()),
        ("goal_actual", set()),
    ],
)
def test_a_doubt_is_carried_by_its_figures(path: str, figures: set[str]) -> None:
    """Also where the doubtful cell could not be read as a number."""
    for changes in ({}, {path: "####"}):
        found = assess(form(changes, doubts=(path,)), SHENZHEN).figures
        assert {each.path for each in found if each.doubted} == figures & {each.path for each in found}


def test_a_row_that_may_be_lost_touches_every_sum_of_rows() -> None:
    """The money stands elsewhere."""
    found = assess(form({}, lost_row=True), SHENZHEN).figures
    assert {each.path for each in found if each.doubted} == {"total_weight", "total_score", *LEVELS}
