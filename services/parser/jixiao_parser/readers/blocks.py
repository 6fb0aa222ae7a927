"""What DOCX and HTML are made of, paragraphs and tables, tables within cells included; here laid out as rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Union

from jixiao.forms.document import Cell, Row
from jixiao.runtime.errors import Unreadable
from jixiao_parser.limits import ROWS

_WIDEST = 64  # columns that one cell may span; forms have about ten
_LAST_COLUMN = 512
_OWN_ROWS, _OWN_COLUMNS = 3, 3


@dataclass(frozen=True, slots=True)
class Box:
    """A cell of a table: what is in it and what it spans. ``column`` is None where its row alone tells its place."""

    blocks: tuple["Block", ...]
    span: int = 1
    height: int = 1
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The boxes of each row, in order, without those that a box above covers."""

    rows: tuple[tuple[Box, ...], ...]


Block = Union[str, Table]  # noqa: UP007 - a class refers to it by name


def rows_of(blocks: Iterable[Block]) -> tuple[Row, ...]:
    """The rows of a document. A tab parts a paragraph into cells; every paragraph and table row counts as a line.

    Raises Unreadable when there are far too many.
    """
    layout = _Layout()
    layout.add(blocks)
    return tuple(layout.rows)


class _Layout:
    """Rows in reading order. A table that lays out a page gives way to what is in its cells."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.line = 0
        self.tables = 0

    def add(self, blocks: Iterable[Block]) -> None:
        """Add paragraphs and tables."""
        for block in blocks:
            if isinstance(block, Table):
                self._add_table(block)
            else:
                for text in block.split("\n"):
                    self._add_row(Cell(part, at, place=str(at + 1)) for at, part in enumerate(text.split("\t")))

    def _add_row(self, cells: Iterable[Cell]) -> None:
        self.line += 1
        found = tuple(cells)
        if any((cell.text or "").strip() for cell in found):
            self.rows.append(Row(found, self.line))
            if len(self.rows) > ROWS:
                raise Unreadable(f"文件过大：有内容的行超过{ROWS}行。请删去无关内容，拆分后重新上传。")

    def _add_table(self, table: Table) -> None:
        self.tables += 1
        where = f"表{self.tables}第{{}}行第{{}}列"
        for number, placed in enumerate(_placed(table), start=1):
            texts = [_text(box) for _, box in placed]
            filled = sum(bool(text.strip()) for text in texts)
            cells, pages = [], []
            for (column, box), text in zip(placed, texts, strict=True):
                if _is_page(box, alone=filled == bool(text.strip())):
                    pages.append(box)
                else:
                    cells.append(Cell(text, column, box.span, box.height, where.format(number, column + 1)))
            self._add_row(cells)
            for box in pages:
                self.add(box.blocks)


def _placed(table: Table) -> Iterator[list[tuple[int, Box]]]:
    """Each row's boxes with their columns; what boxes above cover is skipped."""
    taken: dict[int, int] = {}  # column: the last row that a box above covers
    for number, boxes in enumerate(table.rows):
        placed = []
        column = 0
        for box in boxes:
            column = box.column if box.column is not None else column
            while box.column is None and column < _LAST_COLUMN and taken.get(column, -1) >= number:
                column += 1
            placed.append((column, box))
            span = min(box.span, _WIDEST)
            if box.height > 1:
                taken.update(dict.fromkeys(range(column, column + span), number + box.height - 1))
            column += span
        yield placed


def _is_page(box: Box, *, alone: bool) -> bool:
    """Whether a box only lays out a page: it holds a large table, or a table and the row has nothing beside it."""
    inner = [block for block in box.blocks if isinstance(block, Table)]
    return bool(inner) and (alone or any(_is_large(table) for table in inner))


def _is_large(table: Table) -> bool:
    return len(table.rows) >= _OWN_ROWS and any(len(row) >= _OWN_COLUMNS for row in table.rows)


def _text(box: Box) -> str:
    return "\n".join(_texts(box.blocks))


def _texts(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Table):
            for row in block.rows:
                yield " ".join(_text(box) for box in row)
        else:
            yield block
