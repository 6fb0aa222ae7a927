"""Pairs of cells of which one at least is words: 无, 未发生, 当日办结, 满足."""

from decimal import Decimal

from jixiao_scorer.compare import words
from jixiao_scorer.compare.comparison import (
    MET,
    MET_SOMEHOW,
    MISMATCH,
    MISSED,
    NOT_APPLICABLE,
    NOT_DONE,
    SOFT,
    TEXT,
    Comparison,
)
from jixiao_scorer.compare.direction import better_when_smaller
from jixiao_scorer.compare.measures import Measure, measures
from jixiao_scorer.compare.units import Kind, Unit

_DAY = Decimal(86400)
_LENGTHS = (Kind.TIME, Kind.COUNT, Kind.PEOPLE)
_SENTENCE = 7  # characters from which on an answer without a number is a sentence


def of_nothing(target: str, actual: str) -> Comparison:
    """无 is an answer to a goal that something does not happen."""
    if words.not_applicable(target) and words.not_applicable(actual):
        return NOT_APPLICABLE
    if actual in ("无", "暂无") and (target == "否" or words.is_negative_goal(target) or _is_cap_on_events(target)):
        return MET
    if target == "无" and _is_zero(actual):
        return MET
    return NOT_APPLICABLE


def _is_cap_on_events(text: str) -> bool:
    """Whether a target is that something happens never or seldom (0起, ≤1%); a cost of 无 is none."""
    found = measures(text)
    return len(found) == 1 and found[0].unit.kind is not Kind.MONEY and _is_cap(found[0], "")


def _is_cap(aim: Measure, name: str) -> bool:
    return not aim.value or aim.op in ("≤", "<") or (not aim.op and better_when_smaller(name))


def _is_zero(text: str) -> bool:
    found = measures(text)
    return len(found) == 1 and not found[0].value


def without_number(aims: tuple[Measure, ...], target: str, actual: str, name: str) -> Comparison:
    """A goal in numbers answered in words: a plain no is a miss, a sentence is of another kind."""
    only = aims[0]
    if len(aims) == 1 and words.says_none(actual) and _is_cap(only, name):
        return MET
    if only.unit.kind is Kind.TIME and words.says_at_once(actual) and only.op not in ("≥", ">"):
        return MET_SOMEHOW if _allows_a_day(only.unit) or actual[0] != "当" else TEXT
    if only.unit.kind in _LENGTHS and words.says_all_the_time(actual):
        return TEXT
    graded = words.graded(actual)
    found = graded or words.group(actual)
    short = graded is not None or len(actual) < _SENTENCE
    if found is words.Group.UNMET and short:
        return NOT_DONE
    if len(aims) > 1 or not _is_measure(aims[0], target):
        return TEXT if found is None or not short else MET_SOMEHOW
    return SOFT if found is words.Group.MET and short else MISMATCH


def _allows_a_day(unit: Unit) -> bool:
    return unit.high >= _DAY


def _is_measure(aim: Measure, target: str) -> bool:
    """Whether a cell is a measure rather than a sentence with a number in it."""
    return bool(aim.op) or len(target) <= _SENTENCE


def goal_in_words(target: str, actual: str, got: tuple[Measure, ...]) -> Comparison:
    """A goal in words; one that something does not happen is not judged by words."""
    if got and got[0].bare:
        if got[0].unit.kind is Kind.SHARE:
            return SOFT
        if got[0].unit.kind is Kind.NONE and len(got) == 1:
            return MISMATCH
    if got:
        return TEXT
    graded = words.graded(actual)
    wanted, found = words.group(target), graded or words.group(actual)
    if found is None or max(len(target), len(actual) if graded is None else 0) > 2 * _SENTENCE:
        return TEXT
    if words.is_negative_goal(target):
        return TEXT
    if wanted is words.Group.PARTLY:
        return MISSED if found is words.Group.UNMET else MET_SOMEHOW
    return MET if found is words.Group.MET else MISSED
