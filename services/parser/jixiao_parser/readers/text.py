"""Plain text: cells separated by tabs, or by the bars of a Markdown table. A page is what form feeds part."""

import re
from collections.abc import Iterator, Sequence

from jixiao.forms.document import Cell, Document, Row, Sheet
from jixiao.runtime.errors import Unreadable
from jixiao_parser.limits import CELLS, ROWS
from jixiao_parser.readers.decode import decode

_BAR = re.compile(r"(?<!\\)\|")
BARRED = 0.5


def read_text(data: bytes, document: str) -> Document:
    """The lines of a text as rows. Raises Unreadable when it is in no known encoding, or far too long."""
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    sheets = []
    line = 1
    for number, page in enumerate(text.split("\f"), start=1):
        rows = tuple(_rows(page, line))
        line += page.count("\n")
        sheets.append(Sheet(rows, page=number if "\f" in text else None))
    check_size(sheets)
    return Document(document, "text", tuple(sheets))


def check_size(sheets: list[Sheet]) -> None:
    """Raises Unreadable when there are far more rows or cells than forms have."""
    rows = sum(len(sheet.rows) for sheet in sheets)
    cells = sum(len(row.cells) for sheet in sheets for row in sheet.rows)
    if rows > ROWS or cells > CELLS:
        raise Unreadable(
            f"文件过大：共有{rows}行、{cells}个单元格（上限{ROWS}行、{CELLS}个单元格）。请删去无关内容，拆分后重新上传。"
        )


def _rows(page: str, first: int) -> Iterator[Row]:
    lines = page.split("\n")
    barred = _is_barred(lines)
    for number, line in enumerate(lines, start=first):
        if line.strip():
            parts = _parts(line, barred)
            cells = tuple([Cell(text, at, 1, 1, str(at + 1)) for at, text in enumerate(parts)])
            yield Row(cells, number)


def _is_barred(lines: Sequence[str]) -> bool:
    """Whether bars end most lines of a page, as in tables copied from the web; the first bar may be missing."""
    bare = [line.rstrip() for line in lines if line.strip()]
    return sum(line.endswith("|") for line in bare) > len(bare) * BARRED


def _parts(line: str, barred: bool) -> list[str]:
    bare = line.strip()
    if "\t" in line or not bare.endswith("|") or not (barred or (bare.startswith("|") and len(bare) > 1)):
        return line.split("\t")
    inner = bare[:-1].removeprefix("|")
    return [part.strip().replace("\\|", "|") for part in _BAR.split(inner)]
