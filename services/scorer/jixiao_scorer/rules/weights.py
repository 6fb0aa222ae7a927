"""Rules on the weights: their sum, the levels, and a row that was lost on the way."""

from collections.abc import Iterator
from decimal import Decimal

from jixiao.findings import Cause, Finding, Repair, RuleId
from jixiao.forms.printed import Printed
from jixiao_scorer.build import finding, share
from jixiao_scorer.case import Case
from jixiao_scorer.printed_form import Row
from jixiao_scorer.recompute import exceeds
from jixiao_scorer.repair import Change, smallest
from jixiao_scorer.words import plain, points


def row_lost(case: Case) -> Iterator[Finding]:
    """ROW-LOST: weights and scores miss what one row would carry, so that a row was lost in reading or printing."""
    weights = case.weight_sum
    if weights is None or weights.meets(case.profile.total):
        return
    short = case.profile.total.value - weights.value
    limit = case.profile.rules[RuleId.ROW_LOST].limits["at_most"]
    if not 0 < short <= limit or not (case.row_doubted or _scores_miss_a_row(case, short)):
        return
    where = "、".join(level for level, gap in _level_gaps(case).items() if gap == -short)
    yield finding(
        case,
        RuleId.ROW_LOST,
        f"表中分值合计{points(weights.value)}，比{points(case.profile.total_weight)}少{points(short)}，"
        f"疑似{where}缺失一行指标（跨页或识别所致），请对照原件核实，暂不认定填报有误。",
        Cause.EXTRACTION_DOUBT,
        stated=case.total_weight,
        computed=weights,
        amount=share(case, short),
    )


def _scores_miss_a_row(case: Case, short: Decimal) -> bool:
    """Whether the scores are short by what the lost row could have got; a total that is not readable counts as yes."""
    if case.total_score is None or case.score_sum is None:
        return -short in _level_gaps(case).values()
    missing = case.total_score.value - case.score_sum.value
    return not case.total_agrees and 0 < missing <= short


def weight_sum(case: Case) -> Iterator[Finding]:
    """WEIGHT-SUM: the weights do not sum to the printed total weight, or not to 100."""
    weights, stated, whole = case.weight_sum, case.total_weight, case.profile.total
    if weights is None:
        return
    against = next((each for each in (stated, whole) if each is not None and not weights.meets(each)), None)
    if against is None and stated is not None and not stated.meets(whole):
        against = stated
    if against is None:
        return
    source = "总分行所列" if against is stated else "应有的"
    yield finding(
        case,
        RuleId.WEIGHT_SUM,
        f"各项指标与预算执行的分值合计为{points(weights.value)}，与{source}{points(against)}"
        f"相差{points(abs(weights.value - against.value))}。",
        stated=against,
        computed=weights,
        doubts=case.form.doubts,
        amount=share(case, weights.value - against.value),
        repair=_weight_repair(case, weights),
    )


def _weight_repair(case: Case, weights: Printed) -> Repair | None:
    """The one weight that closes the sum: the printed total, execution's, or a row's in the level that is off."""
    whole = case.profile.total
    if weights.meets(whole):
        return Change("total_weight", case.total_weight, whole.value).repair if case.total_weight is not None else None
    excess = weights.value - whole.value
    gaps = {level: gap for level, gap in _level_gaps(case).items() if gap}
    execution = case.execution_weight
    if not gaps and execution is not None and execution.value - excess == case.profile.execution_weight:
        return Change("funds.total.weight", execution, case.profile.execution_weight).repair
    if list(gaps.values()) != [excess]:
        return None
    rows = [row for row in case.rows if row.indicator.level1.text in gaps]
    full = [row for row in rows if _is_full_without(row, excess)]
    fits = full or [row for row in rows if _could_weigh_less(row, excess)]
    changes = [
        Change(f"indicators[{row.place}].weight", row.weight, row.weight.value - excess)
        for row in [row for row in fits if exceeds(row.score, row.weight)] or fits
        if row.weight is not None
    ]
    change = smallest(changes)
    return change.repair if change is not None else None


def _is_full_without(row: Row, excess: Decimal) -> bool:
    """Whether the row's score would be full, and is not now, were its weight less by the excess."""
    return row.weight is not None and row.score is not None and row.weight.value - excess == row.score.value


def _could_weigh_less(row: Row, excess: Decimal) -> bool:
    """Whether the weight could be less by the excess; one that the score reaches in full is right as it is."""
    if row.weight is None:
        return False
    score = row.score.value if row.score is not None else Decimal(0)
    return row.weight.value != score <= row.weight.value - excess


def level_weight(case: Case) -> Iterator[Finding]:
    """LEVEL-WEIGHT: the weights of a level are not those of the profile, and no row is lost."""
    wanted = case.level_weights
    if not case.levels or not set(case.levels) <= set(wanted):
        return
    off = [level for level in wanted if level not in case.levels or not case.levels[level].meets(wanted[level])]
    if not off:
        return
    gaps = _level_gaps(case)
    rows = [row for row in case.scored_rows if row.indicator.level1.text in off]
    told = "，".join(
        f"{level}{points(wanted[level].value + gaps[level])}（规定{points(wanted[level].value)}）" for level in off
    )
    yield finding(
        case,
        RuleId.LEVEL_WEIGHT,
        f"一级指标分值与规定不一致：{told}。",
        stated="、".join(f"{level}{plain(wanted[level].value + gaps[level])}" for level in off),
        computed="、".join(f"{level}{plain(wanted[level].value)}" for level in off),
        terms=[row.weight for row in rows if row.weight is not None],
        values=[row.indicator.level1 for row in rows],
        doubts=case.form.doubts,
        amount=share(case, max(abs(gaps[level]) for level in off)),
    )


def _level_gaps(case: Case) -> dict[str, Decimal]:
    """By how much each level of the profile is above (below: negative) its weight; empty where levels are unknown."""
    if not case.levels:
        return {}
    found = {level: each.value for level, each in case.levels.items()}
    return {level: found.get(level, Decimal(0)) - weight.value for level, weight in case.level_weights.items()}
