"""The true levels of the indicators, although extraction displaces the labels of merged cells.

A label counts for its row and those below it, up to the next label. Where the weights of a level then miss the points
that its label prints (产出 50, 效益 30, 满意度 10), labels are tried one or more rows lower or higher until they meet.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate, pairwise, product

from jixiao.forms.model import Decision
from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Item, Line
from jixiao_parser.recognise.marks import Mark, words_by_row
from jixiao_parser.recognise.rows import IndicatorRow
from jixiao_parser.recognise.subtotals import refined
from jixiao_parser.recognise.texts import number

FARTHEST = 4
BLOCK = 3
ROUND = Decimal(5)


@dataclass(frozen=True, slots=True)
class Level:
    """The levels of one row: the words, the cells that say them, and whether a label was moved to make it so."""

    level1: str | None
    level2: str | None
    label1: tuple[Line, Item] | None
    label2: tuple[Line, Item] | None
    moved: bool = False


@dataclass(frozen=True, slots=True)
class _Move:
    """The labels ``first`` to ``until`` taken to begin ``by`` rows lower."""

    first: int
    until: int
    by: int


def points_of(rows: Sequence[IndicatorRow]) -> dict[str, Decimal]:
    """The points of each level: as the labels print them, else the usual ones."""
    points = dict(labels.POINTS)
    for row in rows:
        if row.level1 is not None and (printed := labels.points_of(row.level1.text or "")):
            points[labels.LEVEL1[labels.level_key(row.level1.text or "")]] = printed
    return points


def weights_of(rows: Sequence[IndicatorRow]) -> list[Decimal] | None:
    """The weights of all rows; None when one cannot be read."""
    found = [number(item.text) if (item := row.item("weight")) else None for row in rows]
    return None if any(weight is None for weight in found) else [weight for weight in found if weight is not None]


def level_sums(words: Sequence[str | None], weights: Sequence[Decimal]) -> dict[str, Decimal]:
    """The sum of the weights of each first level."""
    sums: dict[str, Decimal] = {}
    for word, weight in zip(words, weights, strict=True):
        if word is not None:
            parent = labels.PARENTS[word]
            sums[parent] = sums.get(parent, Decimal(0)) + weight
    return sums


def levels_of(rows: Sequence[IndicatorRow]) -> tuple[list[Level], list[Decision]]:
    """The levels of each row, and what was decided where the labels as they stand did not close."""
    marks = _marks(rows)
    if not marks:
        return _first_levels(rows), []
    weights = weights_of(rows)
    if weights is None:
        return _spread(marks, rows), []
    points = points_of(rows)
    if _closes(marks, weights, points):
        return _spread(marks, rows), [_told(marks, weights, "标签在原位", True)]
    closing = _closing(marks, rows, weights, points)
    decisions = [_told(marks, weights, "标签在原位", closing is marks)]
    if closing is not marks:
        closing = refined(closing, [_said(row) for row in rows], weights)
        decisions.append(_told(closing, weights, _moves_told(marks, closing), True))
    return _spread(closing, rows), decisions


def _said(row: IndicatorRow) -> str:
    """What a row says it is about: its name and target."""
    return "".join(item.text or "" for name in ("name", "target") if (item := row.item(name)))


def _told(marks: Sequence[Mark], weights: Sequence[Decimal], tried: str, chosen: bool) -> Decision:
    sums = level_sums(words_by_row(marks, len(weights)), weights)
    told = "，".join(f"{level}{total.normalize():f}" for level, total in sums.items())
    return Decision(about="指标级别", tried=tried, outcome=f"各级分值合计为{told}", chosen=chosen)


def _moves_told(before: Sequence[Mark], after: Sequence[Mark]) -> str:
    moved = [(one.word, other.begins - one.begins) for one, other in zip(before, after, strict=True)]
    return "，".join(f"“{word}”标签{'下' if by > 0 else '上'}移{abs(by)}行" for word, by in moved if by)


def _marks(rows: Sequence[IndicatorRow]) -> list[Mark]:
    marks: list[Mark] = []
    for at, row in enumerate(rows):
        if row.level2 is not None and not row.twin:
            word = labels.LEVEL2[labels.level_key(row.level2.text or "")]
            marks.append(Mark(word, at, at if marks else 0, _is_placeholder(row)))
    return marks


def _is_placeholder(row: IndicatorRow) -> bool:
    """A row 不适用 with weight 0 and no name stands for its label alone, so the label stands right."""
    weight = row.item("weight")
    name = row.item("name")
    return weight is not None and number(weight.text) == 0 and (name is None or name.text in labels.PLACEHOLDERS)


def _closes(marks: Sequence[Mark], weights: Sequence[Decimal], points: dict[str, Decimal]) -> bool:
    sums = level_sums(words_by_row(marks, len(weights)), weights)
    return all(sums.get(level, Decimal(0)) == wanted for level, wanted in points.items())


def _closing(
    marks: list[Mark], rows: Sequence[IndicatorRow], weights: Sequence[Decimal], points: dict[str, Decimal]
) -> list[Mark]:
    """The marks, moved where that makes the sums of all levels meet; else as they stand.

    Few moves are likelier than many, round sums than odd ones, short ways than long ones.
    """
    if sum(weights) != sum(points.values()):
        return marks
    best: tuple[tuple[int, int, int], list[Mark]] | None = None
    for moves in product(*_moves_by_boundary(marks, weights, points)):
        moved = _moved(marks, [move for move in moves if move is not None], len(rows))
        if moved is not None and _closes(moved, weights, points):
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
        last = labels.PARENTS[marks[at - 1].word]
        if labels.PARENTS[marks[at].word] == last:
            continue
        wanted += points[last]
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
    sums: dict[str, Decimal] = {}
    for word, weight in zip(words_by_row(marks, len(weights)), weights, strict=True):
        if word is not None:
            sums[word] = sums.get(word, Decimal(0)) + weight
    return sum(total % ROUND == 0 for total in sums.values()) - len(sums)


def _spread(marks: Sequence[Mark], rows: Sequence[IndicatorRow]) -> list[Level]:
    levels: list[Level] = []
    first: tuple[Line, Item] | None = None
    current = -1
    for at, row in enumerate(rows):
        while current + 1 < len(marks) and marks[current + 1].begins <= at:
            current += 1
        if row.level1 is not None:
            first = row.line, row.level1
        mark = marks[current]
        label = rows[mark.row].level2
        assert label is not None
        parent = labels.PARENTS[mark.word]
        agrees = first is not None and labels.LEVEL1[labels.level_key(first[1].text or "")] == parent
        moved = mark.begins != mark.row or any(other.row <= at < other.begins for other in marks)
        levels.append(Level(parent, mark.word, first if agrees else None, (rows[mark.row].line, label), moved))
    return levels


def _first_levels(rows: Sequence[IndicatorRow]) -> list[Level]:
    """The levels of a table without second levels."""
    levels: list[Level] = []
    first: tuple[Line, Item] | None = None
    for row in rows:
        if row.level1 is not None:
            first = row.line, row.level1
        word = labels.LEVEL1[labels.level_key(first[1].text or "")] if first else None
        levels.append(Level(word, None, first, None))
    return levels
