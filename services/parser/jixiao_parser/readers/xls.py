"""Old workbooks (XLS, and ET of WPS, which is the same): text and numbers as Excel shows them, merged cells."""

import io
import struct
from collections.abc import Iterator, Mapping
from typing import Any

import xlrd
from xlrd.compdoc import CompDocError

from jixiao.forms.document import Cell, Document, Row, Sheet
from jixiao.runtime.errors import Unreadable
from jixiao_parser.limits import SHEETS
from jixiao_parser.readers.numbers import shown
from jixiao_parser.readers.package import ENCRYPTED, FAULTS
from jixiao_parser.readers.text import check_size

_BROKEN = "工作簿已损坏或不完整，无法打开。请用Excel或WPS打开，另存为XLSX后重新上传。"


def read_xls(data: bytes, document: str) -> Document:
    """The sheets of a workbook. Raises Unreadable when it is broken, encrypted or far too large."""
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
        if book.nsheets > SHEETS:
            raise Unreadable(f"工作簿有{book.nsheets}张工作表（上限{SHEETS}张）。请拆分后重新上传。")
        sheets = [Sheet(tuple(_rows(book, sheet)), name=sheet.name.replace("\0", "")) for sheet in book.sheets()]
    except (xlrd.XLRDError, CompDocError, struct.error, ArithmeticError, *FAULTS) as fault:
        raise Unreadable(ENCRYPTED if "encrypted" in str(fault) else _BROKEN) from fault
    check_size(sheets)
    return Document(document, "xls", tuple(sheets))


def _rows(book: Any, sheet: Any) -> Iterator[Row]:
    merges = {(top, left): (down - top, right - left) for top, down, left, right in sheet.merged_cells}
    for number in range(sheet.nrows):
        cells = tuple(_cells(book, sheet, number, merges))
        if cells:
            yield Row(cells, number + 1)


def _cells(book: Any, sheet: Any, row: int, merges: Mapping[tuple[int, int], tuple[int, int]]) -> Iterator[Cell]:
    for column, cell in enumerate(sheet.row(row)):
        if cell.ctype not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) and cell.value != "":
            height, span = merges.get((row, column), (1, 1))
            yield Cell(_text(book, cell), column, span, height, f"{xlrd.colname(column)}{row + 1}")


def _text(book: Any, cell: Any) -> str:
    number_format = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return shown(xlrd.xldate_as_datetime(cell.value, book.datemode), number_format)
        except (OverflowError, ValueError):
            return shown(cell.value, "General")
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return shown(bool(cell.value), number_format)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    return shown(cell.value, number_format)
