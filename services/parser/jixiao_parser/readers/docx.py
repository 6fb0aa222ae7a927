"""Word documents (DOCX): paragraphs and tables as they print. What was deleted with changes tracked does not count."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from docx import Document as open_docx
from docx.oxml.ns import qn

from jixiao.forms.document import Document, Sheet
from jixiao.runtime.errors import Unreadable
from jixiao_parser.limits import DOCX_TAGS
from jixiao_parser.readers.blocks import Block, Box, Table, rows_of
from jixiao_parser.readers.package import FAULTS, Words, xml_parts
from jixiao_parser.readers.text import check_size

WORDS = Words("文档", "Word", "DOCX")
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"

_PARAGRAPH, _TABLE, _ROW, _CELL, _RUN = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc", "r"))
_VALUE, _ROW_MARKS, _CELL_MARKS, _RUN_MARKS = (qn(f"w:{name}") for name in ("val", "trPr", "tcPr", "rPr"))
_WRAPPERS = frozenset(qn(f"w:{name}") for name in ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo"))
_UNSEEN = frozenset(qn(f"w:{name}") for name in ("del", "moveFrom", "pPr", "rPr", "sdtPr")) | {_FALLBACK}
_TEXTS = frozenset({qn("w:t"), _MATH})
_SIGNS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_OFF = ("0", "false", "off")
_CONTINUED = ("", "continue")


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
        for content in xml_parts(data, WORDS):
            if (tags := content.count(b"<")) > DOCX_TAGS:
                raise Unreadable(f"文档有{tags}个XML标记（上限{DOCX_TAGS}个）。请删去无关内容，拆分后重新上传。")
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
    return _marks(run, _RUN_MARKS).get("vanish", _OFF[0]) not in _OFF


def _marks(element: Any, name: str) -> dict[str, str]:
    """The properties of an element by their names, each with its value; "" for those without one."""
    properties = element.find(name)
    if properties is None:
        return {}
    return {mark.tag.rpartition("}")[2]: mark.get(_VALUE, "") for mark in properties.iterchildren("{*}*")}


def _table(table: Any) -> Table:
    opened: dict[int, _Open] = {}
    rows: list[list[_Open]] = []
    for row in _children(table):
        if row.tag == _ROW:
            marks = _marks(row, _ROW_MARKS)
            if "del" not in marks:
                rows.append(list(_row(row, int(marks.get("gridBefore") or 0), len(rows), opened)))
    return Table(tuple(tuple(Box(o.blocks, o.span, o.height, o.column) for o in row) for row in rows))


def _row(row: Any, column: int, number: int, opened: dict[int, _Open]) -> Iterator[_Open]:
    """The cells of a row; one that continues a cell above makes that one higher instead."""
    before: _Open | None = None
    for cell in _children(row):
        marks = _marks(cell, _CELL_MARKS)
        if cell.tag != _CELL or "cellDel" in marks:
            continue
        span = int(marks.get("gridSpan") or 1)
        above = opened.get(column)
        if before is not None and marks.get("hMerge") in _CONTINUED:
            before.span += span
        elif above is not None and above.last == number - 1 and marks.get("vMerge") in _CONTINUED:
            above.height, above.last = above.height + 1, number
            before = above
        else:
            before = opened[column] = _Open(tuple(_blocks(cell)), column, span, number)
            yield before
        column += span
