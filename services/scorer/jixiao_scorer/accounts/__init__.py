"""Final accounts (部门决算): their tables recomputed, and what their text says of projects. Pure."""

from jixiao_scorer.accounts.figures import Check, Figure
from jixiao_scorer.accounts.judge import checks_shown, judge
from jixiao_scorer.accounts.narrative import against_form, executions, stem

__all__ = ["Check", "Figure", "against_form", "checks_shown", "executions", "judge", "stem"]
