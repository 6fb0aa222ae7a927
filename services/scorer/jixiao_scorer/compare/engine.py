"""Target against actual: one answer, with its reason, for every pair of cells. Pure and without memory."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from jixiao_scorer.compare import words
from jixiao_scorer.compare.cell import Cell
from jixiao_scorer.compare.comparison import (
    BLANK,
    MET,
    MISMATCH,
    NOT_APPLICABLE,
    NOT_DONE,
    SAME,
    SOFT,
    TEXT,
    Comparison,
    Why,
)
from jixiao_scorer.compare.dates import Span, spans
from jixiao_scorer.compare.frequency import by_the_year, repeats
from jixiao_scorer.compare.measures import Measure, measures
from jixiao_scorer.compare.parts import Part, pair_up, part
from jixiao_scorer.compare.ranks import best_of, place_in
from jixiao_scorer.compare.units import Kind, comparable
from jixiao_scorer.compare.wordy import goal_in_words, of_nothing, without_number

_ONE = Decimal(1)
_PROPORTION = re.compile(r"\d[:/]\d")
_JOINTS = ("、", "和", "及", "与")
_MEASURED = Why.MEASURED


def compare(
    target: str | None, actual: str | None, name: str = "", level2: str = "", year: int | None = None
) -> Comparison:
    """Whether ``actual`` reaches ``target``, both as printed; ``year`` is the form's, for dates that have none."""
    if not target or not actual:
        return BLANK
    if target == actual:
        return NOT_APPLICABLE if words.not_applicable(target) else SAME
    return compare_cells(Cell(target), Cell(actual), name, level2, year)


def compare_cells(wanted: Cell, given: Cell, name: str = "", level2: str = "", year: int | None = None) -> Comparison:
    """The same for cells that were normalised and parsed already."""
    target, actual = wanted.text, given.text
    if not target or not actual:
        return BLANK
    if target == actual:
        return NOT_APPLICABLE if words.not_applicable(target) else SAME
    if words.not_applicable(actual) or words.not_applicable(target):
        return of_nothing(target, actual)
    if not (target[0] in "≥≤<>" and wanted.measures and wanted.measures[0].bare):
        dated = _dates(target, actual, year)
        if dated is not None:
            return dated
    if "前" in target and (placed := _placed(target, actual)) is not None:
        return placed
    aims, got = wanted.measures, given.measures
    if aims and got:
        return _measured(aims, got, target, actual, name, level2)
    if aims:
        return without_number(aims, target, actual, name)
    return goal_in_words(target, actual, got)


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
        return MET
    if words.group(actual) is words.Group.UNMET:
        return NOT_DONE
    got = measures(actual)
    if measures(target):
        return None
    if got and got[0].unit.kind in (Kind.SHARE, Kind.NONE):
        return SOFT
    return TEXT


def _placed(target: str, actual: str) -> Comparison | None:
    """A place in a ranking against the last one allowed."""
    last, found = best_of(target), place_in(actual)
    if last is None or found is None:
        return None
    place, exact = found
    if place <= last:
        return Comparison(Why.MEASURED, True)
    return Comparison(Why.MEASURED, False) if exact else TEXT


def _latest(allowed: Sequence[Span]) -> date:
    return max(each.last for each in allowed)


def _measured(
    aims: tuple[Measure, ...], got: tuple[Measure, ...], target: str, actual: str, name: str, level2: str
) -> Comparison:
    """Numbers on both sides; ``periodic`` ones, worked out from a period, are never missed and have no ratio."""
    if _is_of_another_kind(aims, target, actual):
        return TEXT
    periodic = False
    if "每" in target or "每" in actual or aims[0].per or got[0].per:
        aims, got, periodic = by_the_year(aims, got, target, actual)
    if ("每" in target or "各" in target) and repeats(target, actual):
        periodic = True
    if len(aims) == len(got) == 1 and not periodic:
        only = part(aims[0], got[0], name, level2)
        if only is None:
            return _kinds_apart([(aims[0], got[0])], [])
        return Comparison(_MEASURED, only.met, only.ratio, (only,))
    pairs = pair_up(_under_one_ceiling(aims), got, target)
    if pairs is None:
        return MISMATCH if _of_other_kinds(aims, got) else TEXT
    parts = tuple(each for a, b in pairs if (each := part(a, b, name, level2)) is not None)
    if len(parts) < len(pairs):
        return _kinds_apart(pairs, parts)
    if periodic:
        return Comparison(_MEASURED, True) if all(each.met for each in parts) else TEXT
    plain = len(aims) == 1 or _speaks_plainly(aims, target) or _speaks_alike(aims, got)
    return _together(parts, plain)


def _together(parts: tuple[Part, ...], plain: bool) -> Comparison:
    """Several parts as one answer, with the least ratio of those that decide; a sentence misses nothing."""
    met = all(each.met for each in parts)
    if not met and not plain:
        return TEXT
    ratios = [each.ratio for each in parts if each.ratio is not None]
    decisive = [each.ratio for each in parts if not each.met and each.ratio is not None] or ratios
    return Comparison(_MEASURED, met, min(decisive, default=None), parts)


def _speaks_plainly(aims: tuple[Measure, ...], target: str) -> bool:
    """Whether a cell of several measures is a list of them rather than a sentence."""
    return all(each.op or len(each.lead) <= 1 for each in aims) or ";" in target


def _speaks_alike(aims: tuple[Measure, ...], got: tuple[Measure, ...]) -> bool:
    """Whether the answer repeats the words before each number (培训5场,参训300人), each with a sign or none."""
    if len(aims) != len(got) or len({bool(each.op) for each in aims}) > 1:
        return False
    return all(aim.lead == each.lead for aim, each in zip(aims, got, strict=True))


def _under_one_ceiling(aims: tuple[Measure, ...]) -> tuple[Measure, ...]:
    """The measures of a bare list (≤3人、5次), where the sign of the first is that of all."""
    if aims[0].op not in ("≤", "<") or any(each.op or each.lead not in _JOINTS for each in aims[1:]):
        return aims
    return (aims[0], *(replace(each, op=aims[0].op) for each in aims[1:]))


def _is_of_another_kind(aims: tuple[Measure, ...], target: str, actual: str) -> bool:
    """Proportions (1:3, 15/15) and times of day, and a fall below zero without a sign of which way is better."""
    signed = ":" in target or "/" in target or ":" in actual or "/" in actual
    if signed and (_PROPORTION.search(target) or _PROPORTION.search(actual)):
        return True
    return "-" in target and any(each.value < 0 and not each.op for each in aims)


def _of_other_kinds(aims: tuple[Measure, ...], got: tuple[Measure, ...]) -> bool:
    return len(aims) == 1 and all(not comparable(aims[0].unit, each.unit) for each in got)


def _kinds_apart(pairs: list[tuple[Measure, Measure]], parts: Sequence[Part]) -> Comparison:
    """Persons answered with per cent; people against events are just other things."""
    if parts:
        return TEXT
    kinds = {each.unit.kind for each in pairs[0]}
    if kinds in ({Kind.PEOPLE, Kind.COUNT}, {Kind.SHARE, Kind.POINTS}):
        return TEXT
    return SOFT if kinds == {Kind.TIME, Kind.SHARE} else MISMATCH
