"""A printed page as cells: words put into the cells that the page's lines draw, and read as text. PDF and scans."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from jixiao.forms.model import Doubt
from jixiao_parser.readers.ruling import Box, Grid, Ruling, grids_of

SAME_LINE = 0.5  # of a sign's height: centres nearer than this are on one line
BLANK = 0.25  # of a sign's height: a gap wider than this is a blank
COLUMN_GAP = 0.9  # the same: a gap that parts two cells where no lines are drawn

MARGINS = 14.0  # points: what word processors leave free in a cell, left and right together, and round its signs


class Word(NamedTuple):
    """A sign or a run of signs with its box; ``doubt`` when it was not read for sure."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    doubt: Doubt | None = None

    @property
    def height(self) -> float:
        """How high the signs are."""
        return self.bottom - self.top

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the box."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Page:
    """What is printed on a page, in points from its upper left corner; words may lie outside of it."""

    number: int
    width: float
    height: float
    words: Sequence[Word]
    rulings: Sequence[Ruling]


@dataclass(slots=True)
class Part:
    """A cell on its page. ``left`` and ``right`` are columns of the grid, ``full``: its last line fills the cell."""

    row: int
    height: int
    left: int
    right: int
    box: Box
    text: str = ""
    doubt: Doubt | None = None
    full: bool = False
    open_top: bool = False
    open_bottom: bool = False


@dataclass(slots=True)
class Table:
    """A table on a page: its cells in reading order."""

    page: int
    box: Box
    xs: list[float]
    rows: int
    parts: list[Part]

    def row(self, number: int) -> list[Part]:
        """The cells that cover a row."""
        return [part for part in self.parts if part.row <= number < part.row + part.height]

    def last_row(self) -> list[Part]:
        """The cells that reach the bottom."""
        return self.row(self.rows - 1)


@dataclass(slots=True)
class Printed:
    """A page in reading: its tables from top to bottom, and the words that stand in none."""

    page: Page
    tables: list[Table] = field(default_factory=list)
    loose: list[Word] = field(default_factory=list)


def printed(page: Page) -> Printed:
    """The words of a page, put into its tables."""
    grids = grids_of(page.rulings)
    inside: dict[tuple[int, int], list[Word]] = {}
    found = Printed(page)
    for word in page.words:
        place = _place(word, grids)
        if place is None:
            found.loose.append(word)
        else:
            inside.setdefault(place, []).append(word)
    for at, grid in enumerate(grids):
        parts = [_part(grid, number, inside.get((at, number), [])) for number in range(len(grid.areas))]
        if any(part.text for part in parts):
            found.tables.append(Table(page.number, grid.box, list(grid.xs), len(grid.ys) - 1, parts))
    found.tables.sort(key=lambda table: (table.box[1], table.box[0]))
    return found


def _place(word: Word, grids: Sequence[Grid]) -> tuple[int, int] | None:
    for at, grid in enumerate(grids):
        number = grid.area_at(*word.middle)
        if number is not None:
            return at, number
    return None


def _part(grid: Grid, number: int, words: Sequence[Word]) -> Part:
    area = grid.areas[number]
    lines = list(lines_of(words))
    part = Part(
        row=area.row,
        height=area.height,
        left=area.column,
        right=area.column + area.span,
        box=area.box,
        text="\n".join(text_of(line) for line in lines),
        doubt=next((word.doubt for word in words if word.doubt), None),
        open_top=area.open_top,
        open_bottom=area.open_bottom,
    )
    if lines:
        last = lines[-1]
        part.full = last[-1].right - last[0].left + last[0].height + MARGINS >= area.box[2] - area.box[0]
    return part


def lines_of(words: Iterable[Word]) -> Iterator[list[Word]]:
    """Words by line, from top to bottom and left to right."""
    line: list[Word] = []
    for word in sorted(words, key=lambda word: word.top + word.bottom):
        if line and word.middle[1] - line[0].middle[1] > SAME_LINE * max(word.height, line[0].height):
            yield sorted(line, key=_left)
            line = []
        line.append(word)
    if line:
        yield sorted(line, key=_left)


def _left(word: Word) -> float:
    return word.left


def text_of(line: Sequence[Word]) -> str:
    """The words of a line as text; a sign printed twice in one place, to look bold, counts once."""
    text = ""
    before: Word | None = None
    for word in line:
        if before is not None:
            if word.text == before.text and abs(word.left - before.left) < SAME_LINE * BLANK * word.height:
                continue
            if word.left - before.right > BLANK * word.height:
                text += " "
        text += word.text
        before = word
    return text.strip()


def cells_of(line: Sequence[Word]) -> list[list[Word]]:
    """The words of a line that is in no table, parted where gaps make columns; a spaced heading stays one."""
    cells: list[list[Word]] = []
    for word in line:
        if not word.text.strip():
            continue
        if cells and word.left - cells[-1][-1].right <= COLUMN_GAP * word.height:
            cells[-1].append(word)
        else:
            cells.append([word])
    if len(cells) > 2 and all(len(cell) == 1 == len(cell[0].text) and cell[0].text.isalpha() for cell in cells):
        return [[cell[0] for cell in cells]]
    return cells
