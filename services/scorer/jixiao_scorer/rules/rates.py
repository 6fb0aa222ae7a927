"""Rules on the printed execution rate and its score."""

from collections.abc import Iterator

from jixiao.findings import Cause, Finding, Repair, RuleId
from jixiao.forms.printed import Printed
from jixiao_scorer.build import finding, share
from jixiao_scorer.case import Case
from jixiao_scorer.recompute import execution_score, rate_agrees
from jixiao_scorer.repair import Change
from jixiao_scorer.rules.budget import fund_change, rate_with
from jixiao_scorer.words import money, percent, points


def exec_rate(case: Case) -> Iterator[Finding]:
    """EXEC-RATE: the printed rate is neither a rounding nor a truncation of executed by budget."""
    stated, rate, budget, executed = case.stated_rate, case.rate, case.budget, case.executed
    if stated is None or rate is None or budget is None or executed is None or rate_agrees(stated, rate):
        return
    yield finding(
        case,
        RuleId.EXEC_RATE,
        f"填报的执行率为{percent(stated.value)}，按全年执行数{money(executed)}除以全年预算数{money(budget)}"
        f"应为{percent(rate.value)}。",
        stated=stated,
        computed=rate.rounded(),
        amount=share(case, (stated.value - rate.value) * case.profile.total_weight / 100),
        repair=_money_repair(case) or Change("funds.total.rate", stated, rate.rounded().value).repair,
    )


def exec_score(case: Case) -> Iterator[Finding]:
    """EXEC-SCORE: the printed score of execution is not the computed one, beyond its printed digits."""
    stated, true, rate = case.stated_points, case.points, case.rate
    if stated is None or true is None or rate is None or stated.meets(true):
        return
    weight = case.execution_weight or case.profile.execution
    once = (rate * weight).rounded().up_to(weight)
    yield finding(
        case,
        RuleId.EXEC_SCORE,
        f"填报的预算执行得分为{points(stated)}，按分值{points(weight)}和执行率{percent(rate.value)}计算"
        f"应为{points(true.value)}{'（执行率未先取两位小数）' if stated.meets(once) else ''}。",
        Cause.ROUNDING if stated.meets(once) else Cause.ARITHMETIC,
        stated=stated,
        computed=true,
        amount=share(case, stated.value - true.value),
        repair=_money_repair(case)
        or _rate_repair(case)
        or _weight_repair(case)
        or Change("funds.total.score", stated, true.value).repair,
    )


def _money_repair(case: Case) -> Repair | None:
    """The change of the total's budget or executed amount that FUND-SUM proposes, where the printed rate agrees."""
    for column in ("executed", "budget"):
        change = fund_change(case, column)
        if change is None or not change.path.startswith("funds.total.") or case.stated_rate is None:
            continue
        rate = rate_with(case, column, change)
        if rate is not None and rate_agrees(case.stated_rate, rate):
            return change.repair
    return None


def _rate_repair(case: Case) -> Repair | None:
    """The corrected rate, where the printed score was computed from the wrong printed one."""
    stated, given, rate = case.stated_rate, case.stated_points, case.rate
    if stated is None or given is None or rate is None or rate_agrees(stated, rate):
        return None
    weight = case.execution_weight or case.profile.execution
    as_stated: Printed | None = execution_score(stated, weight)
    if as_stated is None or not given.meets(as_stated):
        return None
    return Change("funds.total.rate", stated, rate.rounded().value).repair


def _weight_repair(case: Case) -> Repair | None:
    """The profile's weight of execution, where the printed score was computed with it and the weights do not sum up."""
    given, weight, sums = case.stated_points, case.execution_weight, case.weight_sum
    right = execution_score(case.rate, case.profile.execution)
    if given is None or weight is None or right is None or not given.meets(right):
        return None
    if sums is None or sums.meets(case.profile.total):
        return None
    return Change("funds.total.weight", weight, case.profile.execution_weight).repair
