"""The page of rules in the docs says what the profiles say."""

from pathlib import Path

from jixiao_scorer.catalogue import page

RULES = Path(__file__).parents[3] / "docs" / "rules.md"


def test_the_page_of_rules_is_up_to_date() -> None:
    """Otherwise: python -m jixiao_scorer.catalogue > docs/rules.md."""
    assert RULES.read_text(encoding="utf-8") == page()
