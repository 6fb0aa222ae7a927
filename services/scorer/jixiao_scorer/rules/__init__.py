"""The rules: one function each, named after its id. Adding one is a function, a line here, a case file."""

from collections.abc import Callable, Iterator

from jixiao.findings import Finding, RuleId
from jixiao_scorer.build import RULES_VERSION
from jixiao_scorer.case import Case
from jixiao_scorer.rules.budget import budget_adjusted, budget_zero, fund_sum
from jixiao_scorer.rules.claims import cost_claim, rate_claim, why_cost
from jixiao_scorer.rules.execution import exec_low, exec_source, exec_zero, score_exec_gap
from jixiao_scorer.rules.kinds import duplicate, echo, na_scored, type_mismatch, vague, wrong_sign
from jixiao_scorer.rules.rates import exec_rate, exec_score
from jixiao_scorer.rules.scale import cut_but_full, exec_over, unit_scale
from jixiao_scorer.rules.scores import blank_scored, score_missing, score_range, total_sum, total_unreadable
from jixiao_scorer.rules.targets import late, met_not_full, quant_score, unmet_full, why_over, why_thin, why_under
from jixiao_scorer.rules.texts import code_format, goal_copied, text_claim
from jixiao_scorer.rules.weights import level_weight, row_lost, weight_sum

Rule = Callable[[Case], Iterator[Finding]]

# In the order of judging: what silences another rule, or is followed by it, comes before it.
RULES: tuple[Rule, ...] = (
    budget_zero,
    unit_scale,
    exec_zero,
    exec_low,
    exec_source,
    exec_over,
    budget_adjusted,
    cut_but_full,
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
    na_scored,
    score_exec_gap,
    unmet_full,
    why_under,
    late,
    quant_score,
    met_not_full,
    why_over,
    cost_claim,
    why_cost,
    why_thin,
    rate_claim,
    text_claim,
    type_mismatch,
    wrong_sign,
    duplicate,
    code_format,
    goal_copied,
    vague,
    echo,
)

# Rules over several forms or versions of a project or unit, which no single form can fire.
CONTEXT_RULES = frozenset(
    {
        RuleId.VERSION,
        RuleId.CARRYOVER,
        RuleId.TARGET_LOWERED,
        RuleId.SHARED_RESULT,
        RuleId.ALL_FULL,
        RuleId.DOUBLE_COUNT,
        RuleId.VERSION_HELD,
    }
)

# Rules on a department's final accounts (``jixiao_scorer.accounts``), beside their text its projects' forms.
ACCOUNTS_RULES = (RuleId.ACCOUNTS, RuleId.NARRATIVE)

# A rule that fires, and the rules that then have nothing to say.
SILENCED_BY: dict[RuleId, frozenset[RuleId]] = {
    RuleId.BUDGET_ZERO: frozenset(RuleId) - {RuleId.BUDGET_ZERO},
    RuleId.ROW_LOST: frozenset({RuleId.WEIGHT_SUM, RuleId.LEVEL_WEIGHT, RuleId.TOTAL_SUM}),
}

# A rule, and the rules it follows from where these stand, the first one found.
FOLLOWS: dict[RuleId, tuple[RuleId, ...]] = {
    RuleId.EXEC_LOW: (RuleId.UNIT_SCALE,),
    RuleId.EXEC_SOURCE: (RuleId.UNIT_SCALE,),
    RuleId.EXEC_OVER: (RuleId.UNIT_SCALE,),
    RuleId.EXEC_RATE: (RuleId.UNIT_SCALE,),
    RuleId.EXEC_SCORE: (RuleId.UNIT_SCALE,),
    RuleId.BUDGET_ADJUSTED: (RuleId.UNIT_SCALE,),
    RuleId.CUT_BUT_FULL: (RuleId.UNIT_SCALE,),
    RuleId.FUND_SUM: (RuleId.UNIT_SCALE,),
    RuleId.SCORE_EXEC_GAP: (RuleId.EXEC_ZERO, RuleId.EXEC_LOW),
    RuleId.LEVEL_WEIGHT: (RuleId.WEIGHT_SUM,),
}


def rule_id(rule: Rule) -> RuleId:
    """The id of a rule function."""
    return RuleId(getattr(rule, "__name__", "").upper().replace("_", "-"))


RULES_BY_ID: dict[RuleId, Rule] = {rule_id(rule): rule for rule in RULES}

__all__ = [
    "ACCOUNTS_RULES",
    "CONTEXT_RULES",
    "FOLLOWS",
    "RULES",
    "RULES_BY_ID",
    "RULES_VERSION",
    "SILENCED_BY",
    "Rule",
    "rule_id",
]
