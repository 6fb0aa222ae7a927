"""The true levels of the indicators, although extraction displaces the labels of merged cells.

A label counts for its row and those below it, up to the next label. Where the weights of a level then miss the points
that its label prints (产出 50, 效益 30, 满意度 10), labels are tried one or more rows lower or higher until they meet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from jixiao.forms.model import Decision
from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Item, Line
from jixiao_parser.recognise.parts.displaced import closes, closing, level_sums
from jixiao_parser.recognise.parts.marks import Mark, first_word, marks_of
from jixiao_parser.recognise.parts.rows import IndicatorRow
from jixiao_parser.recognise.parts.subtotals import refined
from jixiao_parser.recognise.texts import number


@dataclass(frozen=True, slots=True)
class Level:
    """The levels of one row: the words, the cells that say them, and whether a label was moved to make it so."""

    level1: str | None
    level2: str | None
    label1: tuple[Line, Item] | None
    label2: tuple[Line, Item] | None
    moved: bool = False


def points_of(rows: Sequence[IndicatorRow]) -> dict[str, Decimal]:
    """The points of each level: as the labels print them, else the usual ones."""
    points = dict(labels.POINTS)
    for row in rows:
        if row.level1 is not None and (printed := labels.points_of(row.level1.text or "")):
            points[first_word(row.level1.text or "")] = printed
    return points


def weights_of(rows: Sequence[IndicatorRow]) -> list[Decimal] | None:
    """The weights of all rows; None when one cannot be read. A row with neither weight nor score has none."""
    found = [_weight(row) for row in rows]
    return None if any(weight is None for weight in found) else [weight for weight in found if weight is not None]


def _weight(row: IndicatorRow) -> Decimal | None:
    item = row.item("weight")
    if item is None:
        return None if row.item("score") else Decimal(0)
    return number(item.text)


def levels_of(rows: Sequence[IndicatorRow]) -> tuple[list[Level], list[Decision]]:
    """The levels of each row, and what was decided where the labels as they stand did not close.

    Labels stay where none of them prints points: then nothing tells what the weights should make.
    """
    marks = marks_of(rows)
    if not marks:
        return [Level(None, None, None, None) for _ in rows], []
    weights = weights_of(rows)
    if weights is None:
        return _spread(marks, rows), []
    points = points_of(rows)
    if closes(marks, weights, points) or not _prints_points(rows):
        return _spread(marks, rows), [_told(marks, weights, "标签在原位", True)]
    moved = closing(marks, weights, points)
    decisions = [_told(marks, weights, "标签在原位", moved is marks)]
    if moved is not marks:
        moved = refined(moved, [_said(row) for row in rows], weights)
        decisions.append(_told(moved, weights, _moves_told(marks, moved), True))
    return _spread(moved, rows), decisions


def _prints_points(rows: Sequence[IndicatorRow]) -> bool:
    return any(row.level1 is not None and labels.points_of(row.level1.text or "") is not None for row in rows)


def _said(row: IndicatorRow) -> str:
    """What a row says it is about: its name and target."""
    return "".join(item.text or "" for name in ("name", "target") if (item := row.item(name)))


def _told(marks: Sequence[Mark], weights: Sequence[Decimal], tried: str, chosen: bool) -> Decision:
    sums = level_sums(marks, weights)
    told = "，".join(f"{level}{total.normalize():f}" for level, total in sums.items())
    return Decision(about="指标级别", tried=tried, outcome=f"各级分值合计为{told}", chosen=chosen)


def _moves_told(before: Sequence[Mark], after: Sequence[Mark]) -> str:
    moved = [(one.word, other.begins - one.begins) for one, other in zip(before, after, strict=True)]
    return "，".join(f"“{word}”标签{'下' if by > 0 else '上'}移{abs(by)}行" for word, by in moved if by)


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
        label = rows[mark.row].level2 or rows[mark.row].level1
        agrees = first is not None and first_word(first[1].text or "") == mark.parent
        moved = mark.begins != mark.row or any(other.row <= at < other.begins for other in marks)
        label2 = (rows[mark.row].line, label) if label is not None and mark.word is not None else None
        levels.append(Level(mark.parent, mark.word, first if agrees else None, label2, moved))
    return levels
