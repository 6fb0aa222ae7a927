"""Rows of a text that ran together: cut so that their weights make the points of their level, else all in doubt."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import product

from jixiao.forms.model import Doubt, DoubtKind
from jixiao_parser.recognise import labels
from jixiao_parser.recognise.stream_rows import Atom, Rows, dealt
from jixiao_parser.recognise.texts import number

GUESS = Doubt(
    kind=DoubtKind.GUESSED, note="原文中各单元格的文字连在一起，分界处按数字、用词和分值合计判断。请对照原件核对。"
)
_MEASURE = re.compile(r"[≥≤＞＜><=]*\d[\d.,]*")
_ENDS = "。；;"
WAYS, COMBINED = 8, 4000  # ways to deal out a part, and of all parts together
Row = Mapping[str, str]


def glued_rows(parts: Sequence[Sequence[Atom]], slots: Sequence[str], points: Decimal) -> tuple[list[Rows], bool]:
    """The rows of each part of a level, and whether their weights make its points.

    Where those of the likeliest ways to deal out the parts do not, the first other ways that do are taken.
    """
    usual = [dealt(atoms, slots)[0] for atoms in parts]
    if _weight(usual) == points:
        return usual, True
    ways = [dealt(atoms, slots, WAYS) for atoms in parts]
    ranked = sorted(product(*(range(len(each)) for each in ways)), key=sum)[:COMBINED]
    chosen = ([way[at] for way, at in zip(ways, places, strict=True)] for places in ranked)
    closing = next((rows for rows in chosen if _weight(rows) == points), None)
    return (closing, True) if closing else (usual, False)


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
        found.add("score")
    if _is_open(row) and at + 1 < len(rows):
        found.add("deviation")
    return frozenset(found | ({"name"} if at and _is_open(rows[at - 1]) else set()))


def _is_open(row: Row) -> bool:
    """Whether the reason of a row may go on into the name of the next one."""
    return bool(row.get("deviation")) and row["deviation"][-1] not in _ENDS


def _kind_of(text: str) -> str:
    """What stands round the figure of a target: its unit."""
    return _MEASURE.sub("0", text, count=1)
