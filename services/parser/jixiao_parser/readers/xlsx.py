"""XLSX workbooks: text and numbers as Excel shows them, merged cells, formulas with their stored values."""

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

from jixiao.forms.document import Cell, Document, Row, Sheet
from jixiao.forms.model import Doubt, DoubtKind
from jixiao.runtime.errors import Unreadable
from jixiao_parser.limits import CELLS, ROWS, SHEETS
from jixiao_parser.readers.numbers import shown
from jixiao_parser.readers.package import FAULTS, Words, xml_parts

UNCACHED = Doubt(
    kind=DoubtKind.UNCACHED, note="公式没有保存计算结果，无法得知单元格的值。请用Excel打开并保存后重新上传。"
)
TOO_LARGE = f"工作簿中有内容的行超过{ROWS}行或单元格超过{CELLS}个。请删去无关内容，拆分后重新上传。"
WORDS = Words("工作簿", "Excel", "XLSX")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*ref="([A-Z]+\d+:[A-Z]+\d+)"')
Merges = Mapping[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Part:
    """What openpyxl's streaming mode does not tell of a sheet: its merged cells, and whether it has formulas."""

    merges: Merges
    formulas: bool


def read_xlsx(data: bytes, document: str) -> Document:
    """The sheets of a workbook. Raises Unreadable when it is broken, hostile or far too large."""
    try:
        parts = _parts(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sheets = tuple(_sheets(data, parts))
    except FAULTS as fault:
        raise Unreadable(WORDS.broken) from fault
    return Document(document, "xlsx", sheets)


def _parts(data: bytes) -> dict[str, _Part]:
    """The sheets' parts by path. Raises Unreadable when they have far too many cells, before these are looked at."""
    parts = {}
    for name, content in xml_parts(data, WORDS):
        if "worksheets/" in name:
            if content.count(b"</v>") > CELLS:
                raise Unreadable(TOO_LARGE)
            parts[name] = _Part(_merges(content), bool(_FORMULA.search(content)))
    return parts


def _merges(content: bytes) -> Merges:
    """The merged cells of a sheet: (row, column) of the first, from 1, to (height, span)."""
    found = {}
    for match in _MERGE.finditer(content):
        left, top, right, down = range_boundaries(match[1].decode())
        if left and top and right and down:
            found[top, left] = (down - top + 1, right - left + 1)
    return found


def _sheets(data: bytes, parts: Mapping[str, _Part]) -> Iterator[Sheet]:
    values = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    formulas = None
    if any(part.formulas for part in parts.values()):
        formulas = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
    if len(values.worksheets) > SHEETS:
        raise Unreadable(f"工作簿有{len(values.worksheets)}张工作表（上限{SHEETS}张）。请拆分后重新上传。")
    size = [0, 0]
    for at, sheet in enumerate(values.worksheets):
        part = parts.get(getattr(sheet, "_worksheet_path", "").lstrip("/"), _Part({}, True))
        known = _formula_places(formulas.worksheets[at]) if formulas and part.formulas else frozenset()
        yield Sheet(tuple(_rows(sheet, part.merges, known, size)), name=sheet.title)


def _formula_places(sheet: Any) -> frozenset[tuple[int, int]]:
    return frozenset(
        (cell.row, cell.column)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and cell.data_type == "f"
    )


def _rows(sheet: Any, merges: Merges, formulas: frozenset[tuple[int, int]], size: list[int]) -> Iterator[Row]:
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        found = tuple(_cells(cells, merges, formulas, number))
        if found:
            size[0] += 1
            size[1] += len(found)
            if size[0] > ROWS or size[1] > CELLS:
                raise Unreadable(TOO_LARGE)
            yield Row(found, number)


def _cells(cells: Any, merges: Merges, formulas: frozenset[tuple[int, int]], row: int) -> Iterator[Cell]:
    for cell in cells:
        if cell.value is None and (not formulas or (row, getattr(cell, "column", 0)) not in formulas):
            continue
        height, span = merges.get((row, cell.column), (1, 1))
        text = None if cell.value is None else shown(cell.value, cell.number_format)
        place = f"{get_column_letter(cell.column)}{row}"
        yield Cell(text, cell.column - 1, span, height, place, UNCACHED if text is None else None)
