"""Final accounts (部门决算): their tables recomputed, and what their text says of projects. Pure."""

from jixiao_scorer.accounts.judge import judge
from jixiao_scorer.accounts.narrative import against_form, executions, stem

__all__ = ["against_form", "executions", "judge", "stem"]
