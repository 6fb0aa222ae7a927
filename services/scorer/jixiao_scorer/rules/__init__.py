"""The rules: one function each, named after its id. Adding one is a function, a line here, a case file."""

from collections.abc import Callable, Iterator

from jixiao.findings import Finding, RuleId
from jixiao_scorer.build import RULES_VERSION
from jixiao_scorer.case import Case
from jixiao_scorer.rules.budget import budget_adjusted, budget_zero, fund_sum
from jixiao_scorer.rules.execution import exec_low, exec_source, exec_zero, score_exec_gap
from jixiao_scorer.rules.rates import exec_rate, exec_score
from jixiao_scorer.rules.scores import blank_scored, score_missing, score_range, total_sum, total_unreadable
from jixiao_scorer.rules.weights import level_weight, row_lost, weight_sum

Rule = Callable[[Case], Iterator[Finding]]

# In the order of judging: what silences another rule, or is followed by it, comes before it.
RULES: tuple[Rule, ...] = (
    budget_zero,
    exec_zero,
    exec_low,
    exec_source,
    budget_adjusted,
    fund_sum,
    row_lost,
    weight_sum,
    level_weight,
    exec_rate,
    exec_score,
    score_missing,
    score_range,
    total_sum,
    total_unreadable,
    blank_scored,
    score_exec_gap,
)

# A rule that fires, and the rules that then have nothing to say.
SILENCED_BY: dict[RuleId, frozenset[RuleId]] = {
    RuleId.BUDGET_ZERO: frozenset(RuleId) - {RuleId.BUDGET_ZERO},
    RuleId.ROW_LOST: frozenset({RuleId.WEIGHT_SUM, RuleId.LEVEL_WEIGHT, RuleId.TOTAL_SUM}),
}

# A rule, and the rules it follows from where these stand, the first one found.
FOLLOWS: dict[RuleId, tuple[RuleId, ...]] = {
    RuleId.SCORE_EXEC_GAP: (RuleId.EXEC_ZERO, RuleId.EXEC_LOW),
    RuleId.LEVEL_WEIGHT: (RuleId.WEIGHT_SUM,),
}


def rule_id(rule: Rule) -> RuleId:
    """The id of a rule function."""
    return RuleId(getattr(rule, "__name__", "").upper().replace("_", "-"))


RULES_BY_ID: dict[RuleId, Rule] = {rule_id(rule): rule for rule in RULES}

__all__ = ["FOLLOWS", "RULES", "RULES_BY_ID", "RULES_VERSION", "SILENCED_BY", "Rule", "rule_id"]
