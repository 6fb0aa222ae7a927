"""XLSX workbooks: text and numbers as Excel shows them, merged cells, formulas with their stored values.

Cells are taken from the sheets' XML: a library that builds objects of styles and cells takes three times as long.
"""

import io
import math
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils import column_index_from_string, get_column_letter, range_boundaries
from openpyxl.utils.datetime import from_excel

from jixiao.forms.document import Cell, Document, Row, Sheet
from jixiao.forms.model import Doubt, DoubtKind
from jixiao.runtime.errors import Unreadable
from jixiao_parser.limits import CELLS, ROWS, SHEETS
from jixiao_parser.readers.numbers import shown
from jixiao_parser.readers.package import FAULTS, Package
from jixiao_parser.readers.workbook import (
    GENERAL,
    TOO_LARGE,
    WORDS,
    Workbook,
    elements,
    text_of,
    unescaped,
    workbook_of,
)

UNCACHED = Doubt(
    kind=DoubtKind.UNCACHED, note="公式没有保存计算结果，无法得知单元格的值。请用Excel打开并保存后重新上传。"
)
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*ref="([A-Z]+\d+:[A-Z]+\d+)"')
_DIGITS = "0123456789"
_LONGEST = 300  # digits of a number
Merges = Mapping[tuple[int, int], tuple[int, int]]


@dataclass(slots=True)
class _Size:
    """How much all sheets together have."""

    rows: int = field(default=0)
    cells: int = field(default=0)

    def add(self, cells: int) -> None:
        """Count a row. Raises Unreadable when that is far too much."""
        self.rows += 1
        self.cells += cells
        if self.rows > ROWS or self.cells > CELLS:
            raise Unreadable(TOO_LARGE)


def read_xlsx(data: bytes, document: str) -> Document:
    """The sheets of a workbook. Raises Unreadable when it is broken, hostile or far too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sheets = tuple(_sheets(Package(archive, WORDS)))
    except FAULTS as fault:
        raise Unreadable(WORDS.broken) from fault
    return Document(document, "xlsx", sheets)


def _sheets(package: Package) -> Iterator[Sheet]:
    book = workbook_of(package)
    if len(book.parts) > SHEETS:
        raise Unreadable(f"工作簿有{len(book.parts)}张工作表（上限{SHEETS}张）。请拆分后重新上传。")
    size = _Size()
    for name, path in book.parts:
        content = package.part(path)
        yield Sheet(tuple(_rows(content, book, _merges(content), size)), name=name)


def _merges(content: bytes) -> Merges:
    """The merged cells of a sheet: (row, column) of the first, from 1, to (height, span)."""
    found = {}
    for match in _MERGE.finditer(content):
        left, top, right, down = range_boundaries(match[1].decode())
        if left and top and right and down:
            found[top, left] = (down - top + 1, right - left + 1)
    return found


def _rows(content: bytes, book: Workbook, merges: Merges, size: _Size) -> Iterator[Row]:
    number = 0
    for row in elements(content, "row"):
        number = int(row.get("r") or number + 1)
        cells = tuple(_cells(row, number, book, merges))
        if cells:
            size.add(len(cells))
            yield Row(cells, number)


def _cells(row: Any, number: int, book: Workbook, merges: Merges) -> Iterator[Cell]:
    column = 0
    for cell in row:
        place = cell.get("r")
        column = _column(place.rstrip(_DIGITS)) if place else column + 1
        if not len(cell):
            continue
        text = _text(cell, book)
        if text != "":
            height, span = merges.get((number, column), (1, 1))
            where = f"{get_column_letter(column)}{number}"
            yield Cell(text, column - 1, span, height, where, UNCACHED if text is None else None)


_column = lru_cache(maxsize=None)(column_index_from_string)


def _text(cell: Any, book: Workbook) -> str | None:
    """What a cell shows; None for a formula whose result was not stored, "" for nothing."""
    stored: str | None = None
    has_formula = False
    for part in cell:
        kind = part.tag.rpartition("}")[2]
        if kind == "v":
            stored = part.text or ""
        elif kind == "is":
            stored = text_of(part)
        elif kind == "f":
            has_formula = True
    kind = cell.get("t", "n")
    if not stored:
        return None if has_formula and (stored is None or kind != "str") else ""
    return _shown(stored, kind, int(cell.get("s") or 0), book)


def _shown(stored: str, kind: str, style: int, book: Workbook) -> str:
    number_format = book.formats[style] if style < len(book.formats) else GENERAL
    match kind:
        case "s":
            return shown(book.strings[int(stored)], number_format)
        case "n":
            return _shown_number(stored, number_format, book)
        case "b":
            return shown(bool(int(stored)), number_format)
        case "d":
            return shown(datetime.fromisoformat(stored), number_format)
    return shown(unescaped(stored) if kind == "str" else stored, number_format)


def _shown_number(stored: str, number_format: str, book: Workbook) -> str:
    try:
        value = int(stored) if stored.isdecimal() and len(stored) < _LONGEST else float(stored)
    except ValueError:
        return stored
    if not math.isfinite(value) or not is_date_format(number_format):
        return shown(value, number_format)
    try:
        moment = from_excel(value, book.epoch, timedelta=is_timedelta_format(number_format))
    except (OverflowError, ValueError):
        return "#VALUE!"
    return shown(moment, number_format)
