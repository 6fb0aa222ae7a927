"""Targets by the period: 每半年一次 is twice a year."""

import re
from dataclasses import replace

from jixiao_scorer.compare.measures import Measure
from jixiao_scorer.compare.units import Kind

_EVERY = re.compile("每(半年|年|季度|季|个?月|周|星期|个?工作日|日|天)")
_EACH = re.compile("(?:各|每(?!半年|年|季|个?月|周|星期|个?工作日|日|天)[^0-9,;。、]{0,6}?)[0-9一二两三四五六七八九十]")
_COUNTS = (Kind.COUNT, Kind.PEOPLE)
_A_YEAR = {"年": 1, "半年": 2, "季度": 4, "季": 4, "月": 12, "个月": 12, "周": 52, "星期": 52}


def by_the_year(
    aims: tuple[Measure, ...], got: tuple[Measure, ...], target: str, actual: str
) -> tuple[tuple[Measure, ...], tuple[Measure, ...], bool]:
    """Both sides for a whole year where they stand for other periods, and whether that had to be worked out.

    每季度1次 is 4, 2篇/月 is 24. False where both name one period, or none.
    """
    wanted, given = _periods(aims, target), _periods(got, actual)
    if wanted == given or not (wanted or given):
        return aims, got, False
    a_year, worked = _a_year(aims, wanted)
    if len(got) > 1 or got[0].unit.kind not in _COUNTS:
        return a_year, got, worked
    done, also = _a_year(got, given)
    return a_year, done, worked or also


def repeats(target: str, actual: str) -> bool:
    """Whether a target is for each of an unknown number of things (每村3人, 春节、重阳节各1次), an answer for all."""
    return _EACH.search(target) is not None and _EACH.search(actual) is None and "/" not in actual


def _periods(found: tuple[Measure, ...], text: str) -> list[str]:
    per = found[0].per[1:]
    if per:
        return [per] if found[0].unit.kind in _COUNTS and per in _A_YEAR else []
    return _EVERY.findall(text) if "每" in text else []


def _a_year(found: tuple[Measure, ...], every: list[str]) -> tuple[tuple[Measure, ...], bool]:
    if not every:
        return found, False
    times = _A_YEAR.get(every[0])
    if len(every) > 1 or len(found) != 1 or times is None:
        return found, True
    only = found[0]
    a_year = replace(only, value=only.value * times, low=only.low * times, high=only.high * times)
    return (a_year,), times != 1
