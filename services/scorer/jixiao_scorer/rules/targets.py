"""Rules on a target missed, or reached and yet not scored in full."""

from collections.abc import Iterator
from decimal import Decimal

from jixiao.findings import Cause, Finding, RuleId
from jixiao.forms.printed import Printed
from jixiao_scorer.answers import Answer
from jixiao_scorer.build import finding, row_subject, share
from jixiao_scorer.case import Case
from jixiao_scorer.compare import Why
from jixiao_scorer.reasons import Reason
from jixiao_scorer.words import answered, indicator_name, percent, plain, points


def why_under(case: Case) -> Iterator[Finding]:
    """WHY-UNDER: the target is missed and nothing is said about it."""
    for answer in case.missed:
        if answer.reason.is_missing:
            yield row_finding(
                case,
                RuleId.WHY_UNDER,
                answer,
                f"{answered(answer)}，未达到指标值{_how_far(answer)}，却未说明偏差原因。",
                Cause.MISSING_EXPLANATION,
                with_reason=True,
            )


def unmet_full(case: Case) -> Iterator[Finding]:
    """UNMET-FULL: the target is missed and the score is full; what rounds to full at two digits is let pass."""
    for answer in case.missed:
        if answer.full and not answer.share_gives_full:
            yield row_finding(
                case,
                RuleId.UNMET_FULL,
                answer,
                f"{answered(answer)}，未达到指标值{_how_far(answer)}，却得满分{plain(answer.weight)}分。",
                Cause.CONTRADICTION,
            )


def met_not_full(case: Case) -> Iterator[Finding]:
    """MET-NOT-FULL: the target is reached, points are taken off, and nothing is said about it."""
    for answer in case.deducted:
        if answer.found.met and answer.reason.is_missing:
            yield row_finding(
                case,
                RuleId.MET_NOT_FULL,
                answer,
                f"{answered(answer)}，已达到指标值，却只得{plain(answer.score or Decimal(0))}分"
                f"（分值{plain(answer.weight)}），未说明扣分原因。",
                Cause.MISSING_EXPLANATION,
                with_reason=True,
            )


def quant_score(case: Case) -> Iterator[Finding]:
    """QUANT-SCORE: a missed target in numbers is scored higher than every accepted formula gives, yet not full."""
    for answer in case.missed:
        if not answer.deducted or answer.found.why is not Why.MEASURED:
            continue
        best, score = answer.most, Printed.parse(answer.indicator.score)
        if best is None or score is None or score.low <= best:
            continue
        yield row_finding(
            case,
            RuleId.QUANT_SCORE,
            answer,
            f"{answered(answer)}，得{points(score)}，按完成比例至多得{points(_two_digits(best))}（分值{plain(answer.weight)}）。",
            Cause.CONTRADICTION,
            computed=plain(_two_digits(best)),
            amount=share(case, score.value - best),
        )


def why_over(case: Case) -> Iterator[Finding]:
    """WHY-OVER: a positive target is reached far beyond, and nothing is said about it."""
    limit = case.profile.rules[RuleId.WHY_OVER].limits["from"]
    for answer in case.far_over:
        if not (answer.found.met and answer.reason.is_missing):
            continue
        if answer in case.wrong_signs or answer.over is None:
            continue
        yield row_finding(
            case,
            RuleId.WHY_OVER,
            answer,
            f"{answered(answer)}，为指标值的{percent(answer.over * 100)}，"
            f"达到或超过{plain(limit)}%，未说明偏差原因，请核实指标值是否偏低。",
            Cause.MISSING_EXPLANATION,
            with_reason=True,
        )


def late(case: Case) -> Iterator[Finding]:
    """LATE: the date of completion lies after the deadline."""
    for answer in case.missed:
        if answer.found.why is Why.DATED:
            yield row_finding(case, RuleId.LATE, answer, f"{answered(answer)}，晚于规定时限。", Cause.CONTRADICTION)


def why_thin(case: Case) -> Iterator[Finding]:
    """WHY-THIN: a reason is owed, and it is a mere phrase, or one text for a shortfall and an excess alike."""
    twofold = case.twofold_reasons
    for answer in case.owing:
        text = answer.indicator.deviation.text
        if not text:
            continue
        thin = answer.reason is Reason.THIN
        if not thin and text not in twofold:
            continue
        told = "没有说明具体原因" if thin else "与其他情形相反的指标一字不差"
        yield row_finding(
            case,
            RuleId.WHY_THIN,
            answer,
            f"{indicator_name(answer.indicator, answer.place)}的偏差原因为「{_cut(text)}」，{told}。",
            Cause.MISSING_EXPLANATION,
            with_reason=True,
        )


def row_finding(
    case: Case,
    rule: RuleId,
    answer: Answer,
    sentence: str,
    cause: Cause,
    *,
    with_reason: bool = False,
    soft: bool = False,
    computed: Printed | str | None = None,
    amount: Decimal | None = None,
) -> Finding:
    """A finding on target and actual of a row; the reason's cell is evidence where the rule rests on it."""
    cells = (*answer.cells, answer.indicator.deviation) if with_reason else answer.cells
    return finding(
        case,
        rule,
        sentence,
        cause,
        subject=row_subject(case, answer.place),
        place=answer.place,
        stated=answer.indicator.actual.text,
        computed=computed if computed is not None else answer.indicator.target.text,
        values=cells,
        soft=soft,
        amount=amount if amount is not None else share(case, answer.weight),
    )


def _how_far(answer: Answer) -> str:
    ratio = answer.found.ratio
    if answer.found.why is not Why.MEASURED or ratio is None:
        return ""
    return f"（为指标值的{percent(ratio * 100)}）" if ratio else ""


def _two_digits(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.01"))


def _cut(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:30]}…"
