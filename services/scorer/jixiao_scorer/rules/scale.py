"""Rules on the fund rows: spent beyond the budget, yuan and ten thousand yuan mixed, cut and yet all done."""

from collections.abc import Iterator
from decimal import Decimal

from jixiao.findings import Cause, Finding, RuleId, Subject
from jixiao.forms.printed import Printed
from jixiao_scorer.build import finding
from jixiao_scorer.case import Case
from jixiao_scorer.printed_form import COLUMN_NAMES, COLUMNS, FUND_ROWS, ROW_NAMES, SOURCES
from jixiao_scorer.recompute import execution_rate, rate_agrees
from jixiao_scorer.repair import Change
from jixiao_scorer.words import money, percent

_JUMPS = (Decimal(10000), Decimal("0.0001"))


def unit_scale(case: Case) -> Iterator[Finding]:
    """UNIT-SCALE: yuan and ten thousand yuan are mixed, as a jump of 10,000 would put the figures right."""
    yield from _column_scale(case)
    for column in COLUMNS:
        total, parts = case.money["total", column], case.source_sums[column]
        if total is None or parts is None or total.meets(parts):
            continue
        for row in FUND_ROWS:
            printed = case.money[row, column]
            if printed is None or not printed.value:
                continue
            jump = next((each for each in _JUMPS if _closes(case, row, column, each)), None)
            if jump is not None:
                yield _scaled(case, row, column, printed, jump)
                break


def _column_scale(case: Case) -> Iterator[Finding]:
    """The executed column against the printed rate, which was computed before the units were mixed up."""
    stated, budget, executed = case.stated_rate, case.budget, case.executed
    if stated is None or budget is None or executed is None or case.rate is None or not executed.value:
        return
    if rate_agrees(stated, case.rate):
        return
    for jump in _JUMPS:
        rate = execution_rate(budget, _times(executed, jump))
        if rate is not None and rate_agrees(stated, rate):
            parts = case.source_sums["executed"]
            whole_column = parts is not None and executed.meets(parts)
            yield _scaled(case, "total", "executed", executed, jump, alone=not whole_column)
            return


def _closes(case: Case, row: str, column: str, jump: Decimal) -> bool:
    """Whether the column adds up with one number taken in the other unit."""
    scaled = {each: case.money[each, column] for each in FUND_ROWS}
    printed = scaled[row]
    scaled[row] = _times(printed, jump) if printed is not None else None
    total, parts = scaled["total"], [part for each in SOURCES if (part := scaled[each]) is not None]
    return total is not None and bool(parts) and total.meets(Printed.sum(parts))


def _times(number: Printed, factor: Decimal) -> Printed:
    ends = (number.value * factor, number.low * factor, number.high * factor)
    return Printed(*ends, number.decimals, number.unit, number.label, number.cell)


def _scaled(case: Case, row: str, column: str, printed: Printed, jump: Decimal, alone: bool = True) -> Finding:
    right = printed.value * jump
    return finding(
        case,
        RuleId.UNIT_SCALE,
        f"{ROW_NAMES[row]}的{COLUMN_NAMES[column]}{money(printed)}与其他数相差一万倍，疑似「元」与「万元」混用。",
        subject=Subject(kind="funds", name=f"{row}.{column}"),
        stated=printed,
        amount=abs(right - printed.value),
        repair=Change(f"funds.{row}.{column}", printed, right.normalize()).repair if alone else None,
    )


def exec_over(case: Case) -> Iterator[Finding]:
    """EXEC-OVER: more was spent than the budget, in total or, where the total does not show it, from one source."""
    for row in FUND_ROWS:
        budget, executed = case.money[row, "budget"], case.money[row, "executed"]
        if budget is None or executed is None or executed.low <= budget.high:
            continue
        over = (executed - budget).in_yuan()
        more = f"，超出{percent(over.value / budget.in_yuan().value * 100)}" if budget.value > 0 else ""
        yield finding(
            case,
            RuleId.EXEC_OVER,
            f"{ROW_NAMES[row]}全年执行数{money(executed)}大于全年预算数{money(budget)}{more}。",
            Cause.CONTRADICTION,
            subject=Subject(kind="funds", name=row),
            stated=executed,
            computed=budget,
            amount=over.value,
        )
        if row == "total":
            return


def cut_but_full(case: Case) -> Iterator[Finding]:
    """CUT-BUT-FULL: the budget was cut by half or more, and every target in numbers is reported met in full."""
    initial, budget = case.money["total", "initial"], case.budget
    if initial is None or budget is None or initial.value <= 0:
        return
    limits = case.profile.rules[RuleId.CUT_BUT_FULL].limits
    cut = (initial - budget).in_yuan().value / initial.in_yuan().value * 100
    if cut < limits["cut_from"]:
        return
    counted = [each for each in case.answers if each.is_quantitative]
    if len(counted) < limits["rows"] or not all(each.found.met and each.score is not None for each in counted):
        return
    yield finding(
        case,
        RuleId.CUT_BUT_FULL,
        f"全年预算数{money(budget)}比年初预算数{money(initial)}减少{percent(cut)}，"
        f"而{len(counted)}项定量指标全部填报完成，请核实指标值是否随预算调整。",
        Cause.CONTRADICTION,
        stated=budget,
        computed=initial,
        values=[each.indicator.actual for each in counted],
        amount=(initial - budget).in_yuan().value,
    )
