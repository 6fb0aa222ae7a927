"""Labels that extraction displaced, put back where the weights of the first levels then make the points they have."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate, pairwise, product

from jixiao_parser.recognise.parts.marks import Mark, mark_by_row, sums_by_level

FARTHEST = 4
BLOCK = 3
ROUND = Decimal(5)


@dataclass(frozen=True, slots=True)
class _Move:
    """The labels ``first`` to ``until`` taken to begin ``by`` rows lower."""

    first: int
    until: int
    by: int


def closes(marks: Sequence[Mark], weights: Sequence[Decimal], points: dict[str, Decimal]) -> bool:
    """Whether the weights of each first level make its points."""
    sums = level_sums(marks, weights)
    return all(sums.get(level, Decimal(0)) == wanted for level, wanted in points.items())


def level_sums(marks: Sequence[Mark], weights: Sequence[Decimal]) -> dict[str | None, Decimal]:
    """The sum of the weights of each first level."""
    return sums_by_level([mark.parent if mark else None for mark in mark_by_row(marks, len(weights))], weights)


def closing(marks: list[Mark], weights: Sequence[Decimal], points: dict[str, Decimal]) -> list[Mark]:
    """The marks, moved where that makes the sums of all levels meet; else as they stand.

    Few moves are likelier than many, round sums than odd ones, short ways than long ones.
    """
    if sum(weights) != sum(points.values()):
        return marks
    best: tuple[tuple[int, int, int], list[Mark]] | None = None
    for moves in product(*_moves_by_boundary(marks, weights, points)):
        moved = _moved(marks, [move for move in moves if move is not None], len(weights))
        if moved is not None and closes(moved, weights, points):
            distance = sum(abs(mark.begins - before.begins) for mark, before in zip(moved, marks, strict=True))
            rank = (sum(move is not None for move in moves), -_roundness(moved, weights), distance)
            if best is None or rank < best[0]:
                best = rank, moved
    return best[1] if best else marks


def _moves_by_boundary(
    marks: list[Mark], weights: Sequence[Decimal], points: dict[str, Decimal]
) -> Iterator[list[_Move | None]]:
    """For each label that begins a first level: to stay, or to move where the points before it are used up.

    Up to two labels before it and one after may have moved with it.
    """
    before = [Decimal(0), *accumulate(weights)]
    wanted = Decimal(0)
    for at in range(1, len(marks)):
        last = marks[at - 1].parent
        if marks[at].parent == last:
            continue
        wanted += points.get(last or "", Decimal(0))
        moves: list[_Move | None] = [None]
        for by in _distances():
            if 0 < marks[at].begins + by < len(weights) and before[marks[at].begins + by] == wanted:
                moves += [_Move(first, until, by) for first, until in _blocks(marks, at)]
        yield moves


def _blocks(marks: list[Mark], at: int) -> list[tuple[int, int]]:
    return [
        (first, until)
        for first in range(max(1, at - BLOCK + 1), at + 1)
        for until in range(at, min(at + 2, len(marks)))
        if not any(mark.fixed for mark in marks[first : until + 1])
    ]


def _distances() -> list[int]:
    return [by for far in range(1, FARTHEST + 1) for by in (far, -far)]


def _moved(marks: list[Mark], moves: Sequence[_Move], count: int) -> list[Mark] | None:
    moved = list(marks)
    for move in moves:
        for at in range(move.first, move.until + 1):
            moved[at] = replace(moved[at], begins=moved[at].begins + move.by)
    begins = [mark.begins for mark in moved]
    in_order = all(one < other for one, other in pairwise(begins))
    return moved if in_order and begins[-1] < count else None


def _roundness(marks: Sequence[Mark], weights: Sequence[Decimal]) -> int:
    """How many second levels have a weight that is a multiple of five: people share out points so."""
    sums = sums_by_level([mark.word if mark else None for mark in mark_by_row(marks, len(weights))], weights)
    return sum(total % ROUND == 0 for total in sums.values()) - len(sums)
