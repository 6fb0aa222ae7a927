"""A document as one stream of signs, for texts whose rows and columns are lost: where pieces part, where labels are.

Blanks, bars and ends of lines part pieces; in a text that ran together nothing does, and labels alone tell.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from jixiao.forms.document import Document, Row
from jixiao_parser.recognise import labels
from jixiao_parser.recognise.grid import Line
from jixiao_parser.recognise.texts import clean, is_rubble, without_markup

GLUED, BLANK, CELL = 0, 1, 2
DENSE = 25  # where pieces are longer than this on average, the text has run together
SURE_LABEL = 4  # a word of so many signs is a label even where nothing parts it from its neighbours
_ALIKE = str.maketrans("（）：％／", "():%/")
_NUMBERED_PARAGRAPH = re.compile(r"(\d{1,2})、")


@dataclass(frozen=True, slots=True)
class Piece:
    """Signs that belong together; ``gap`` is what parts them from the piece before. "" is an empty cell."""

    text: str
    gap: int
    line: Line


@dataclass(frozen=True, slots=True)
class Found:
    """A label in the stream, from its first sign to behind its last, with what it means."""

    begin: int
    end: int
    meaning: str


class Stream:
    """The signs of a document without white space; ``gaps`` are the places where pieces part, with how."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        """Join the pieces."""
        self.gaps: dict[int, int] = {0: CELL}
        self.empties: dict[int, int] = {}
        self._starts: list[int] = []
        self._lines: list[Line] = []
        texts: list[str] = []
        at = 0
        for piece in pieces:
            if not piece.text:
                self.empties[at] = self.empties.get(at, 0) + 1
                self.gaps[at] = CELL
                continue
            self.gaps[at] = max(piece.gap, self.gaps.get(at, GLUED))
            self._starts.append(at)
            self._lines.append(piece.line)
            texts.append(piece.text)
            at += len(piece.text)
        self.printed = "".join(texts)
        self.text = self.printed.translate(_ALIKE)
        self.gaps[at] = CELL

    def line_at(self, place: int) -> Line:
        """The line on which the sign at this place stands."""
        return self._lines[max(0, bisect_right(self._starts, place) - 1)]

    def parted(self, place: int) -> bool:
        """Whether pieces part here."""
        return bool(self.gaps.get(place))

    def is_dense(self, begin: int, end: int) -> bool:
        """Whether a part of the text has run together."""
        return (end - begin) > DENSE * (1 + sum(begin < place < end and gap > 0 for place, gap in self.gaps.items()))

    def pieces(self, begin: int, end: int) -> Iterator[tuple[str, int]]:
        """The pieces of a part, each with what parts it from the one before; empty cells among them."""
        places = [begin, *(place for place in sorted(self.gaps) if begin < place < end and self.gaps[place]), end]
        for start, stop in pairwise(places):
            yield from [("", CELL)] * self.empties.get(start, 0)
            if start < stop:
                yield self.printed[start:stop], self.gaps.get(start, GLUED)
        yield from [("", CELL)] * (self.empties.get(end, 0) if end > begin else 0)

    def labels(
        self, words: Mapping[str, str], begin: int, end: int, dense: bool, sure: int = SURE_LABEL
    ) -> Iterator[Found]:
        """The labels of a part, in their order: parted from what is around them, or long enough where nothing is."""
        for found in _pattern(tuple(words)).finditer(self.text, begin, end):
            word = re.sub(r"[:*]|\([^()]*\)", "", found[1])
            start = found.start()
            if not self.parted(start) and self.text.startswith(labels.PROJECT, max(0, start - len(labels.PROJECT))):
                start -= len(labels.PROJECT) * self.parted(
                    start - len(labels.PROJECT)
                )  # 项目 before a label says nothing
            apart = self.parted(start) and (self.parted(found.end()) or found[0][-1] in ":)")
            if apart or (dense and len(word) >= sure):
                yield Found(start if apart else found.start(), found.end(), words[word])


@lru_cache(maxsize=64)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words, the longest first, with the colons, asterisks and parentheses that labels carry."""
    longest = sorted((*words, *(labels.PARENTHESES[word] for word in words if word in labels.PARENTHESES)), key=len)[
        ::-1
    ]
    return re.compile(
        rf"\*?({'|'.join('[:*]?'.join(map(re.escape, word)) for word in longest)})(?:\([^()]{{0,14}}\))?[:*]?"
    )


def stream_of(document: Document) -> Stream:
    """The stream of a document."""
    return Stream(list(_without_paragraph_numbers([*_pieces(document)])))


def _pieces(document: Document) -> Iterator[Piece]:
    for sheet, row in document.walk():
        line = Line(document, sheet, row, ())
        single = len(row.cells) == 1
        for cell in row.cells:
            raw = without_markup(cell.text or "")
            words = raw.split() if single and document.reader == "text" else ["".join(raw.split())]
            for at, word in enumerate(words or [""]):
                text = clean(word)
                if not (text and is_rubble(text) and len(text) > 1):
                    yield Piece(text, BLANK if at else CELL, line)


def _without_paragraph_numbers(pieces: list[Piece]) -> Iterator[Piece]:
    """Viewers on the web number the long paragraphs of what they show, wherever they cut it: 1、… 2、…"""
    wanted = 1
    for piece in pieces:
        found = _NUMBERED_PARAGRAPH.match(piece.text) if piece.gap == CELL and _is_long(piece.line.row) else None
        if found and int(found[1]) == wanted:
            yield Piece(piece.text[found.end() :], CELL if wanted == 1 else GLUED, piece.line)
            wanted += 1
        else:
            yield piece


def _is_long(row: Row) -> bool:
    return len(row.cells) == 1 and len(row.cells[0].text or "") > 2 * DENSE
