"""Web pages: the paragraphs and tables that a browser would show. Nothing is run, nothing is fetched."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from jixiao.forms.document import Document, Sheet
from jixiao.runtime.errors import Unreadable
from jixiao_parser.limits import TAGS
from jixiao_parser.readers.blocks import Block, Box, Table, rows_of
from jixiao_parser.readers.decode import decode
from jixiao_parser.readers.text import check_size

_SAVE = "请在浏览器中打开，把自评表复制到Excel，另存为XLSX后重新上传。"
_BIG5 = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*big5", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_UNSEEN = re.compile(
    "head|script|style|noscript|template|nav|footer|aside|iframe|object|svg|canvas|audio|video|button|del|option"
    "|colgroup"
)
_INLINE = re.compile(
    "a|abbr|b|bdi|bdo|big|cite|code|em|font|i|img|ins|kbd|label|mark|q|s|samp|small|span|strike|strong|sub|sup"
    "|textarea|time|tt|u|var|wbr"
)
_TYPED = frozenset(("", "text", "number", "tel", "date"))
_VERBATIM = frozenset(("pre", "textarea"))
_GROUPS = frozenset(("thead", "tbody", "tfoot", "form"))


def read_html(data: bytes, document: str) -> Document:
    """What the page shows. Raises Unreadable when it is far too large or nested too deep."""
    text = _decoded(data)
    if (tags := text.count("<")) > TAGS:
        raise Unreadable(f"网页有{tags}个标记（上限{TAGS}个）。请只保留自评表部分后重新上传。")
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.LxmlError, SyntaxError) as fault:
        raise Unreadable(f"网页文件已损坏，无法解析。{_SAVE}") from fault
    if any(entry.level == etree.ErrorLevels.FATAL for entry in parser.error_log):
        raise Unreadable(f"网页的标记嵌套过深或内容异常，无法完整读取。{_SAVE}")
    sheets = [Sheet(rows_of(_blocks(root)))] if root is not None else []
    check_size(sheets)
    return Document(document, "html", tuple(sheets))


def _decoded(data: bytes) -> str:
    """UTF-8, UTF-16 and GB18030 show by themselves, whatever a page declares; Big5 does not."""
    if _BIG5.search(data[:4096]):
        try:
            return data.decode("big5hkscs").replace("\0", "")
        except UnicodeDecodeError:
            pass
    return decode(data)


def _blocks(element: Any) -> Iterator[Block]:
    """Paragraphs and tables below an element, in reading order; one that shows nothing gives none."""
    texts: list[str] = []
    for part in _parts(element):
        if isinstance(part, str):
            texts.append(part)
        else:
            yield from _paragraph(texts)
            texts.clear()
            if part is not None:
                yield part
    yield from _paragraph(texts)


def _paragraph(texts: list[str]) -> Iterator[str]:
    text = "".join(texts)
    if text.strip():
        yield text


def _parts(element: Any, kept: bool = False) -> Iterator[str | Table | None]:
    """Texts, tables, and None where a paragraph ends. ``kept``: line breaks and blanks count as they stand."""
    yield _spaced(element.text, kept)
    for child in element:
        if _is_seen(child):
            yield from _child_parts(child, kept or child.tag in _VERBATIM)
        yield _spaced(child.tail, kept)


def _child_parts(child: Any, kept: bool) -> Iterator[str | Table | None]:
    if child.tag == "table":
        yield _table(child)
    elif child.tag == "br":
        yield "\n"
    elif child.tag == "input":
        if child.get("type", "").lower() in _TYPED:
            yield _spaced(child.get("value"), kept)
    elif child.tag == "select":
        yield from (_spaced(option.text, kept) for option in child.iter("option") if "selected" in option.attrib)
    elif _INLINE.fullmatch(child.tag):
        yield from _parts(child, kept)
    else:
        yield None
        yield from _parts(child, kept)
        yield None


def _spaced(text: str | None, kept: bool) -> str:
    return (text or "") if kept else _SPACE.sub(" ", text or "")


def _is_seen(element: Any) -> bool:
    hidden = "hidden" in element.attrib or _HIDDEN.search(element.get("style", ""))
    return not (hidden or _UNSEEN.fullmatch(element.tag))


def _table(table: Any) -> Table:
    rows = tuple(_rows(table))
    return Table(tuple(tuple(_boxes(row, len(rows) - at)) for at, row in enumerate(rows)))


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        if child.tag in _GROUPS and _is_seen(child):
            yield from _rows(child)
        elif child.tag in ("tr", "caption") and _is_seen(child):
            yield child


def _boxes(row: Any, below: int) -> Iterator[Box]:
    """The cells of a row; ``below`` rows are left, which no cell may exceed."""
    if row.tag == "caption":
        yield Box(tuple(_blocks(row)))
        return
    for cell in row:
        if cell.tag in ("td", "th") and _is_seen(cell):
            height = min(_number(cell.get("rowspan"), below), below)
            yield Box(tuple(_blocks(cell)), _number(cell.get("colspan"), 1), height)


def _number(text: str | None, most: int) -> int:
    """An attribute's number; 1 for none or nonsense, ``most`` for 0, which means "to the end"."""
    digits = re.match(r"\s*(\d{1,6})", text or "1")
    return (int(digits[1]) or most) if digits else 1
