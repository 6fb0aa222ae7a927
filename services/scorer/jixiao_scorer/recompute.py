"""What a form's figures must be: the execution rate and its score, from the money alone."""

from jixiao.forms.printed import PERCENT, Printed


def execution_rate(budget: Printed | None, executed: Printed | None) -> Printed | None:
    """全年执行数 of 全年预算数 in per cent, not rounded; None without both, or where the budget is not positive."""
    if budget is None or executed is None or budget.value <= 0:
        return None
    return executed.share_of(budget)


def execution_score(rate: Printed | None, weight: Printed) -> Printed | None:
    """The points of execution, in two stages as Shenzhen prints them, never above the weight.

    The rate is rounded half up to two digits, then weight times rate is rounded half up to two digits.
    """
    if rate is None:
        return None
    return (rate.rounded() * weight).rounded().up_to(weight)


def rate_agrees(stated: Printed, rate: Printed) -> bool:
    """Whether ``stated`` is a rounding or a truncation of ``rate``, also written as a share of 1 (0.9969)."""
    ulp = stated.high - stated.low
    if stated.low <= rate.high and rate.low < stated.value + ulp:
        return True
    whole, unit = stated.value * 100, ulp * 100
    return stated.value <= 1 and whole - unit / 2 <= rate.high and rate.low < whole + unit


def level_sums(weights: list[tuple[str, Printed]]) -> dict[str, Printed]:
    """The sum of the weights of each level, given as (level, weight)."""
    levels: dict[str, list[Printed]] = {}
    for level, weight in weights:
        levels.setdefault(level, []).append(weight)
    return {level: Printed.sum(each) for level, each in levels.items()}


def score_rate(scores: Printed, weights: Printed) -> Printed | None:
    """The indicators' score rate: their scores in per cent of their weights."""
    rate = scores.share_of(weights)
    return rate.rounded() if rate is not None and rate.unit == PERCENT else None


def exceeds(score: Printed | None, weight: Printed | None) -> bool:
    """Whether a score lies above its weight, where both can be read."""
    return score is not None and weight is not None and score.value > weight.value
