"""PDF with text: the signs and lines of each page (pdfplumber), put into cells."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfexceptions import PDFException
from pdfminer.psexceptions import PSException
from pdfplumber.utils.exceptions import PdfminerException
from pdfplumber.utils.geometry import rect_to_edges

from jixiao.forms.document import Document
from jixiao.runtime.errors import Unreadable
from jixiao_parser.limits import PAGES, SIGNS
from jixiao_parser.readers.pages import sheets_of
from jixiao_parser.readers.printed import Page, Printed, Word, printed
from jixiao_parser.readers.ruling import NEAR, Ruling

Look = Callable[[Sequence[int]], Mapping[int, Page]]
"""What stands on the pages of these numbers, which are pictures."""

OCR = "ocr"
PICTURE_SHARE = 0.5  # of the page, covered by pictures
PICTURE_CURVES = 200  # signs that were turned into drawings
_NO_SIGNS = dict.fromkeys((0, *range(0xD800, 0xE000)))  # what broken fonts stand for, and no database takes
ENCRYPTED = "PDF文件设有打开密码（已加密），无法读取。请取消密码后重新上传。"
BROKEN = "PDF文件已损坏或不完整，无法打开。请在原程序中重新导出PDF，或上传自评表的XLSX工作簿。"


def read_pdf(data: bytes, document: str, look: Look | None = None) -> Document:
    """The pages of a PDF; those that are pictures through ``look``, or told by their numbers without it.

    Raises Unreadable when the file is broken, encrypted or far too large.
    """
    pictures: list[int] = []
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            check_pages(len(pdf.pages))
            pages = list(_pages(pdf, pictures))
    except (PdfminerException, PDFException, PSException, LookupError, ValueError, TypeError, AttributeError) as fault:
        raise Unreadable(ENCRYPTED if _is_locked(fault) else BROKEN) from fault
    except (OSError, EOFError, zlib.error, struct.error, ArithmeticError, AssertionError, RecursionError) as fault:
        raise Unreadable(BROKEN) from fault
    if look is not None and pictures:
        seen = look(pictures)
        pages = [printed(seen[page.page.number]) if page.page.number in seen else page for page in pages]
        return Document(document, OCR, tuple(sheets_of(pages)))
    return Document(document, "pdf", tuple(sheets_of(pages)), pictures=tuple(pictures))


def _is_locked(fault: Exception) -> bool:
    causes = (fault, *fault.args)
    return any(isinstance(cause, PDFEncryptionError | PDFPasswordIncorrect) for cause in causes)


def check_pages(count: int) -> None:
    """Raises Unreadable when there are far more pages than forms have."""
    if count > PAGES:
        raise Unreadable(f"PDF文件有{count}页（上限{PAGES}页）。请只保留自评表所在的页，拆分后重新上传。")


def _pages(pdf: Any, pictures: list[int]) -> Iterator[Printed]:
    signs = 0
    for page in pdf.pages:
        found = printed(_page(page))
        signs += len(page.chars)
        if signs > SIGNS:
            raise Unreadable(f"PDF文件的文字超过{SIGNS}个。请只保留自评表所在的页，拆分后重新上传。")
        if _is_picture(page, found):
            pictures.append(page.page_number)
        page.close()
        yield found


def _is_picture(page: Any, found: Printed) -> bool:
    """Whether what a page says cannot be had from its text: a scan, signs drawn as curves, a font without meaning."""
    signs = page.chars
    if sum(sign["text"].startswith("(cid:") for sign in signs) > len(signs) / 2:
        return True
    if found.tables:
        return False
    covered = sum(image["width"] * image["height"] for image in page.images)
    return covered > PICTURE_SHARE * page.width * page.height or (not signs and len(page.curves) > PICTURE_CURVES)


def _page(page: Any) -> Page:
    left, top, right, bottom = page.bbox
    words = [
        Word(text, sign["x0"] - left, sign["top"] - top, sign["x1"] - left, sign["bottom"] - top)
        for sign in page.chars
        if (text := sign["text"].translate(_NO_SIGNS))
    ]
    rulings = [_ruling(edge, left, top) for edge in _drawn(page) if edge["width"] > NEAR or edge["height"] > NEAR]
    return Page(page.page_number, right - left, bottom - top, words, rulings)


def _drawn(page: Any) -> Iterator[Any]:
    """The lines, and the rectangles that are lines or have an outline; not the coloured grounds of cells."""
    for line in (*page.lines, *page.curve_edges):
        if line["width"] <= NEAR or line["height"] <= NEAR:
            yield line
    for rect in page.rects:
        if rect["width"] <= NEAR or rect["height"] <= NEAR:
            yield rect
        elif rect["stroke"]:
            yield from rect_to_edges(rect)


def _ruling(edge: Any, left: float, top: float) -> Ruling:
    if edge["width"] > edge["height"]:
        return Ruling(True, (edge["top"] + edge["bottom"]) / 2 - top, edge["x0"] - left, edge["x1"] - left)
    return Ruling(False, (edge["x0"] + edge["x1"]) / 2 - left, edge["top"] - top, edge["bottom"] - top)
