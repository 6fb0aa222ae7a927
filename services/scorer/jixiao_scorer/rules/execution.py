"""Rules on how much of the money was spent."""

from collections.abc import Iterator
from decimal import Decimal

from jixiao.findings import Cause, Finding, RuleId, Subject
from jixiao_scorer.build import finding
from jixiao_scorer.case import Case
from jixiao_scorer.printed_form import ROW_NAMES, SOURCES
from jixiao_scorer.recompute import execution_rate, score_rate
from jixiao_scorer.words import money, percent, plain, yuan


def exec_zero(case: Case) -> Iterator[Finding]:
    """EXEC-ZERO: there is a budget for the year and nothing of it was spent."""
    budget, executed = case.budget, case.executed
    if budget is None or executed is None or budget.value <= 0 or executed.value != 0:
        return
    yield finding(
        case,
        RuleId.EXEC_ZERO,
        f"全年预算数{money(budget)}，全年执行数为0，资金全部未支出。",
        Cause.LOW_EXECUTION,
        stated=executed,
        values=(case.form.funds.total.budget,),
        amount=budget.in_yuan().value,
    )


def exec_low(case: Case) -> Iterator[Finding]:
    """EXEC-LOW: something was spent, but less than the limit; the rate is judged rounded to two digits."""
    budget, executed, rate, rounded = case.budget, case.executed, case.rate, case.rounded_rate
    if budget is None or executed is None or rate is None or rounded is None or executed.value <= 0:
        return
    limits = case.profile.rules[RuleId.EXEC_LOW].limits
    highest = rounded.high
    if highest >= limits["warning_below"]:
        return
    grave = highest < limits["error_below"]
    limit = limits["error_below" if grave else "warning_below"]
    unspent = (budget - executed).in_yuan().value
    yield finding(
        case,
        RuleId.EXEC_LOW,
        f"预算执行率为{percent(rate.value)}（全年预算数{money(budget)}，全年执行数{money(executed)}），"
        f"低于{plain(limit)}%，尚有{yuan(unspent)}未支出。",
        Cause.LOW_EXECUTION,
        grave=grave,
        stated=case.form.funds.total.rate.text,
        computed=rounded,
        amount=unspent,
    )


def exec_source(case: Case) -> Iterator[Finding]:
    """EXEC-SOURCE: one source of money was hardly spent, and the total's rate hides it."""
    below = case.profile.rules[RuleId.EXEC_SOURCE].limits["below"]
    if case.rate is None or case.rounded_rate is None or case.rounded_rate.low < below:
        return
    for source in SOURCES:
        budget, executed = case.money[source, "budget"], case.money[source, "executed"]
        rate = execution_rate(budget, executed)
        if budget is None or executed is None or rate is None or rate.rounded().high >= below:
            continue
        unspent = (budget - executed).in_yuan().value
        yield finding(
            case,
            RuleId.EXEC_SOURCE,
            f"{ROW_NAMES[source]}执行率为{percent(rate.value)}（全年预算数{money(budget)}，全年执行数{money(executed)}），"
            f"低于{plain(below)}%，而总额执行率为{percent(case.rate.value)}，掩盖了该项资金{yuan(unspent)}未支出。",
            Cause.LOW_EXECUTION,
            subject=Subject(kind="funds", name=source),
            computed=rate.rounded(),
            amount=unspent,
        )


def score_exec_gap(case: Case) -> Iterator[Finding]:
    """SCORE-EXEC-GAP: the indicators score far better than the money was spent."""
    scores, budget, executed, rate = case.indicator_sum, case.budget, case.executed, case.rate
    rounded = case.rounded_rate
    if scores is None or budget is None or executed is None or rate is None or rounded is None:
        return
    scored = score_rate(scores, case.indicator_weights) if case.indicator_weights is not None else None
    limits = case.profile.rules[RuleId.SCORE_EXEC_GAP].limits
    if scored is None or (gap := scored.value - rounded.value) < limits["warning_from"]:
        return
    yield finding(
        case,
        RuleId.SCORE_EXEC_GAP,
        f"指标得分率为{percent(scored.value)}，预算执行率为{percent(rate.value)}，"
        f"相差{plain(gap)}个百分点，指标得分与资金执行不相称。",
        Cause.CONTRADICTION,
        grave=gap >= limits["error_from"],
        stated=scored,
        computed=rounded,
        settled=case.total_agrees,
        amount=max((budget - executed).in_yuan().value, Decimal(0)),
    )
