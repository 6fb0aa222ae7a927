"""Tables of accounts whose columns only blanks, or the places of words on a page, make: put back onto a grid.

Numbers stand above one another, so they tell the columns. Where two of one row would share a column, or lines hold one
cell each, a table cannot be told for certain and is refused by its title.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from jixiao_parser.recognise.columns import WIDE
from jixiao_parser.recognise.grid import Line, made_line
from jixiao_parser.recognise.texts import clean, is_dash
from jixiao_parser.recognise.wraps import width

STACKED = 6  # amounts, each on a line of its own, that make a table of one cell a line
_WORD = re.compile(r"\S+(?: \S+)*")
_NUMBER = re.compile(r"[-+(（]?\d[\d,]*(?:\.\d+)?[)）]?")
_AMOUNT = re.compile(r"[-+(（]?\d[\d,]*\.\d+[)）]?")
_SPREAD = re.compile(r"(?<=[\u4e00-\u9fa5])(?:  +)(?=[\u4e00-\u9fa5](?:\s|$))")  # 项    目
_PROSE = re.compile(r"^注|。")

Title = Callable[[Sequence[str]], str | None]
"""The title of the table that the texts of a line begin; None where they begin none."""


class _Word(NamedTuple):
    """A word, and from where to where it stands on its line."""

    text: str
    start: float
    end: float

    @property
    def is_number(self) -> bool:
        """Whether it may stand in a column of numbers."""
        return _NUMBER.fullmatch(self.text) is not None or is_dash(self.text)


_Place = tuple[float, float]
_Words = Sequence[_Word]


def on_columns(lines: Sequence[Line], title: Title) -> tuple[list[Line], tuple[str, ...]]:
    """The lines with such tables on a grid, and the titles of those that cannot be read. Others stay as they are."""
    found: list[Line] = []
    refused: list[str] = []
    starts = [(at, name) for at, line in enumerate(lines) if (name := title(_texts(line)) or title([_whole(line)]))]
    done = 0
    for (at, name), (end, _) in pairwise([*starts, (len(lines), "")]):
        body = lines[at + 1 : at + 1 + _body(lines[at + 1 : end])]
        put = _put(body)
        found += [*lines[done:at], _parted(lines[at], title) if put else lines[at], *(body if put == [] else put or [])]
        done = at + 1 + len(body)
        if put is None:
            refused.append(name)
    return [*found, *lines[done:]], tuple(dict.fromkeys(refused))


def _texts(line: Line) -> list[str]:
    """The texts of a line; those of a single one that blanks part, unless it is spread out as a whole."""
    if len(line.items) > 1:
        return [item.text or "" for item in line.items]
    return [clean(word) for word in _WORD.findall(line.items[0].raw.replace("\u3000", "  "))]


def _whole(line: Line) -> str:
    return "".join(item.text or "" for item in line.items)


def _parted(line: Line, title: Title) -> Line:
    """The line of a title, what stands beside it in items of its own."""
    return made_line(line, enumerate(_texts(line))) if title(_texts(line)) else line


def _body(lines: Sequence[Line]) -> int:
    """How many lines a table has at most: up to its last amount before the next prose."""
    last = 0
    for at, line in enumerate(lines):
        texts = _texts(line)
        if len(texts) == 1 and _PROSE.search(texts[0]):
            break
        if any(map(_AMOUNT.fullmatch, texts)):
            last = at + 1
    return last


def _put(lines: Sequence[Line]) -> list[Line] | None:
    """The lines of a table on a grid; none where they are on one; None where they cannot be told for certain."""
    if any(len(line.items) > 1 for line in lines):
        return _on_a_grid(lines, [_by_box]) if _is_loose(lines) else []
    texts = [_texts(line) for line in lines]
    if any(len(each) > 1 and any(map(_AMOUNT.fullmatch, each)) for each in texts):
        return _on_a_grid(lines, [_by_sign, _by_width])
    stacked = sum(len(each) == 1 and _AMOUNT.fullmatch(each[0]) is not None for each in texts)
    return None if stacked >= STACKED else []


def _on_a_grid(lines: Sequence[Line], ways: Sequence[Callable[[Line], _Words]]) -> list[Line] | None:
    """The lines on the grid of the way in which their numbers stand closest above one another."""
    found = [list(map(way, lines)) for way in ways]
    grids = [(places, words) for words in found if (places := _columns(words)) is not None]
    if not grids:
        return None
    places, words = min(grids, key=lambda grid: sum(end - start for start, end in grid[0]))
    return [made_line(line, _cells(each, places)) for line, each in zip(lines, words, strict=True)]


def _is_loose(lines: Sequence[Line]) -> bool:
    """Whether the items of a page are words without cells: counted one by one, and not as many in each row."""
    if not all(item.cell.box and item.column == at for line in lines for at, item in enumerate(line.items)):
        return False
    return len({len(line.items) for line in lines if any(_AMOUNT.search(item.text or "") for item in line.items)}) > 1


def _by_sign(line: Line) -> _Words:
    """Where blanks are counted by the place, as pdftotext does."""
    found = _WORD.finditer(_joined(line))
    return [_Word(clean(each[0]), each.start(), each.start() + WIDE * width(each[0])) for each in found]


def _by_width(line: Line) -> _Words:
    """Where a full-width sign takes the room of two."""
    raw = _joined(line)
    starts = [(each, 2 * width(raw[: each.start()])) for each in _WORD.finditer(raw)]
    return [_Word(clean(each[0]), start, start + 2 * width(each[0])) for each, start in starts]


def _joined(line: Line) -> str:
    """The text, with words that are spread out sign by sign put together."""
    return _SPREAD.sub("", line.items[0].raw.replace("\u3000", "  "))


def _by_box(line: Line) -> _Words:
    boxes = ((item.text or "", item.cell.box or (0.0, 0.0, 0.0, 0.0)) for item in line.items)
    return [_Word(text, box[0], box[2]) for text, box in boxes]


def _is_row(words: _Words) -> bool:
    return len(words) > 1 and any(_AMOUNT.fullmatch(word.text) for word in words)


def _columns(lines: Sequence[_Words]) -> list[_Place] | None:
    """From where to where each column stands; None where two numbers of a row share one."""
    rows = [words for words in lines if _is_row(words)]
    numbers = _merged((word.start, word.end) for words in rows for word in words if word.is_number)
    texts = _merged(
        (word.start, min((start for start, _ in numbers if start > word.start), default=word.end))
        if any(word.start < start < word.end for start, _ in numbers)
        else (word.start, word.end)
        for words in rows
        for word in words
        if not word.is_number
    )
    if any(_overlap(one, other) > 0 for one in numbers for other in texts):
        return None
    places = sorted([*numbers, *texts])
    counted = [words for words in lines if _is_row(words) or any(word.text == "栏次" for word in words)]
    return places if rows and all(_is_clear(words, places) for words in counted) else None


def _is_clear(words: _Words, places: Sequence[_Place]) -> bool:
    """Whether each number of a row has a column of its own, and no number is glued to a text."""
    taken = [_column(word, places) for word in words if word.is_number]
    glued = any(not word.is_number and _AMOUNT.search(word.text) for word in words)
    return len(taken) == len(set(taken)) and not glued


def _merged(places: Iterator[_Place]) -> list[_Place]:
    """The places, those that overlap as one."""
    found: list[_Place] = []
    for start, end in sorted(places):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _overlap(one: _Place, other: _Place) -> float:
    return min(one[1], other[1]) - max(one[0], other[0])


def _column(word: _Word, places: Sequence[_Place]) -> int:
    """The column above or below which a word stands, or else the nearest."""
    return max(range(len(places)), key=lambda at: _overlap(places[at], (word.start, word.end)))


def _cells(words: _Words, places: Sequence[_Place]) -> Iterator[tuple[int, str]]:
    """The words by column; those of one column together."""
    columns = [_column(word, places) for word in words]
    starts = [0, *(at for at, (one, other) in enumerate(pairwise(columns), 1) if one != other), len(words)]
    for start, end in pairwise(starts):
        yield columns[start], "".join(word.text for word in words[start:end])
