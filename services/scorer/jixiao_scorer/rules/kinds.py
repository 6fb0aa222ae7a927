"""Rules on what kind of answer a cell gives: not applicable, of another kind, with the wrong sign, twice."""

import re
from collections.abc import Iterator

from jixiao.findings import Cause, Finding, RuleId
from jixiao_scorer.answers import Answer
from jixiao_scorer.build import finding, row_subject, share
from jixiao_scorer.case import Case
from jixiao_scorer.compare import Why, speaks_of_bad
from jixiao_scorer.compare.dates import spans
from jixiao_scorer.compare.words import not_applicable
from jixiao_scorer.rules.targets import row_finding
from jixiao_scorer.words import answered, indicator_name, normalised, plain, points

_UNWANTED = re.compile("舆情|负面|失信|纠纷|泄密|腐败|浪费|污染|伤害|风险|隐患|拖欠|亏损|破坏|损失|问题")
_FLOORS = ("≥", ">")
_VAGUE_MOST = 8  # characters of a target that names no criterion
_VAGUE = re.compile(
    "(?:有效|逐步|持续|不断|进一步|有所|明显|显著|较好|良好|长期|及时|稳步|大力|切实|充分)*"
    "(?:保障|提升|提高|控制|完善|改善|增强|加强|促进|推进|效果|有效|明显|显著|良好|较好|长期|持续|及时)?"
)


def na_scored(case: Case) -> Iterator[Finding]:
    """NA-SCORED: a row that does not apply carries weight and got points."""
    for answer in case.answers:
        if answer.score is None or answer.score <= 0 or not _does_not_apply(answer):
            continue
        yield finding(
            case,
            RuleId.NA_SCORED,
            f"{indicator_name(answer.indicator, answer.place)}填写为「{answer.indicator.actual.text}」，"
            f"却设分值{plain(answer.weight)}分并得{points(answer.score)}。",
            Cause.CONTRADICTION,
            subject=row_subject(case, answer.place),
            place=answer.place,
            stated=answer.indicator.actual.text,
            values=(answer.indicator.actual,),
            amount=share(case, answer.score),
        )


def _does_not_apply(answer: Answer) -> bool:
    """不适用 always; 无 unless it is the answer to a goal that something does not happen."""
    actual = answer.actual.text
    if not not_applicable(actual) or answer.found.met:
        return False
    return actual.startswith("不适用") or not (speaks_of_bad(answer.name) or _UNWANTED.search(answer.name))


def type_mismatch(case: Case) -> Iterator[Finding]:
    """TYPE-MISMATCH: target and actual are of different kinds; words or a date answered with per cent is soft."""
    for answer in case.answers:
        if answer.found.why not in (Why.MISMATCH, Why.SOFT):
            continue
        if answer.deducted and not answer.reason.is_missing:
            continue
        yield row_finding(
            case,
            RuleId.TYPE_MISMATCH,
            answer,
            f"{answered(answer)}，两者类型不同，无法比较是否完成。",
            Cause.TARGET_QUALITY,
            soft=answer.found.why is Why.SOFT,
        )


def wrong_sign(case: Case) -> Iterator[Finding]:
    """WRONG-SIGN: a cost is given as a floor, so that spending more would be better."""
    for answer in case.wrong_signs:
        yield row_finding(
            case,
            RuleId.WRONG_SIGN,
            answer,
            f"{indicator_name(answer.indicator, answer.place)}为成本指标，指标值「{answer.indicator.target.text}」"
            "却为下限，方向有误，应为上限（≤）。",
            Cause.TARGET_QUALITY,
        )


def duplicate(case: Case) -> Iterator[Finding]:
    """DUPLICATE: an indicator stands twice under one second level, or under 产出 and under 效益."""
    keys = [normalised(answer.name) for answer in case.answers]
    if len(set(keys)) == len(keys):
        return
    seen: dict[str, list[Answer]] = {}
    for key, answer in zip(keys, case.answers, strict=True):
        if not key or not_applicable(answer.name):
            continue
        twin = next((each for each in seen.get(key, ()) if _is_twin(each, answer, case)), None)
        seen.setdefault(key, []).append(answer)
        if twin is not None:
            yield finding(
                case,
                RuleId.DUPLICATE,
                f"{indicator_name(answer.indicator, answer.place)}在第{twin.place + 1}行（{twin.level2}）与"
                f"第{answer.place + 1}行（{answer.level2}）重复设置。",
                Cause.TARGET_QUALITY,
                subject=row_subject(case, answer.place),
                place=answer.place,
                stated=answer.name,
                values=(twin.indicator.name, answer.indicator.name),
                amount=share(case, answer.weight),
            )


def _is_twin(one: Answer, other: Answer, case: Case) -> bool:
    """Same name under one level2, or once as output and once as benefit; one a quarter is no repetition."""
    levels = {one.indicator.level1.text, other.indicator.level1.text}
    if one.level2 != other.level2 and levels != {"产出", "效益"}:
        return False
    targets = [each.target.text for each in (one, other)]
    return targets[0] == targets[1] or not all(spans(each, case.year) for each in targets)


def vague(case: Case) -> Iterator[Finding]:
    """VAGUE: a target in words that names no criterion."""
    for answer in case.answers:
        if answer.found.parts:
            continue  # a number is a criterion
        target = answer.indicator.target.text
        if target and len(target) <= _VAGUE_MOST and _VAGUE.fullmatch(target):
            yield row_finding(
                case,
                RuleId.VAGUE,
                answer,
                f"{indicator_name(answer.indicator, answer.place)}的指标值为「{target}」，没有可衡量的标准。",
                Cause.TARGET_QUALITY,
            )


def echo(case: Case) -> Iterator[Finding]:
    """ECHO: nearly every actual is exactly the floor of its target."""
    limits = case.profile.rules[RuleId.ECHO].limits
    floors = [each for each in case.answers if each.found.parts and each.found.parts[0].target.op in _FLOORS]
    if len(floors) < limits["rows"]:
        return
    echoes = [each for each in floors if all(part.actual.value == part.target.value for part in each.found.parts)]
    if len(echoes) * 100 < limits["from"] * len(floors):
        return
    yield finding(
        case,
        RuleId.ECHO,
        f"{len(floors)}项设下限的指标中，有{len(echoes)}项的实际完成值与下限完全相同，请核实是否如实填报。",
        Cause.TARGET_QUALITY,
        values=[each.indicator.actual for each in echoes],
    )
