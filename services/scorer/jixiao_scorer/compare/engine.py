"""Target against actual: one answer, with its reason, for every pair of cells. Pure and without memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from jixiao_scorer.compare import words
from jixiao_scorer.compare.cell import Cell
from jixiao_scorer.compare.dates import Span, spans
from jixiao_scorer.compare.direction import Direction
from jixiao_scorer.compare.frequency import per_year
from jixiao_scorer.compare.measures import Measure, measures
from jixiao_scorer.compare.parts import Part, pair_up, part
from jixiao_scorer.compare.units import Kind, comparable

_ONE, _ZERO = Decimal(1), Decimal(0)
_SENTENCE = 7  # characters from which on an answer without a number is a sentence


class Why(StrEnum):
    """How an answer was found, or why there is none."""

    SAME = "same"  # word for word
    MEASURED = "measured"
    DATED = "dated"
    WORDS = "words"
    BLANK = "blank"
    NOT_APPLICABLE = "not_applicable"
    MISMATCH = "mismatch"  # of different kinds: persons answered with per cent
    SOFT = "soft"  # words or a date answered with per cent
    TEXT = "text"  # both are sentences


@dataclass(slots=True)
class Comparison:
    """``met`` is None where the cells cannot be compared; ``ratio`` is that of the part that decides."""

    why: Why
    met: bool | None = None
    ratio: Decimal | None = None
    parts: tuple[Part, ...] = ()

    @property
    def comparable(self) -> bool:
        """Whether there is an answer."""
        return self.met is not None

    @property
    def over(self) -> Decimal | None:
        """The largest ratio among the parts with a positive floor."""
        if not self.parts:
            return None
        ratios = [each.ratio for each in self.parts if each.direction is Direction.FLOOR and each.ratio is not None]
        return max(ratios, default=None)


_MEASURED = Why.MEASURED
_SAME = Comparison(Why.SAME, True, _ONE)
_BLANK, _NOT_APPLICABLE, _TEXT = Comparison(Why.BLANK), Comparison(Why.NOT_APPLICABLE), Comparison(Why.TEXT)
_MISMATCH, _SOFT = Comparison(Why.MISMATCH), Comparison(Why.SOFT)


def compare(
    target: str | None, actual: str | None, name: str = "", level2: str = "", year: int | None = None
) -> Comparison:
    """Whether ``actual`` reaches ``target``, both as printed; ``year`` is the form's, for dates that have none."""
    if not target or not actual:
        return _BLANK
    if target == actual:
        return _NOT_APPLICABLE if words.not_applicable(target) else _SAME
    return compare_cells(Cell(target), Cell(actual), name, level2, year)


def compare_cells(wanted: Cell, given: Cell, name: str = "", level2: str = "", year: int | None = None) -> Comparison:
    """The same for cells that were normalised and parsed already."""
    target, actual = wanted.text, given.text
    if not target or not actual:
        return _BLANK
    if target == actual:
        return _NOT_APPLICABLE if words.not_applicable(target) else _SAME
    if words.not_applicable(actual) or words.not_applicable(target):
        return _of_nothing(target, actual)
    if not (target[0] in "≥≤<>" and wanted.measures and wanted.measures[0].bare):
        dated = _dates(target, actual, year)
        if dated is not None:
            return dated
    aims, got = wanted.measures, given.measures
    if aims and got:
        return _measured(aims, got, target, actual, name, level2)
    if aims:
        return _without_number(aims, target, actual)
    return _goal_in_words(target, actual, got)


def _of_nothing(target: str, actual: str) -> Comparison:
    """无 is an answer to a goal that something does not happen."""
    if words.not_applicable(target) and words.not_applicable(actual):
        return _NOT_APPLICABLE
    if actual in ("无", "暂无") and (words.is_negative_goal(target) or _is_zero(target)):
        return Comparison(Why.WORDS, True, _ONE)
    if target == "无" and _is_zero(actual):
        return Comparison(Why.WORDS, True, _ONE)
    return _NOT_APPLICABLE


def _is_zero(text: str) -> bool:
    found = measures(text)
    return len(found) == 1 and not found[0].value


def _dates(target: str, actual: str, year: int | None) -> Comparison | None:
    """Where the target is a date: the last day it allows against the first that the actual may stand for."""
    allowed = spans(target, year)
    if not allowed:
        return None
    done = spans(actual, year)
    if done:
        met = done[-1].first <= _latest(allowed)
        return Comparison(Why.DATED, met, _ONE if met else None)
    if words.says_in_time(actual) and not measures(actual):
        return Comparison(Why.WORDS, True, _ONE)
    if words.group(actual) is words.Group.UNMET:
        return Comparison(Why.WORDS, False, _ZERO)
    got = measures(actual)
    if measures(target):
        return None
    if got and got[0].unit.kind in (Kind.SHARE, Kind.NONE):
        return _SOFT
    return _TEXT


def _latest(allowed: Sequence[Span]) -> date:
    return max(each.last for each in allowed)


def _measured(
    aims: tuple[Measure, ...], got: tuple[Measure, ...], target: str, actual: str, name: str, level2: str
) -> Comparison:
    aims, periodic = per_year(aims, target, actual) if "每" in target or aims[0].per else (aims, False)
    if len(aims) == len(got) == 1 and not periodic:
        only = part(aims[0], got[0], name, level2)
        return (
            _kinds_apart([(aims[0], got[0])], [])
            if only is None
            else Comparison(_MEASURED, only.met, only.ratio, (only,))
        )
    pairs = pair_up(aims, got, target)
    if pairs is None:
        return _MISMATCH if _of_other_kinds(aims, got) else _TEXT
    parts = [each for a, b in pairs if (each := part(a, b, name, level2)) is not None]
    if len(parts) < len(pairs):
        return _kinds_apart(pairs, parts)
    met = all(each.met for each in parts)
    if periodic and not met:
        return _TEXT
    if not (met or _speaks_plainly(aims, target) or len(aims) == 1):
        return _TEXT
    ratios = [each.ratio for each in parts if each.ratio is not None]
    decisive = [each.ratio for each in parts if not each.met and each.ratio is not None] or ratios
    ratio = None if periodic else min(decisive, default=None)
    return Comparison(Why.MEASURED, met, ratio, () if periodic else tuple(parts))


def _speaks_plainly(aims: tuple[Measure, ...], target: str) -> bool:
    """Whether a cell of several measures is a list of them rather than a sentence."""
    return all(each.op or len(each.lead) <= 1 for each in aims) or ";" in target


def _of_other_kinds(aims: tuple[Measure, ...], got: tuple[Measure, ...]) -> bool:
    return len(aims) == 1 and all(not comparable(aims[0].unit, each.unit) for each in got)


def _kinds_apart(pairs: list[tuple[Measure, Measure]], parts: list[Part]) -> Comparison:
    """Persons answered with per cent; people against events are just other things."""
    if parts:
        return _TEXT
    kinds = {each.unit.kind for each in pairs[0]}
    if kinds == {Kind.PEOPLE, Kind.COUNT}:
        return _TEXT
    return _SOFT if kinds == {Kind.TIME, Kind.SHARE} else _MISMATCH


def _without_number(aims: tuple[Measure, ...], target: str, actual: str) -> Comparison:
    """A goal in numbers answered in words: a plain no is a miss, a sentence is of another kind."""
    found = words.group(actual)
    short = len(actual) < _SENTENCE
    if found is words.Group.UNMET and short:
        return Comparison(Why.WORDS, False, _ZERO)
    if len(aims) > 1 or not _is_measure(aims[0], target):
        return _TEXT if found is None or not short else Comparison(Why.WORDS, True, None)
    return _SOFT if found is words.Group.MET and short else _MISMATCH


def _is_measure(aim: Measure, target: str) -> bool:
    """Whether a cell is a measure rather than a sentence with a number in it."""
    return bool(aim.op) or len(target) <= _SENTENCE


def _goal_in_words(target: str, actual: str, got: tuple[Measure, ...]) -> Comparison:
    if got and got[0].bare:
        if got[0].unit.kind is Kind.SHARE:
            return _SOFT
        if got[0].unit.kind is Kind.NONE and len(got) == 1:
            return _MISMATCH
    if got:
        return _TEXT
    wanted, found = words.group(target), words.group(actual)
    if found is None or max(len(target), len(actual)) > 2 * _SENTENCE:
        return _TEXT
    if words.is_negative_goal(target):
        return _TEXT
    if wanted is words.Group.PARTLY:
        return Comparison(Why.WORDS, found is not words.Group.UNMET, None)
    return Comparison(Why.WORDS, found is words.Group.MET, _ONE if found is words.Group.MET else None)
