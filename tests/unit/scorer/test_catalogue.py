"""The page of rules in the docs says what the profiles say."""

from pathlib import Path

from jixiao_scorer.catalogue import page
from tests.unit.scorer.rule_page import examples

RULES = Path(__file__).parents[3] / "docs" / "rules.md"


def test_the_page_of_rules_is_up_to_date() -> None:
    """Otherwise: python -m tests.unit.scorer.rule_page > docs/rules.md."""
    assert RULES.read_text(encoding="utf-8") == page(examples())
