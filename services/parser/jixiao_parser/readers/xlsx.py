"""XLSX workbooks: text and numbers as Excel shows them, merged cells, formulas with their stored values."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from python_calamine import CalamineError, CalamineWorkbook

from jixiao.forms.document import Cell, Document, Row, Sheet
from jixiao.forms.model import Doubt, DoubtKind
from jixiao.runtime.errors import Unreadable
from jixiao_parser.limits import CELLS, MEMBERS, MIB, RATIO, RATIO_FROM, ROWS, SHEETS, UNPACKED
from jixiao_parser.readers.numbers import shown

UNCACHED = Doubt(
    kind=DoubtKind.UNCACHED, note="公式没有保存计算结果，无法得知单元格的值。请用Excel打开并保存后重新上传。"
)
BROKEN = "工作簿已损坏或不完整，无法打开。请用Excel打开并另存为XLSX后重新上传。"
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
Merges = Mapping[tuple[int, int], tuple[int, int]]


def read_xlsx(data: bytes, document: str) -> Document:
    """The sheets of a workbook. Raises Unreadable when it is broken, hostile or far too large."""
    try:
        has_formulas = _check(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sheets = tuple(_sheets(data, has_formulas))
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, OSError, EOFError) as fault:
        raise Unreadable(BROKEN) from fault
    except CalamineError as fault:
        raise Unreadable(BROKEN) from fault
    return Document(document, "xlsx", sheets)


def _check(data: bytes) -> bool:
    """Count what the workbook unpacks to before anything is unpacked; whether its sheets have formulas."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        unpacked = sum(member.file_size for member in members)
        if len(members) > MEMBERS or unpacked > UNPACKED or any(_is_bomb(member) for member in members):
            raise Unreadable(
                f"工作簿解压后有{unpacked // MIB} MiB、{len(members)}个部件，"
                f"超出上限（{UNPACKED // MIB} MiB）或压缩比异常。请新建工作簿，只粘贴自评表内容后重新上传。"
            )
        if any(member.flag_bits & 1 for member in members):
            raise Unreadable("文件设有密码（已加密），无法读取。请取消密码后重新上传。")
        parts = [archive.read(member) for member in members if member.filename.endswith((".xml", ".rels"))]
    if any(_DECLARATION.search(part) for part in parts):
        raise Unreadable("工作簿含有不允许的XML实体声明，已拒绝读取。请用Excel打开并另存为XLSX后重新上传。")
    return any(_FORMULA.search(part) for part in parts)


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    return member.file_size > RATIO_FROM and member.file_size > RATIO * max(member.compress_size, 1)


def _sheets(data: bytes, has_formulas: bool) -> Iterator[Sheet]:
    merges = _merges(data)
    values = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    formulas = load_workbook(io.BytesIO(data), read_only=True, keep_links=False) if has_formulas else None
    if len(values.worksheets) > SHEETS:
        raise Unreadable(f"工作簿有{len(values.worksheets)}张工作表（上限{SHEETS}张）。请拆分后重新上传。")
    size = [0, 0]
    for at, sheet in enumerate(values.worksheets):
        known = _formula_places(formulas.worksheets[at]) if formulas else frozenset()
        yield Sheet(tuple(_rows(sheet, merges.get(sheet.title, {}), known, size)), name=sheet.title)


def _merges(data: bytes) -> dict[str, Merges]:
    """The merged cells of each sheet: (row, column) of the first, from 0, to (height, span)."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    found: dict[str, Merges] = {}
    for name in workbook.sheet_names:
        try:
            ranges = workbook.get_sheet_by_name(name).merged_cell_ranges or []
        except CalamineError:
            continue  # a chart sheet has no cells
        found[name] = {(top, left): (down - top + 1, right - left + 1) for (top, left), (down, right) in ranges}
    return found


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
                raise Unreadable(
                    f"工作簿中有内容的行超过{ROWS}行或单元格超过{CELLS}个。请删去无关内容，拆分后重新上传。"
                )
            yield Row(found, number)


def _cells(cells: Any, merges: Merges, formulas: frozenset[tuple[int, int]], row: int) -> Iterator[Cell]:
    for cell in cells:
        if cell.value is None and (not formulas or (row, getattr(cell, "column", 0)) not in formulas):
            continue
        column = cell.column - 1
        height, span = merges.get((row - 1, column), (1, 1))
        text = None if cell.value is None else shown(cell.value, cell.number_format)
        place = f"{get_column_letter(cell.column)}{row}"
        yield Cell(text, column, span, height, place, UNCACHED if text is None else None)
