"""A document as its reader saw it: sheets or pages of cells with their places. Knows formats, nothing of budgets."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from jixiao.forms.model import Doubt, Evidence


class Cell(NamedTuple):
    """One cell: ``text`` as printed (line breaks kept), and what it spans.

    ``column`` counts from 0 in its row. ``span`` and ``height`` are the columns and rows a merged cell covers;
    ``None`` as text means that the format knows of a cell but not of its value (a formula never calculated).
    ``box`` is its place on the page in points, where the format has pages.
    """

    text: str | None
    column: int
    span: int = 1
    height: int = 1
    place: str | None = None
    doubt: Doubt | None = None
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row in their order; ``line`` is the 1-based line or row in the sheet or page."""

    cells: tuple[Cell, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook, or a page."""

    rows: tuple[Row, ...]
    name: str | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader made of the bytes. ``id`` is their SHA-256 in hex; ``reader`` names the reader.

    ``pictures`` are the numbers of pages that are pictures, which this reader did not read.
    """

    id: str
    reader: str
    sheets: tuple[Sheet, ...] = field(default=())
    member: str | None = None
    pictures: tuple[int, ...] = ()

    def evidence(self, sheet: Sheet, row: Row, cell: Cell) -> Evidence:
        """The evidence of a cell of this document."""
        return Evidence(
            document=self.id,
            member=self.member,
            sheet=sheet.name,
            page=sheet.page,
            line=row.line,
            cell=cell.place,
            box=cell.box,
            raw=cell.text or "",
            reader=self.reader,
        )

    def walk(self) -> Iterator[tuple[Sheet, Row]]:
        """All rows in reading order."""
        for sheet in self.sheets:
            for row in sheet.rows:
                yield sheet, row
