"""A second look at displaced labels, with two witnesses: points are shared out in fives, and rows speak of their level.

Where labels had to be moved for the first levels to close, those inside a first level may be displaced too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import groupby, pairwise, product

from jixiao_parser.recognise import labels
from jixiao_parser.recognise.parts.marks import Mark, mark_by_row, sums_by_level

FARTHEST = 3
MOST = 4  # so many second levels a first level has; where more labels stand, they are printed on every row
ROUND = Decimal(5)


def refined(marks: list[Mark], texts: Sequence[str], weights: Sequence[Decimal]) -> list[Mark]:
    """The marks so that second levels have round sums and more rows speak of their level; else as they are.

    The first levels stay as they are. ``texts``: names and targets of the rows.
    """
    found: list[Mark] = []
    groups = [list(group) for _, group in groupby(marks, lambda mark: mark.parent)]
    for group, behind in zip(groups, [*groups[1:], []], strict=True):
        end = behind[0].begins if behind else len(weights)
        ways = [group] if len(group) > MOST or _is_round(group, weights[:end]) else list(_ways(group, weights[:end]))
        found += max(ways or [group], key=partial(_rank, texts[:end]))
    return found if _spoken(found, texts) > _spoken(marks, texts) else marks


def _ways(group: Sequence[Mark], weights: Sequence[Decimal]) -> Iterator[list[Mark]]:
    """All ways with round sums. A label that was moved here from another first level may have lost its rows."""
    first, *others = group
    for places in product(*(_places(mark, len(weights)) for mark in others)):
        way = [first, *(replace(mark, begins=begins) for mark, begins in zip(others, places, strict=True))]
        in_order = all(
            one.begins < other.begins or (one.begins == other.begins and one is first and first.begins != first.row)
            for one, other in pairwise(way)
        )
        if in_order and _is_round(way, weights):
            yield way


def _places(mark: Mark, end: int) -> Sequence[int]:
    return [mark.begins] if mark.fixed else range(max(0, mark.begins - FARTHEST), min(end, mark.begins + FARTHEST + 1))


def _is_round(marks: Sequence[Mark], weights: Sequence[Decimal]) -> bool:
    sums = sums_by_level([mark.word if mark else None for mark in mark_by_row(marks, len(weights))], weights)
    return all(total % ROUND == 0 for word, total in sums.items() if word is not None)


def _rank(texts: Sequence[str], marks: Sequence[Mark]) -> tuple[int, int]:
    return _spoken(marks, texts), -sum(abs(mark.begins - mark.row) for mark in marks)


def _spoken(marks: Sequence[Mark], texts: Sequence[str]) -> int:
    """How many rows speak of the level that they have."""
    return sum(
        mark is not None and any(sign in text for sign in labels.SPEAKS.get(mark.word or "", ()))
        for text, mark in zip(texts, mark_by_row(marks, len(texts)), strict=True)
    )
