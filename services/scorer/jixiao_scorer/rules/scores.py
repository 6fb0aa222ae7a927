"""Rules on the scores: the total, missing ones, and single rows."""

from collections.abc import Iterator
from decimal import Decimal

from jixiao.findings import Cause, Finding, Repair, RuleId, Subject
from jixiao.forms import Value
from jixiao.forms.printed import Printed
from jixiao_scorer.build import finding, row_subject, share
from jixiao_scorer.case import Case
from jixiao_scorer.printed_form import Row
from jixiao_scorer.reasons import Reason, reason
from jixiao_scorer.recompute import exceeds
from jixiao_scorer.repair import Change
from jixiao_scorer.words import as_printed, indicator_name, plain, points

_SLIP = 1  # characters that a slip of the pen changes
EXECUTION = Subject(kind="funds", name="total")


def total_sum(case: Case) -> Iterator[Finding]:
    """TOTAL-SUM: every score can be read, and they do not sum to the printed total."""
    stated, computed = case.total_score, case.score_sum
    if stated is None or computed is None or case.total_agrees:
        return
    yield finding(
        case,
        RuleId.TOTAL_SUM,
        f"填报的总分为{points(stated)}，各项得分之和为{points(computed.value)}，"
        f"相差{points(abs(stated.value - computed.value))}。",
        stated=stated,
        computed=computed,
        doubts=case.form.doubts,
        amount=share(case, stated.value - computed.value),
        repair=_total_repair(case, stated, computed),
    )


def _total_repair(case: Case, stated: Printed, computed: Printed) -> Repair | None:
    """The number that closes the sum: execution's score where it is computed wrong, one row's that lies above its
    weight or that would reach it and gives no reason for a deduction; else the total, where no score could be wrong
    instead by as small a change. None where the total and a score cannot be told apart.
    """
    missing = stated.value - computed.value
    given, true = case.execution_points, case.points
    if given is not None and true is not None and given.value + missing == true.value:
        return Change("funds.total.score", given, true.value).repair
    above = [row for row in case.scored_rows if exceeds(row.score, row.weight)]
    rows = above or [row for row in case.scored_rows if not _explained(row)]
    fits = [row for row in rows if row.score and row.weight and row.score.value + missing == row.weight.value]
    if len(fits) == 1 and fits[0].score is not None:
        score = fits[0].score
        return Change(f"indicators[{fits[0].place}].score", score, score.value + missing).repair
    total = Change("total_score", stated, computed.value)
    slips = [change for row in case.scored_rows if (change := _slip(row, missing)) is not None]
    if fits or (slips and total.size == _SLIP) or len(slips) > 1:
        return None
    return slips[0].repair if slips else total.repair


def _explained(row: Row) -> bool:
    """Whether the deviation cell says anything; 无 does not."""
    return reason(row.indicator.deviation.text) in (Reason.THIN, Reason.REAL)


def _slip(row: Row, missing: Decimal) -> Change | None:
    """The change of one digit in the row's score, itself no full one, that would close the sum."""
    score, weight = row.score, row.weight
    if score is None or weight is None or score.value == weight.value:
        return None
    new = score.value + missing
    change = Change(f"indicators[{row.place}].score", score, new)
    return change if 0 <= new <= weight.value and change.size == _SLIP else None


def total_unreadable(case: Case) -> Iterator[Finding]:
    """TOTAL-UNREADABLE: the total is missing or cannot be read, while all its parts are there."""
    value, computed = case.form.total_score, case.score_sum
    if case.total_score is not None or computed is None:
        return
    yield finding(
        case,
        RuleId.TOTAL_UNREADABLE,
        f"总分{_missing_words(value)}，按各项得分计算应为{points(computed.value)}。",
        Cause.MISSING_EXPLANATION if value.text == "" else Cause.EXTRACTION_DOUBT,
        stated=value.text,
        computed=computed,
        values=(_as_found(value),),
        doubts=case.form.doubts,
        repair=Repair(path="total_score", value=plain(computed.value)),
    )


def score_missing(case: Case) -> Iterator[Finding]:
    """SCORE-MISSING: the score of execution, or of a row that carries points, is not in the document.

    Some provinces' forms give the execution neither points nor a score: nothing is missing there.
    """
    value = case.form.funds.total.score
    scored = value.text is not None or value.doubt is not None or case.form.funds.total.weight.text is not None
    if scored and case.execution_points is None and case.budget is not None:
        yield _missing_execution(case, value)
    missing = [row for row in case.scored_rows if row.score is None]
    if len(missing) > 1 and len(missing) == len(case.scored_rows):
        yield finding(
            case,
            RuleId.SCORE_MISSING,
            f"全部{len(missing)}项指标的得分{_missing_words(missing[0].indicator.score)}，请补全或对照原件核实。",
            _missing_cause(missing[0].indicator.score),
            values=[_as_found(row.indicator.score) for row in missing],
        )
        return
    for row in missing:
        yield _missing_row(case, row)


def _missing_execution(case: Case, value: Value) -> Finding:
    total, rest = case.total_score, case.indicator_sum
    implied = total.exact() - rest if total is not None and rest is not None else None
    told, repair = "", None
    if implied is not None and total is not None and rest is not None:
        told = f"，按总分{plain(total.value)}减指标得分{plain(rest.value)}推算为{points(implied.value)}"
        if case.points is not None and implied.meets(case.points):
            repair = Repair(path="funds.total.score", value=plain(case.points.value))
    elif case.points is not None:
        told = f"，按执行率计算应为{points(case.points.value)}"
    return finding(
        case,
        RuleId.SCORE_MISSING,
        f"预算执行得分{_missing_words(value)}{told}。",
        _missing_cause(value),
        subject=EXECUTION,
        stated=value.text,
        computed=implied or case.points,
        values=(_as_found(value),),
        repair=repair,
    )


def _missing_row(case: Case, row: Row) -> Finding:
    value = row.indicator.score
    return finding(
        case,
        RuleId.SCORE_MISSING,
        f"{indicator_name(row.indicator, row.place)}的得分{_missing_words(value)}（分值"
        f"{plain(row.weight.value) if row.weight is not None else ''}）。",
        _missing_cause(value),
        subject=row_subject(case, row.place),
        place=row.place,
        stated=value.text,
        values=(_as_found(value),),
        amount=share(case, row.weight.value) if row.weight is not None else None,
    )


def _missing_cause(value: Value) -> Cause:
    """An empty cell was left empty by the unit; anything else may be our reading."""
    return Cause.MISSING_EXPLANATION if value.text == "" else Cause.EXTRACTION_DOUBT


def _as_found(value: Value) -> Value:
    """The missing cell without its doubt, which is what these rules speak of and no doubt of an addend."""
    return Value(text=value.text, evidence=value.evidence)


def _missing_words(value: Value) -> str:
    if value.text:
        return f"印为「{value.text}」，无法辨认"
    if value.text == "":
        return "未填写"
    return f"未能读出（{value.doubt.note.rstrip('。')}）" if value.doubt is not None else "在文件中缺失"


def score_range(case: Case) -> Iterator[Finding]:
    """SCORE-RANGE: a score below 0 or above its weight, execution's included."""
    given, weight = case.execution_points, case.execution_weight
    if given is not None and weight is not None and not 0 <= given.value <= weight.value:
        fix = case.points.value if case.points is not None else None
        repair = Change("funds.total.score", given, fix).repair if fix is not None else None
        yield _out_of_range(case, "预算执行", given, weight, EXECUTION, None, repair)
    for row in case.rows:
        score, most = row.score, row.weight
        if score is None or most is None or 0 <= score.value <= most.value:
            continue
        name, subject = indicator_name(row.indicator, row.place), row_subject(case, row.place)
        yield _out_of_range(case, name, score, most, subject, row.place, _range_repair(case, row, score, most))


def _out_of_range(
    case: Case, name: str, score: Printed, weight: Printed, subject: Subject, place: int | None, repair: Repair | None
) -> Finding:
    how = "小于0" if score.value < 0 else f"超过分值{plain(weight.value)}"
    return finding(
        case,
        RuleId.SCORE_RANGE,
        f"{name}的得分为{plain(score.value)}，{how}。",
        subject=subject,
        place=place,
        stated=score,
        computed=weight,
        amount=share(case, score.value - weight.value) if score.value > 0 else share(case, score.value),
        repair=repair,
    )


def _range_repair(case: Case, row: Row, score: Printed, weight: Printed) -> Repair | None:
    """The score that the printed total leaves for the row; where the total bears the score out, it as the weight."""
    if case.total_score is None or case.score_sum is None:
        return None
    new = score.value + case.total_score.value - case.score_sum.value
    path = f"indicators[{row.place}]"
    if 0 <= new <= weight.value:
        return Change(f"{path}.score", score, new).repair
    sums = case.weight_sum
    if case.total_agrees and sums is not None and sums.value - weight.value + score.value == case.profile.total_weight:
        return Repair(path=f"{path}.weight", value=as_printed(score.value, weight))
    return None


def blank_scored(case: Case) -> Iterator[Finding]:
    """BLANK-SCORED: the actual value is an empty cell, and yet there is a score."""
    for row in case.rows:
        actual = row.indicator.actual
        if actual.text != "" or row.score is None or row.score.value <= 0:
            continue
        yield finding(
            case,
            RuleId.BLANK_SCORED,
            f"{indicator_name(row.indicator, row.place)}未填实际完成值，却得{points(row.score.value)}。",
            Cause.CONTRADICTION,
            subject=row_subject(case, row.place),
            place=row.place,
            stated=row.score,
            values=(actual,),
            amount=share(case, row.score.value),
        )
