"""Rules on rows that restate the budget execution or the cost, and differ from the fund rows."""

import re
from collections.abc import Iterator
from decimal import Decimal

from jixiao.findings import Cause, Finding, Repair, RuleId
from jixiao.forms import Value
from jixiao.forms.printed import PERCENT, YUAN, Printed
from jixiao_scorer.answers import Answer
from jixiao_scorer.build import finding, row_subject, share
from jixiao_scorer.case import Case
from jixiao_scorer.compare import Direction, Kind, Measure, normal
from jixiao_scorer.compare.direction import direction
from jixiao_scorer.reasons import Reason
from jixiao_scorer.recompute import rate_agrees
from jixiao_scorer.rules.targets import row_finding
from jixiao_scorer.words import answered, as_printed, indicator_name, money, percent, plain

_RATE = re.compile(
    "(?=[支用资预经执;；])(?:(?:支出|用款|资金|预算|经费)(?:资金|预算|经费|支出|执行|使用|支付|用款|总体|总|年度|项目|计划|完成|成本|实际|[的及和与、])*"
    "(?:进度|执行率|使用率|完成率|支付率|支付比例|支出率|支出比例|执行情况)|(?:^|[;；])(?:执行率|资金支出))"
)
_NO_RATE = re.compile(
    "到位|合规|准确|及时|足额|节约|偏差|发放|拨付|覆盖|规范|月|季度|上半年|控制|工资|补贴|补助|回收|配套|审核|公开"
    "|三公|公用|人员|会议|培训|差旅|采购|上年|结转|自筹"
)
_WHOLE_COST = re.compile(
    "^(?:本|该|年度)?(?:项目)?(?:总?成本|成本总额|总支出|支出总额|总费用|总投资|总经费)(?:金额|数|额)?(?:控制数?|情况)?$"
)
_ONE_SHARE = re.compile(r"\d+(?:\.\d+)?[%％]")
_PARTS = re.compile("[;；]")
_BARE_MONEY = 1000  # a bare number from which on a cost is yuan


def rate_claim(case: Case) -> Iterator[Finding]:
    """RATE-CLAIM: a row restates the budget execution and differs from it beyond rounding or truncation."""
    rate = case.rate
    if rate is None:
        return
    for answer in case.answers:
        stated = _claimed_rate(answer)
        if stated is None or rate_agrees(stated, rate):
            continue
        yield finding(
            case,
            RuleId.RATE_CLAIM,
            f"{indicator_name(answer.indicator, answer.place)}填报{percent(stated.value)}，"
            f"与本表预算执行率{percent(rate.value)}不一致。",
            Cause.CONTRADICTION,
            subject=row_subject(case, answer.place),
            place=answer.place,
            stated=stated,
            computed=rate.rounded(),
            amount=share(case, abs(stated.value - rate.value) * case.profile.total_weight / 100),
            repair=_claim_repair(case, answer, stated, rate),
        )


def _claim_repair(case: Case, answer: Answer, stated: Printed, rate: Printed) -> Repair | None:
    """The computed rate in a cell that holds nothing but a percentage, unless the fund row's own rate is wrong too."""
    text = answer.indicator.actual.text or ""
    if _ONE_SHARE.fullmatch(text) is None:
        return None
    if case.stated_rate is not None and not rate_agrees(case.stated_rate, rate):
        return None
    return Repair(path=f"indicators[{answer.place}].actual", value=as_printed(rate.rounded().value, stated) + text[-1])


def restates_execution(name: str) -> bool:
    """Whether a name speaks of the budget execution itself; 资金到位率 and 支出合规率 are other things."""
    return _RATE.search(name) is not None and _NO_RATE.search(name) is None


def _claimed_rate(answer: Answer) -> Printed | None:
    """The percentage in the part of a row that restates the execution."""
    if _RATE.search(answer.name) is None:
        return None
    names = _PARTS.split(answer.name)
    at = next((at for at, name in enumerate(names) if restates_execution(name)), None)
    if at is None:
        return None
    found = answer.actual.measures
    if len(found) != len(names) or found[at].unit.kind not in (Kind.SHARE, Kind.NONE):
        return None
    value = found[at].value * 100 if found[at].unit.kind is Kind.NONE and found[at].value <= 1 else found[at].value
    cell = answer.indicator.actual
    text = Value(text=f"{value:f}%", evidence=cell.evidence, doubt=cell.doubt)
    return Printed.parse(text, PERCENT, answer.name, at_most=2)


def cost_claim(case: Case) -> Iterator[Finding]:
    """COST-CLAIM: a cost's ceiling lies above the whole year's budget, or its actual is not the year's spending."""
    for answer in case.costs:
        if answer.reason in (Reason.REAL, Reason.UNKNOWN):
            continue
        if (above := ceiling_above_budget(case, answer)) is not None and case.budget is not None:
            told = f"上限{money(above)}超过本表全年预算数{money(case.budget)}，与本年预算口径不一致"
        elif (other := _other_spending(case, answer)) is not None and case.executed is not None:
            told = f"实际完成值{money(other)}与本表全年执行数{money(case.executed)}相差超过{plain(_apart(case))}%"
        else:
            continue
        sentence = f"{indicator_name(answer.indicator, answer.place)}的{told}，请说明。"
        yield row_finding(case, RuleId.COST_CLAIM, answer, sentence, Cause.CONTRADICTION, with_reason=True)


def ceiling_above_budget(case: Case, answer: Answer) -> Printed | None:
    """The ceiling of a cost where it is more than the whole budget of the year."""
    budget = case.budget
    aims = answer.target.measures
    if budget is None or budget.value <= 0 or len(aims) != 1 or aims[0].per:
        return None
    aim = aims[0]
    way = direction(aim.op, answer.name, answer.level2, aim.unit.kind, not aim.value)
    amount = _amount(aim)
    if way is not Direction.CEILING or amount is None or amount.low <= budget.in_yuan().high:
        return None
    return amount


def _other_spending(case: Case, answer: Answer) -> Printed | None:
    """The actual of a row on the project's whole cost where it differs from the year's spending by more than 1 %."""
    executed = case.executed
    if executed is None or executed.value <= 0 or not _WHOLE_COST.fullmatch(normal(answer.name)):
        return None
    found = answer.actual.measures
    amount = _amount(found[0]) if len(found) == 1 and found[0].unit.kind is Kind.MONEY and not found[0].per else None
    if amount is None:
        return None
    spent = executed.in_yuan()
    gap = max(amount.low - spent.high, spent.low - amount.high)
    return amount if gap * 100 > _apart(case) * spent.value else None


def _apart(case: Case) -> Decimal:
    return case.profile.rules[RuleId.COST_CLAIM].limits["apart"]


def _amount(measure: Measure) -> Printed | None:
    if measure.unit.kind is Kind.MONEY or (measure.unit.kind is Kind.NONE and measure.value >= _BARE_MONEY):
        return Printed(measure.value, measure.low, measure.high, 2, YUAN)
    return None


def why_cost(case: Case) -> Iterator[Finding]:
    """WHY-COST: a cost stayed far below its ceiling, nothing is said about it, and no COST-CLAIM tells why."""
    limit = case.profile.rules[RuleId.WHY_COST].limits["at_most"]
    for answer in case.costs:
        if not answer.found.met or not answer.reason.is_missing:
            continue
        low = [part for part in answer.found.parts if part.direction is Direction.CEILING and part.ratio is not None]
        costs = [part for part in low if {part.target.unit.kind, part.actual.unit.kind} & {Kind.MONEY, Kind.SHARE}]
        ratio = min((part.ratio for part in costs if part.ratio is not None), default=None)
        if ratio is None or ratio * 100 > limit or ceiling_above_budget(case, answer) is not None:
            continue
        if _other_spending(case, answer) is not None:
            continue
        yield row_finding(
            case,
            RuleId.WHY_COST,
            answer,
            f"{answered(answer)}，仅为上限的{percent(ratio * 100)}，未说明原因，请核实成本指标值是否偏高。",
            Cause.MISSING_EXPLANATION,
            with_reason=True,
        )
