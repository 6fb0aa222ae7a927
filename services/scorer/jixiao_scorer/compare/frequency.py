"""Targets by the period: 每半年一次 is twice a year."""

import re
from dataclasses import replace

from jixiao_scorer.compare.measures import Measure
from jixiao_scorer.compare.units import Kind

_EVERY = re.compile("每(半年|年|季度|季|个?月|周|星期|个?工作日|日|天)")
_COUNTS = (Kind.COUNT, Kind.PEOPLE)
_A_YEAR = {"年": 1, "半年": 2, "季度": 4, "季": 4, "月": 12, "个月": 12, "周": 52, "星期": 52}


def per_year(aims: tuple[Measure, ...], target: str, actual: str) -> tuple[tuple[Measure, ...], bool]:
    """The measures for a whole year, and whether that was told from their period (每季度1次 is 4, 2篇/月 is 24)."""
    if aims[0].per:
        every = [aims[0].per[1:]] if aims[0].unit.kind in _COUNTS and aims[0].per[1:] in _A_YEAR else []
    else:
        every = _EVERY.findall(target)
    if aims[0].per and aims[0].per in actual:
        return aims, False
    if not every or _EVERY.findall(actual) == every:
        return aims, False
    times = _A_YEAR.get(every[0])
    if len(every) > 1 or len(aims) != 1 or times is None:
        return aims, True
    only = aims[0]
    a_year = replace(only, value=only.value * times, low=only.low * times, high=only.high * times)
    return (a_year,), times != 1
