"""Tables of accounts whose columns only blanks, or the places of words on a page, make: put back onto a grid.

Numbers stand above one another, so they tell the columns; under which heading each stands is a guess, and a doubt says
so. Where two numbers of one row would share a column, or lines hold one cell each, a table is refused by its title.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from jixiao.forms.model import Doubt, DoubtKind
from jixiao_parser.recognise.accounts.tables import ENDING, stand_between, title_of
from jixiao_parser.recognise.grid import Item, Line, made_line
from jixiao_parser.recognise.regrid.columns import WIDE
from jixiao_parser.recognise.regrid.wraps import width
from jixiao_parser.recognise.texts import clean, is_dash

STACKED = 6  # lines with an amount that make a table, although no line has columns
_GUESSED = Doubt(kind=DoubtKind.GUESSED, note="表格没有分栏，各列按文字位置还原")
_NUMBER = re.compile(r"[-+(（]?\d[\d,]*(?:\.\d+)?[)）]?")
_SUM = r"[-+(（]?\d[\d,]*\.\d+[)）]?"
_AMOUNT = re.compile(_SUM)
_WORD = re.compile(rf"{_SUM}(?!\S)|\S+(?: (?!{_SUM}(?!\S))\S+)*")  # one blank parts an amount from what is beside it
_SPREAD = re.compile(r"(?<=[\u4e00-\u9fa5])(?:  +)(?=[\u4e00-\u9fa5](?:\s|$))")  # 项    目
_PROSE = re.compile(r"^注|[，；。]")


class _Word(NamedTuple):
    """A word, and from where to where it stands on its line."""

    text: str
    start: float
    end: float

    @property
    def is_number(self) -> bool:
        """Whether it may stand in a column of numbers."""
        return _NUMBER.fullmatch(self.text) is not None


_Place = tuple[float, float]
_Words = Sequence[_Word]
_NOWHERE = (0.0, 0.0, 0.0, 0.0)


def on_columns(lines: Sequence[Line]) -> tuple[list[Line], tuple[str, ...]]:
    """The lines with such tables on a grid, and the titles of those that cannot be read. Others stay as they are."""
    found: list[Line] = []
    refused: list[str] = []
    near = [at for at, line in enumerate(lines) if ENDING in (line.items[0].text or "")]
    starts = [(at, name) for at in near if (name := _title(lines[at])) is not None]
    done = 0
    for (at, name), (end, _) in pairwise([*starts, (len(lines), "")]):
        body = lines[at + 1 : at + 1 + _body(lines[at + 1 : end])]
        put = _put(body)
        found += [*lines[done:at], _parted(lines[at]) if put else lines[at], *(body if put == [] else put or [])]
        done = at + 1 + len(body)
        if put is None:
            refused.append(name)
    return [*found, *lines[done:]], tuple(dict.fromkeys(refused))


def _title(line: Line) -> str | None:
    return title_of(_texts(line)) or title_of([_whole(line)])


def _texts(line: Line) -> list[str]:
    """The texts of a line; those of a single one that blanks part, unless it is spread out as a whole."""
    if len(line.items) > 1:
        return [item.text or "" for item in line.items]
    return [clean(word) for word in _WORD.findall(line.items[0].raw.replace("\u3000", "  "))]


def _whole(line: Line) -> str:
    return "".join(item.text or "" for item in line.items)


def _parted(line: Line) -> Line:
    """The line of a title, what stands beside it in items of its own."""
    return made_line(line, enumerate(_texts(line))) if title_of(_texts(line)) else line


def _body(lines: Sequence[Line]) -> int:
    """How many lines a table has at most: up to its last amount before the next prose."""
    last = 0
    for at, line in enumerate(lines):
        texts = _texts(line)
        if len(texts) == 1 and _PROSE.search(texts[0]):
            break
        if any(map(_AMOUNT.search, texts)):
            last = at + 1
    return last


def _put(lines: Sequence[Line]) -> list[Line] | None:
    """The lines of a table on a grid; none where they are on one; None where they cannot be told for certain."""
    if any(len(line.items) > 1 for line in lines):
        return _on_a_grid(lines, [_by_box]) if _is_loose(lines) else []
    texts = [_texts(line) for line in lines]
    if any(len(each) > 1 and any(map(_AMOUNT.fullmatch, each)) for each in texts):
        return _on_a_grid(lines, [_by_sign, _by_width])
    return None if sum(any(map(_AMOUNT.search, each)) for each in texts) >= STACKED else []


def _on_a_grid(lines: Sequence[Line], ways: Sequence[Callable[[Line], _Words]]) -> list[Line] | None:
    """The lines on the grid of the way in which their numbers stand closest above one another."""
    found = [list(map(way, lines)) for way in ways]
    grids = [(columns, words) for words in found if (columns := _columns(words)) is not None]
    if not grids:
        return None
    columns, words = min(grids, key=lambda grid: sum(map(_slack, grid[0])))
    places = _areas(columns)
    doubts = dict.fromkeys(range(len(places)), _GUESSED)
    return [
        made_line(line, enumerate(texts))
        if stand_between(texts := _texts(line))
        else made_line(line, _cells(each, places), doubts)
        for line, each in zip(lines, words, strict=True)
    ]


def _is_loose(lines: Sequence[Line]) -> bool:
    """Whether the items are words of a page without rules: between two that follow there is a gap, cells meet."""
    if not all(item.cell.box for line in lines for item in line.items):
        return False
    pairs = (pair for line in lines for pair in pairwise(line.items))
    return any(_gap(one, other) > 1 for one, other in pairs if other.column == one.column + 1)


def _gap(one: Item, other: Item) -> float:
    return (other.cell.box or _NOWHERE)[0] - (one.cell.box or _NOWHERE)[2]


def _by_sign(line: Line) -> _Words:
    """Where blanks are counted by the place, as pdftotext does."""
    found = _WORD.finditer(_joined(line))
    return _told(_Word(clean(each[0]), each.start(), each.start() + WIDE * width(each[0])) for each in found)


def _by_width(line: Line) -> _Words:
    """Where a full-width sign takes the room of two."""
    raw = _joined(line)
    starts = [(each, 2 * width(raw[: each.start()])) for each in _WORD.finditer(raw)]
    return _told(_Word(clean(each[0]), start, start + 2 * width(each[0])) for each, start in starts)


def _told(words: Iterable[_Word]) -> _Words:
    """The words without dashes: these say what an empty cell does, and stand anywhere in it."""
    return [word for word in words if not is_dash(word.text)]


def _joined(line: Line) -> str:
    """The text, with words that are spread out sign by sign put together."""
    return _SPREAD.sub("", line.items[0].raw.replace("\u3000", "  "))


def _by_box(line: Line) -> _Words:
    boxes = ((item.text or "", item.cell.box or _NOWHERE) for item in line.items)
    return _told(_Word(text, box[0], box[2]) for text, box in boxes)


def _is_row(words: _Words) -> bool:
    return len(words) > 1 and any(_AMOUNT.fullmatch(word.text) for word in words)


def _columns(lines: Sequence[_Words]) -> list[list[_Word]] | None:
    """The words of the rows by column; None where two numbers of a row share one."""
    rows = [words for words in lines if _is_row(words)]
    numbers = _merged([word for words in rows for word in words if word.is_number])
    before = [min(word.start for word in column) for column in numbers]
    texts = [word for words in rows for word in words if not word.is_number]
    # a long name ends where the numbers behind it begin
    cut = [word._replace(end=min([word.end, *(start for start in before if start > word.start)])) for word in texts]
    columns = sorted([*numbers, *_merged(cut)], key=lambda column: min(word.start for word in column))
    counted = [words for words in lines if _is_row(words) or any(word.text == "栏次" for word in words)]
    return columns if rows and all(_is_clear(words, _areas(columns)) for words in counted) else None


def _slack(column: Sequence[_Word]) -> float:
    """How much wider a column of numbers is than its widest number: 0 where all of them begin or end alike."""
    if not column[0].is_number:
        return 0.0
    reach = max(word.end for word in column) - min(word.start for word in column)
    return reach - max(word.end - word.start for word in column)


def _merged(words: Sequence[_Word]) -> list[list[_Word]]:
    """The words in columns: those that stand above one another are in one."""
    found: list[list[_Word]] = []
    end = 0.0
    for word in sorted(words, key=lambda each: (each.start, each.end)):
        if found and word.start < end:
            found[-1].append(word)
        else:
            found.append([word])
        end = max(end, word.end) if found[-1][:-1] else word.end
    return found


def _areas(columns: Sequence[Sequence[_Word]]) -> list[_Place]:
    """The room of each column, up to the next one: numbers that end alike have theirs before them, others behind."""
    edges = [0.0]
    numbers = [column for column in columns if column[0].is_number]
    ends = sum(len({word.end for word in column}) for column in numbers)
    at_right = ends < sum(len({word.start for word in column}) for column in numbers)
    for before, column in pairwise(columns):
        behind = at_right and column[0].is_number
        edges.append(max(word.end for word in before) if behind else min(word.start for word in column))
    return list(pairwise([*edges, float("inf")]))


def _is_clear(words: _Words, places: Sequence[_Place]) -> bool:
    """Whether each number of a row has a column of its own, and no number is glued to a text."""
    taken = [_column(word, places) for word in words if word.is_number]
    glued = any(not word.is_number and _AMOUNT.search(word.text) for word in words)
    return len(taken) == len(set(taken)) and not glued


def _column(word: _Word, places: Sequence[_Place]) -> int:
    """The column in whose room most of a word stands."""
    return max(range(len(places)), key=lambda at: min(places[at][1], word.end) - max(places[at][0], word.start))


def _cells(words: _Words, places: Sequence[_Place]) -> Iterator[tuple[int, str]]:
    """The words by column; those of one column together."""
    columns = [_column(word, places) for word in words]
    starts = [0, *(at for at, (one, other) in enumerate(pairwise(columns), 1) if one != other), len(words)]
    for start, end in pairwise(starts):
        if start < end:
            yield columns[start], "".join(word.text for word in words[start:end])
