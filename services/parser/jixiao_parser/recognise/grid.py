"""The lines of a document as the recogniser looks at them: cleaned items with their columns."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from jixiao.forms.document import Cell, Document, Row, Sheet
from jixiao.forms.model import Doubt, DoubtKind, Evidence, Value
from jixiao_parser.recognise.texts import clean, is_dash, is_hashes, is_rubble


class Item(NamedTuple):
    """A cell that is not empty. ``text`` is clean; None for a formula without a stored value."""

    text: str | None
    column: int
    cell: Cell

    @property
    def raw(self) -> str:
        """The text as it stands in the document."""
        return self.cell.text or ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row with at least one item."""

    document: Document
    sheet: Sheet
    row: Row
    items: tuple[Item, ...]

    def value(self, item: Item, doubt: Doubt | None = None, text: str | None = None) -> Value:
        """The value of an item, with its evidence; dashes mean that the document does not have it."""
        text = item.text if text is None else text
        if text is not None and is_dash(text):
            text = None
        if text and is_hashes(text) and not doubt:
            doubt = Doubt(kind=DoubtKind.UNREADABLE, note="单元格显示为####（列宽不足），无法得知原数字。")
        evidence = self.document.evidence(self.sheet, self.row, item.cell)
        return Value(text=text, evidence=evidence, doubt=item.cell.doubt or doubt)

    def blank(self, doubt: Doubt | None = None) -> Value:
        """An empty cell of this line."""
        return Value(text="", evidence=self.place(), doubt=doubt)

    def missing(self, doubt: Doubt | None) -> Value:
        """A cell that the document does not have, although this line should."""
        return Value(evidence=self.place(), doubt=doubt)

    def place(self) -> Evidence:
        """The evidence of the line as a whole."""
        return Evidence(
            document=self.document.id,
            member=self.document.member,
            sheet=self.sheet.name,
            page=self.sheet.page,
            line=self.row.line,
            reader=self.document.reader,
        )


def lines_of(document: Document) -> Iterator[Line]:
    """The lines that say something; drawn table lines and empty rows are left out."""
    for sheet, row in document.walk():
        items = tuple(_items(row))
        if items and not all(item.text is not None and is_rubble(item.text) for item in items):
            yield Line(document, sheet, row, items)


def made_line(line: Line, cells: Iterable[tuple[int, str]], doubts: Mapping[int, Doubt] = MappingProxyType({})) -> Line:
    """A row found in a text without columns, of (column, text) cells; it stands where ``line`` does."""
    made = tuple(Cell(text, column, doubt=doubts.get(column)) for column, text in cells if text)
    items = tuple(_items(Row(made, line.row.line)))
    return Line(line.document, line.sheet, Row(made, line.row.line), items)


def _items(row: Row) -> Iterator[Item]:
    for cell in row.cells:
        if cell.text is None:
            yield Item(None, cell.column, cell)
        elif cell.text:
            text = clean(cell.text)
            if text:
                yield Item(text, cell.column, cell)
