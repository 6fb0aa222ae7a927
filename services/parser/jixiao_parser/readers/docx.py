"""Word documents (DOCX): paragraphs and tables as they print. What was deleted with changes tracked does not count."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from docx import Document as open_docx
from docx.oxml.ns import qn

from jixiao.forms.document import Document, Sheet
from jixiao.runtime.errors import Unreadable
from jixiao_parser.limits import CELLS
from jixiao_parser.readers.blocks import Block, Box, Table, rows_of
from jixiao_parser.readers.package import FAULTS, Words, xml_parts
from jixiao_parser.readers.text import check_size

WORDS = Words("文档", "Word", "DOCX")
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"

_PARAGRAPH, _TABLE, _ROW, _CELL, _RUN = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc", "r"))
_WRAPPERS = frozenset(qn(f"w:{name}") for name in ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo"))
_UNSEEN = frozenset(qn(f"w:{name}") for name in ("del", "moveFrom", "pPr", "rPr", "sdtPr")) | {_FALLBACK}
_TEXTS = frozenset({qn("w:t"), _MATH})
_SIGNS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_OFF = ("0", "false", "off")


@dataclass(slots=True)
class _Open:
    """A cell that merged cells of the next rows may still belong to."""

    blocks: tuple[Block, ...]
    column: int
    span: int
    last: int
    height: int = field(default=1)


def read_docx(data: bytes, document: str) -> Document:
    """The paragraphs and tables of the body. Raises Unreadable when it is broken, hostile or far too large."""
    try:
        for _, content in xml_parts(data, WORDS):
            if (cells := content.count(b"<w:tc>")) > CELLS:
                raise Unreadable(f"文档有{cells}个单元格（上限{CELLS}个）。请删去无关内容，拆分后重新上传。")
        body = open_docx(io.BytesIO(data)).element.body
        sheets = [Sheet(rows_of(_blocks(body)))]
    except FAULTS as fault:
        raise Unreadable(WORDS.broken) from fault
    check_size(sheets)
    return Document(document, "docx", tuple(sheets))


def _children(element: Any) -> Iterator[Any]:
    """The children, also those inside content controls and tracked insertions."""
    for child in element:
        if child.tag in _WRAPPERS:
            yield from _children(child)
        else:
            yield child


def _blocks(element: Any) -> Iterator[Block]:
    for child in _children(element):
        if child.tag == _PARAGRAPH:
            yield "".join(_pieces(child))
        elif child.tag == _TABLE:
            yield _table(child)


def _pieces(element: Any) -> Iterator[str]:
    """The text of a paragraph as it prints."""
    for child in element:
        if child.tag in _TEXTS:
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag not in _UNSEEN and not (child.tag == _RUN and _is_hidden(child)):
            yield from _pieces(child)


def _is_hidden(run: Any) -> bool:
    mark = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return mark is not None and mark.get(qn("w:val")) not in _OFF


def _has(element: Any, *path: str) -> bool:
    return element.find("/".join(qn(f"w:{name}") for name in path)) is not None


def _table(table: Any) -> Table:
    opened: dict[int, _Open] = {}
    rows = []
    kept = (row for row in _children(table) if row.tag == _ROW and not _has(row, "trPr", "del"))
    for number, row in enumerate(kept):
        rows.append(list(_row(row, number, opened)))
    return Table(tuple(tuple(Box(o.blocks, o.span, o.height, o.column) for o in row) for row in rows))


def _row(row: Any, number: int, opened: dict[int, _Open]) -> Iterator[_Open]:
    """The cells of a row; one that continues a cell above makes that one higher instead."""
    column = row.grid_before
    before: _Open | None = None
    for cell in _children(row):
        if cell.tag != _CELL or _has(cell, "tcPr", "cellDel"):
            continue
        span = cell.grid_span
        above = opened.get(column)
        if before is not None and _continues_left(cell):
            before.span += span
        elif above is not None and above.last == number - 1 and cell.vMerge == "continue":
            above.height, above.last = above.height + 1, number
            before = above
        else:
            before = opened[column] = _Open(tuple(_blocks(cell)), column, span, number)
            yield before
        column += span


def _continues_left(cell: Any) -> bool:
    """Whether a cell is merged into the one on its left in the way of old documents."""
    merge = cell.find(f"{qn('w:tcPr')}/{qn('w:hMerge')}")
    return merge is not None and merge.get(qn("w:val"), "continue") == "continue"
