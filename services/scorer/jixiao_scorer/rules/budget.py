"""Rules on the budget and on the sums of the funds table."""

from collections.abc import Iterator
from decimal import Decimal

from jixiao.findings import Cause, Finding, RuleId, Subject
from jixiao.forms.printed import Printed
from jixiao_scorer.build import finding
from jixiao_scorer.case import Case
from jixiao_scorer.printed_form import COLUMN_NAMES, COLUMNS, ROW_NAMES, SOURCES
from jixiao_scorer.recompute import execution_rate, execution_score, rate_agrees
from jixiao_scorer.repair import Change, smallest
from jixiao_scorer.words import money, percent


def budget_zero(case: Case) -> Iterator[Finding]:
    """BUDGET-ZERO: no money for the year, by the total and by every source; nothing else is judged then."""
    budgets = [case.money[source, "budget"] for source in SOURCES]
    if case.budget is None or case.budget.value != 0 or any(each is not None and each.value for each in budgets):
        return
    initial = case.money["total", "initial"]
    before = f"（年初预算数{money(initial)}）" if initial is not None and initial.value > 0 else ""
    yield finding(
        case,
        RuleId.BUDGET_ZERO,
        f"全年预算数为0{before}，不适用执行率和等级评定，本表其他项目不作核对。",
        Cause.LOW_EXECUTION,
        stated=case.budget,
        amount=initial.in_yuan().value if initial is not None else None,
    )


def budget_adjusted(case: Case) -> Iterator[Finding]:
    """BUDGET-ADJUSTED: the fiscal row's budget (else the total's) moved far from the one of the year's beginning."""
    row = "total" if None in (case.money["fiscal", "initial"], case.money["fiscal", "budget"]) else "fiscal"
    initial, budget = case.money[row, "initial"], case.money[row, "budget"]
    if initial is None or budget is None or initial.value < 0:
        return
    change = budget.in_yuan().value - initial.in_yuan().value
    limit = case.profile.rules[RuleId.BUDGET_ADJUSTED].limits["change_above"]
    if not change or abs(change) * 100 <= limit * initial.in_yuan().value:
        return
    yield finding(
        case,
        RuleId.BUDGET_ADJUSTED,
        f"年中预算变动（{_kind_of_change(case, row, change)}）：{ROW_NAMES[row]}年初预算数{money(initial)}，"
        f"全年预算数{money(budget)}，{_by_how_much(initial.in_yuan().value, change)}，请说明变动原因。",
        Cause.MISSING_EXPLANATION,
        subject=Subject(kind="funds", name=row),
        stated=budget,
        computed=initial,
        amount=abs(change),
    )


def _kind_of_change(case: Case, row: str, change: Decimal) -> str:
    initial, budget = case.money["total", "initial"], case.money["total", "budget"]
    if row != "total" and initial is not None and budget is not None and initial.value == budget.value:
        return "调剂"
    if change < 0:
        return "追减"
    start = case.money[row, "initial"]
    return "年中新增" if start is not None and start.value == 0 else "追加"


def _by_how_much(initial: Decimal, change: Decimal) -> str:
    if not initial:
        return "年初未安排"
    return f"{'增加' if change > 0 else '减少'}{percent(abs(change) / initial * 100)}"


def fund_sum(case: Case) -> Iterator[Finding]:
    """FUND-SUM: in a column the sources do not add up to the total."""
    for column in COLUMNS:
        total, parts = case.money["total", column], case.source_sums[column]
        if total is None or parts is None or total.meets(parts):
            continue
        gap = (total - parts).in_yuan()
        change = fund_change(case, column)
        yield finding(
            case,
            RuleId.FUND_SUM,
            f"{COLUMN_NAMES[column]}中，年度资金总额为{money(total)}，当年财政拨款、上年结转资金、其他资金之和为"
            f"{money(parts)}，相差{money(gap).lstrip('-')}。",
            subject=Subject(kind="funds", name=column),
            stated=total,
            computed=parts,
            amount=abs(gap.value),
            repair=change.repair if change is not None else None,
        )


def fund_change(case: Case, column: str) -> Change | None:
    """The one number of a column that closes its sum, the printed execution rate permitting."""
    total, parts = case.money["total", column], case.source_sums[column]
    if total is None or parts is None or total.meets(parts):
        return None
    missing = total.in_yuan().value - parts.in_yuan().value
    changes = [_change(case, "total", column, total, -missing)]
    for source in SOURCES:
        if (part := case.money[source, column]) is not None:
            changes.append(_change(case, source, column, part, missing))
    return smallest(_as_the_rate_says(case, column, changes))


def _change(case: Case, row: str, column: str, old: Printed, by: Decimal) -> Change:
    new = old.of_yuan(old.in_yuan().value + by)
    beside = (case.money[row, other] for other in COLUMNS if other != column)
    return Change(f"funds.{row}.{column}", old, new, any(each is not None and each.value == new for each in beside))


def _as_the_rate_says(case: Case, column: str, changes: list[Change]) -> list[Change]:
    """Without the total where the printed rate, else its score, bears it out alone; the total only where it bears out
    the sum alone.
    """
    if column == "initial" or case.rate is None:
        return changes
    mended = rate_with(case, column, changes[0])
    for agrees in (_rate_agrees, _points_agree):
        now, then = agrees(case, case.rate), mended is not None and agrees(case, mended)
        if now != then:
            return changes[1:] if now else changes[:1]
    return changes


def _rate_agrees(case: Case, rate: Printed) -> bool:
    return case.stated_rate is None or rate_agrees(case.stated_rate, rate)


def _points_agree(case: Case, rate: Printed) -> bool:
    true = execution_score(rate, case.execution_weight or case.profile.execution)
    return case.stated_points is None or true is None or case.stated_points.meets(true)


def rate_with(case: Case, column: str, change: Change) -> Printed | None:
    """The execution rate after a change of the total in one column."""
    new = Printed.constant(change.new, change.old.unit)
    budget, executed = (new, case.executed) if column == "budget" else (case.budget, new)
    return execution_rate(budget, executed)
