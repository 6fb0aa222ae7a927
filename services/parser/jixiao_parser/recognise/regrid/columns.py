"""Words that stand in columns by blanks, as ``pdftotext -layout`` prints them: where each word is, and in which cell.

A line of such a text is no row: a cell of several lines stands above and below the middle of its row.
"""

import re
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import NamedTuple

from jixiao_parser.recognise.grid import Line
from jixiao_parser.recognise.regrid.wraps import width

WIDE = 1.8  # a full-width sign, in signs of the line; blanks are counted by the place, not by the text
FEWEST = 3  # words of a line that stands in columns
_WORD = re.compile(r"\S+(?: \S+)*")


class Word(NamedTuple):
    """Words parted from others by two blanks or more; ``start`` is the sign of the line where they begin.

    ``end`` is where they end on that line, full-width signs counted as wide as they are printed.
    """

    text: str
    start: int
    end: float
    line: Line

    @property
    def centre(self) -> float:
        """Where their middle is."""
        return (self.start + self.end) / 2


def words_of(line: Line, by_width: bool = False) -> tuple[Word, ...]:
    """The words of a line; ``by_width``: blanks are counted by how wide the signs before are printed."""
    raw = line.items[0].raw.replace("\u3000", "  ")
    starts = [
        (found[0], round(2 * width(raw[: found.start()])) if by_width else found.start())
        for found in _WORD.finditer(raw)
    ]
    wide = 2.0 if by_width else WIDE
    return tuple(Word(text, start, start + wide * width(text), line) for text, start in starts)


def split_lines(lines: Sequence[Line]) -> list[tuple[Word, ...]]:
    """The words of the lines, their places counted as they stand in fewer columns: by signs, or by their width."""
    ways = [[words_of(line, by_width) for line in lines] for by_width in (False, True)]
    return min(ways, key=lambda way: len({word.start for words in way if len(words) >= FEWEST for word in words}))


def above(one: Word, other: Word) -> bool:
    """Whether words of two lines stand above one another."""
    return one.start < other.end and other.start < one.end


class Band(NamedTuple):
    """The lines of one row: ``top`` to ``bottom`` (not included), with its figures on line ``anchor``."""

    top: int
    anchor: int
    bottom: int


_Way = tuple[float, list[Band], int]
"""What rows cost, the rows, and the line behind them."""


def bands(anchors: Sequence[int], top: int, bottom: int, cost: Callable[[Band], float]) -> list[Band]:
    """The rows between two lines, each round its anchor, so that the sum of their costs is least."""
    ways: list[_Way] = [(0.0, [], top)]
    for at, anchor in enumerate(anchors):
        last = bottom if at + 1 == len(anchors) else anchors[at + 1]
        ends = [last] if at + 1 == len(anchors) else range(anchor + 1, last + 1)
        ways = [_cheapest(ways, anchor, end, cost) for end in ends]
    return min(ways, key=_SPENT)[1] if anchors else []


_SPENT = itemgetter(0)


def _cheapest(ways: Sequence[_Way], anchor: int, end: int, cost: Callable[[Band], float]) -> _Way:
    """The way to ``end`` that costs least."""
    spent, at = min((way[0] + cost(Band(way[2], anchor, end)), at) for at, way in enumerate(ways))
    return spent, [*ways[at][1], Band(ways[at][2], anchor, end)], end
