"""XLSX workbooks: text and numbers as Excel shows them, merged cells, formulas with their stored values."""

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

from jixiao.forms.document import Cell, Document, Row, Sheet
from jixiao.forms.model import Doubt, DoubtKind
from jixiao.runtime.errors import Unreadable
from jixiao_parser.limits import CELLS, MEMBERS, MIB, ROWS, SHEETS, UNPACKED
from jixiao_parser.readers.numbers import shown

UNCACHED = Doubt(
    kind=DoubtKind.UNCACHED, note="公式没有保存计算结果，无法得知单元格的值。请用Excel打开并保存后重新上传。"
)
BROKEN = "工作簿已损坏或不完整，无法打开。请用Excel打开并另存为XLSX后重新上传。"
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*ref="([A-Z]+\d+:[A-Z]+\d+)"')
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
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
    except (zipfile.BadZipFile, zlib.error, SyntaxError, LookupError, ValueError, TypeError, AttributeError) as fault:
        raise Unreadable(BROKEN) from fault
    except (OSError, EOFError, NotImplementedError) as fault:
        raise Unreadable(BROKEN) from fault
    return Document(document, "xlsx", sheets)


def _parts(data: bytes) -> dict[str, _Part]:
    """The sheets' parts by path. What the workbook unpacks to is counted before anything is unpacked."""
    found: dict[str, _Part] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        _check_size(members)
        for member in members:
            if member.flag_bits & 1:
                raise Unreadable("文件设有密码（已加密），无法读取。请取消密码后重新上传。")
            if member.filename.endswith((".xml", ".rels")):
                content = archive.read(member)
                if _DECLARATION.search(content):
                    raise Unreadable("工作簿含有不允许的XML实体声明，已拒绝读取。请用Excel打开并另存为XLSX后重新上传。")
                if "worksheets/" in member.filename:
                    found[member.filename] = _Part(_merges(content), bool(_FORMULA.search(content)))
    return found


def _check_size(members: Sequence[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    if unpacked > UNPACKED or len(members) > MEMBERS:
        raise Unreadable(
            f"工作簿解压后有{unpacked // MIB} MiB、{len(members)}个部件（上限{UNPACKED // MIB} MiB、{MEMBERS}个），"
            "可能含有异常内容。请新建工作簿，只粘贴自评表内容后重新上传。"
        )


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
                raise Unreadable(
                    f"工作簿中有内容的行超过{ROWS}行或单元格超过{CELLS}个。请删去无关内容，拆分后重新上传。"
                )
            yield Row(found, number)


def _cells(cells: Any, merges: Merges, formulas: frozenset[tuple[int, int]], row: int) -> Iterator[Cell]:
    for cell in cells:
        if cell.value is None and (not formulas or (row, getattr(cell, "column", 0)) not in formulas):
            continue
        height, span = merges.get((row, cell.column), (1, 1))
        text = None if cell.value is None else shown(cell.value, cell.number_format)
        place = f"{get_column_letter(cell.column)}{row}"
        yield Cell(text, cell.column - 1, span, height, place, UNCACHED if text is None else None)
