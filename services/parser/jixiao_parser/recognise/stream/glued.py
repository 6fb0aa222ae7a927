"""Rows of a text that ran together: cut so that their weights make the points of their level, else all in doubt."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, islice

from jixiao.forms.model import Doubt, DoubtKind
from jixiao_parser.recognise import labels
from jixiao_parser.recognise.stream.rows import Atom, Rows, dealt
from jixiao_parser.recognise.texts import number

GUESS = Doubt(
    kind=DoubtKind.GUESSED, note="原文中各单元格的文字连在一起，分界处按数字、用词和分值合计判断。请对照原件核对。"
)
_MEASURE = re.compile(r"[≥≤＞＜><=]*\d[\d.,]*")
_ENDS = "。；;"
WAYS, COMBINED = 8, 4000  # ways to deal out a part, and all parts together
MOST_PARTS = 8  # of a level; no form has more
Row = Mapping[str, str]


def glued_rows(parts: Sequence[Sequence[Atom]], slots: Sequence[str], points: Decimal) -> tuple[list[Rows], bool]:
    """The rows of each part of a level, and whether their weights make its points.

    Where those of the likeliest ways to deal out the parts do not, the next likely ways are tried.
    """
    usual = [dealt(atoms, slots)[0] for atoms in parts]
    if _weight(usual) == points:
        return usual, True
    if len(parts) > MOST_PARTS:
        return usual, False
    ways = [dealt(atoms, slots, WAYS) for atoms in parts]
    closing = next((rows for rows in _others(ways) if _weight(rows) == points), None)
    return (closing, True) if closing else (usual, False)


def _others(ways: Sequence[Sequence[Rows]]) -> Iterator[list[Rows]]:
    """The rows of the parts, each dealt out in one of its ways, the likeliest ways first."""
    most = [len(each) - 1 for each in ways]
    for picks in islice(chain.from_iterable(_picks(rank, most) for rank in range(1, sum(most) + 1)), COMBINED):
        yield [each[at] for each, at in zip(ways, picks, strict=True)]


def _picks(rank: int, most: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The ways to pick a number up to each of these, that make this sum."""
    if not most:
        yield from [()] if rank == 0 else []
        return
    for first in range(min(rank, most[0]) + 1):
        yield from ((first, *rest) for rest in _picks(rank - first, most[1:]))


def _weight(parts: Sequence[Sequence[Row]]) -> Decimal:
    return sum((number(row.get("weight")) or Decimal(0) for rows in parts for row in rows), Decimal(0))


def guessed(rows: Sequence[Row], at: int, sure: bool) -> frozenset[str]:
    """The cells of a row that may as well end elsewhere; ``sure``: the weights of its level are confirmed."""
    row = rows[at]
    if not sure:
        return frozenset(row)
    target, actual = row.get("target", ""), row.get("actual", "")
    found = set()
    if target != actual and _kind_of(target) != _kind_of(actual):
        found |= {"target", "actual"}
    if target != actual and not _MEASURE.match(target) and target not in labels.VALUES:
        found |= {"name", "target"}
    if any(end in row.get("name", "") for end in _ENDS):
        found.add("name")
    if row.get("score") != row.get("weight"):
        found |= {"score", "target", "actual"}
    if _is_open(row) and at + 1 < len(rows):
        found.add("deviation")
    return frozenset(found | ({"name"} if at and _is_open(rows[at - 1]) else set()))


def _is_open(row: Row) -> bool:
    """Whether the reason of a row may go on into the name of the next one."""
    return bool(row.get("deviation")) and row["deviation"][-1] not in _ENDS


def _kind_of(text: str) -> str:
    """What stands round the figure of a target: its unit."""
    return _MEASURE.sub("0", text, count=1)
