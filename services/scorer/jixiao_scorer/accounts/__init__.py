"""Final accounts (部门决算): their tables recomputed, and what their text says of projects. Pure."""

from jixiao_scorer.accounts.figures import Check, Figure
from jixiao_scorer.accounts.judge import checks_shown, judge
from jixiao_scorer.accounts.narrative import against_form, executions, stem
from jixiao_scorer.accounts.stated import against_all_forms, against_sums, counts_projects, named_projects

__all__ = [
    "Check",
    "Figure",
    "against_all_forms",
    "against_form",
    "against_sums",
    "checks_shown",
    "counts_projects",
    "executions",
    "judge",
    "named_projects",
    "stem",
]
