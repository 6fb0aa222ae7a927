"""Scanned PDF and pictures: what is seen on a page (``sight``), put into cells as the pages of a PDF are.

Every value that holds a digit, or was not recognised for sure, carries a doubt; sums may confirm it later.
"""

import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

from jixiao.forms.document import Document
from jixiao.forms.model import Doubt, DoubtKind
from jixiao.runtime.errors import Unreadable
from jixiao_parser.limits import DOTS, SCANNED_PAGES
from jixiao_parser.readers.pages import sheets_of
from jixiao_parser.readers.pdf import BROKEN, OCR, Look, read_pdf
from jixiao_parser.readers.printed import Page, Word, printed
from jixiao_parser.readers.sight import DPI, POINTS, Eyes, Seen, Sight

See = Callable[[Any, float], Sight]
"""What is seen on a picture (of PIL) that has so many dots an inch."""

SURE = 0.9
PAPER = 8.27  # inches: a picture that does not say its size is the short side of A4
ILLEGIBLE = Doubt(kind=DoubtKind.OCR, note="此处有字迹，但未能识别。请对照扫描件补录。")
_DIGIT = re.compile(r"\d")
NO_TABLE = "图片中没有找到由表格线围成的自评表。请上传清晰、完整、端正的扫描件（200 dpi以上），或自评表的原始文件。"


def picture_only(data: bytes, document: str) -> Document:
    """A picture, not looked at: one page that is a picture."""
    return Document(document, OCR, pictures=(1,))


def read_scan(data: bytes, document: str, see: See | None = None) -> Document:
    """A PDF with pages that are pictures. Raises Unreadable as ``read_pdf`` does, and when no table is seen."""
    return _with_table(read_pdf(data, document, _look(data, see or Eyes().see)))


def read_picture(data: bytes, document: str, see: See | None = None) -> Document:
    """A picture of one page. Raises Unreadable when it is broken, far too large or shows no table."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            _check_dots(image.width, image.height)
            upright = ImageOps.exif_transpose(image).convert("L")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as fault:
        raise Unreadable("图片已损坏或格式不受支持，无法打开。请另存为PNG或JPEG后重新上传。") from fault
    dpi = min(upright.size) / PAPER
    page = printed(page_of(1, (see or Eyes().see)(upright, dpi)))
    return _with_table(Document(document, OCR, tuple(sheets_of([page]))))


def _with_table(document: Document) -> Document:
    if not any(len(row.cells) > 1 for sheet in document.sheets for row in sheet.rows):
        raise Unreadable(NO_TABLE)
    return document


def _check_dots(width: float, height: float) -> None:
    if width * height > DOTS:
        raise Unreadable(f"图片过大（上限{DOTS // 1_000_000}百万像素）。请以200至300 dpi重新扫描。")


def _look(data: bytes, see: See) -> Look:
    def look(numbers: Sequence[int]) -> Mapping[int, Page]:
        if len(numbers) > SCANNED_PAGES:
            raise Unreadable(
                f"文件中有{len(numbers)}页扫描件（上限{SCANNED_PAGES}页）。请只保留自评表所在的页，拆分后重新上传。"
            )
        return dict(_pages(data, numbers, see))

    return look


def _pages(data: bytes, numbers: Sequence[int], see: See) -> Iterator[tuple[int, Page]]:
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as fault:
        raise Unreadable(BROKEN) from fault
    with pdf:
        for number in numbers:
            page = pdf[number - 1]
            width, height = page.get_size()
            _check_dots(width * DPI / POINTS, height * DPI / POINTS)
            picture = page.render(scale=DPI / POINTS, grayscale=True).to_pil()
            page.close()
            yield number, page_of(number, see(picture, DPI))


def page_of(number: int, sight: Sight) -> Page:
    """What is seen on a page as a page of words with doubts."""
    words = [_word(seen) for seen in sight.lines]
    return Page(number, sight.width, sight.height, words, sight.rulings)


def _word(seen: Seen) -> Word:
    text = unicodedata.normalize("NFKC", seen.text)
    return Word(text, *seen.box, _doubt(text, seen.confidence))


def _doubt(text: str, confidence: float) -> Doubt | None:
    if not text:
        return ILLEGIBLE
    if confidence >= SURE and not _DIGIT.search(text):
        return None
    note = f"扫描件识别（置信度{confidence:.2f}），未得到表内合计印证。请对照原件核对。"
    return Doubt(kind=DoubtKind.OCR, note=note)
